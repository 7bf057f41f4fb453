package rest

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
)

// parts writes a JSON object field by field, so that one of any size takes no more
// memory than its largest field, or element of a list. An error that occurred stays.
type parts struct {
	out   *bufio.Writer
	comma string
	err   error
}

func (p *parts) text(s string) {
	if p.err == nil {
		_, p.err = p.out.WriteString(s)
	}
}

func (p *parts) json(value any) {
	if p.err != nil {
		return
	}
	var raw []byte
	if raw, p.err = json.Marshal(value); p.err == nil {
		_, p.err = p.out.Write(raw)
	}
}

func (p *parts) field(name string, value any) {
	p.text(p.comma + `"` + name + `":`)
	p.json(value)
	p.comma = ","
}

// list writes what each hands to add.
func (p *parts) list(name string, each func(add func(any)) error) {
	p.text(p.comma + `"` + name + `":[`)
	p.comma = ","
	if p.err != nil {
		return
	}
	comma := ""
	err := each(func(one any) {
		p.text(comma)
		p.json(one)
		comma = ","
	})
	if p.err == nil {
		p.err = err
	}
	p.text("]")
}

// patient gives each piece that is sent the time that an answer has otherwise.
type patient struct {
	out        io.Writer
	connection *http.ResponseController
	sent       bool
}

func (p *patient) Write(piece []byte) (int, error) {
	_ = p.connection.SetWriteDeadline(time.Now().Add(answerTime)) // where this cannot be set, the server's own deadline stays
	p.sent = true
	return p.out.Write(piece)
}

// end ends an answer that failed, if it did: by a refusal where nothing was sent, else by
// breaking the connection, lest half of it be taken for all.
func (p *patient) end(ctx context.Context, out huma.Context, err error) {
	switch {
	case err == nil:
	case !p.sent:
		_ = p.connection.SetWriteDeadline(time.Now().Add(answerTime))
		out.SetHeader("Content-Disposition", "")
		refuse(out, problemOf(ctx, err))
	default:
		slog.WarnContext(ctx, "an answer broke off", "request_id", requestID(ctx), "error", err)
		_ = p.connection.SetWriteDeadline(time.Unix(1, 0))
	}
}

func patientWith(out huma.Context) (*patient, *bufio.Writer) {
	to := &patient{out: out.BodyWriter(), connection: http.NewResponseController(humagin.Unwrap(out).Writer)}
	return to, bufio.NewWriterSize(to, 32<<10)
}

// sendParts answers the object that write makes.
func sendParts(ctx context.Context, out huma.Context, write func(*parts)) {
	to, buffer := patientWith(out)
	p := &parts{out: buffer}
	p.text("{")
	write(p)
	p.text("}\n")
	if p.err == nil {
		p.err = p.out.Flush()
	}
	to.end(ctx, out, p.err)
}
