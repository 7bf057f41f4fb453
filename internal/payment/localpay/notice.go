package localpay

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/payment"
)

// Headers of a notice.
const (
	TimestampHeader = "Localpay-Timestamp" // seconds since 1970
	NonceHeader     = "Localpay-Nonce"
	SignatureHeader = "Localpay-Signature" // base64
)

// freshFor is how old, or how far ahead, a notice's time may be.
const freshFor = 5 * time.Minute

type noticeJSON struct {
	ChargeID  string       `json:"charge_id"`
	Reference string       `json:"reference"`
	AmountFen money.Fen    `json:"amount_fen"`
	PaidAt    clock.Millis `json:"paid_at_ms"`
}

// Sign makes a notice as it goes over the wire.
func (s *Service) Sign(n payment.Notice) (http.Header, []byte) {
	return sign(s.key, n, s.db.Now())
}

func sign(key ed25519.PrivateKey, n payment.Notice, now clock.Millis) (http.Header, []byte) {
	// A struct of texts and numbers always encodes.
	body, _ := json.Marshal(noticeJSON{n.ChargeID.String(), n.Reference, n.AmountFen, n.PaidAt})
	timestamp, nonce := strconv.FormatInt(now.Time().Unix(), 10), rand.Text()
	return http.Header{
		"Content-Type":  {"application/json"},
		TimestampHeader: {timestamp},
		NonceHeader:     {nonce},
		SignatureHeader: {base64.StdEncoding.EncodeToString(ed25519.Sign(key, signed(timestamp, nonce, body)))},
	}, body
}

func signed(timestamp, nonce string, body []byte) []byte {
	return fmt.Appendf(nil, "%s\n%s\n%s\n", timestamp, nonce, body)
}

// Verify reads a notice that this service signed within freshFor.
func (s *Service) Verify(header http.Header, body []byte) (payment.Notice, error) {
	timestamp, nonce := header.Get(TimestampHeader), header.Get(NonceHeader)
	signature, err := base64.StdEncoding.DecodeString(header.Get(SignatureHeader))
	if err != nil || !ed25519.Verify(s.key.Public().(ed25519.PublicKey), signed(timestamp, nonce, body), signature) {
		return payment.Notice{}, payment.ErrForged
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if age := s.db.Now().Time().Sub(time.Unix(seconds, 0)); err != nil || age > freshFor || age < -freshFor {
		return payment.Notice{}, payment.ErrForged
	}
	var n noticeJSON
	if err := json.Unmarshal(body, &n); err != nil {
		return payment.Notice{}, payment.ErrForged
	}
	chargeID, err := id.Parse(n.ChargeID)
	if err != nil || n.Reference == "" || n.AmountFen <= 0 {
		return payment.Notice{}, payment.ErrForged
	}
	return payment.Notice{Gateway: Name, ChargeID: chargeID, Reference: n.Reference, AmountFen: n.AmountFen, PaidAt: n.PaidAt}, nil
}

// Forge signs a notice with a key that nobody knows.
func Forge(n payment.Notice, now clock.Millis) (http.Header, []byte, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	header, body := sign(key, n, now)
	return header, body, nil
}

// tell posts a notice and answers the status.
func (s *Service) tell(ctx context.Context, header http.Header, body []byte) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.notify, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header = header
	answer, err := s.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<16)) // so that the connection is used again
	return answer.StatusCode, nil
}
