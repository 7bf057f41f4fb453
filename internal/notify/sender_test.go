package notify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"zique/internal/clock"
	"zique/internal/notify"
	"zique/internal/storage/storagetest"
)

var gatewaySecret = []byte(strings.Repeat("g", 32))

const phone = "13900000001"

// gateway is an SMS gateway as an integrator would write it.
type gateway struct {
	*httptest.Server
	clock *clock.Clock

	mu     sync.Mutex
	nonces map[string]bool
	taken  []notify.SMS
	answer http.HandlerFunc // instead of taking
}

func newGateway(t *testing.T, c *clock.Clock) *gateway {
	t.Helper()
	g := &gateway{clock: c, nonces: map[string]bool{}}
	g.Server = httptest.NewServer(g)
	t.Cleanup(g.Close)
	return g
}

func (g *gateway) sender() notify.HTTPSender {
	return notify.HTTPSender{URL: g.URL, Secret: gatewaySecret, Clock: g.clock}
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	answer := g.answer
	g.mu.Unlock()
	if answer != nil {
		answer(w, r)
		return
	}
	g.take(w, r)
}

// take verifies, and refuses what is stale or was seen before.
func (g *gateway) take(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	timestamp, nonce := r.Header.Get(notify.HeaderTimestamp), r.Header.Get(notify.HeaderNonce)
	seconds, _ := strconv.ParseInt(timestamp, 10, 64)
	age := g.clock.Now().Time().Sub(time.Unix(seconds, 0))
	switch {
	case r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json":
		w.WriteHeader(http.StatusUnsupportedMediaType)
	case r.Header.Get(notify.HeaderSignature) != notify.Sign(gatewaySecret, timestamp, nonce, body):
		w.WriteHeader(http.StatusUnauthorized)
	case age > 5*time.Minute || age < -5*time.Minute:
		w.WriteHeader(http.StatusForbidden)
	case g.nonces[nonce] || len(nonce) != 32:
		w.WriteHeader(http.StatusConflict)
	default:
		g.nonces[nonce] = true
		var s notify.SMS
		if err := json.Unmarshal(body, &s); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		g.taken = append(g.taken, s)
		_, _ = io.WriteString(w, `{"ok": true}`)
	}
}

func (g *gateway) answers(answer http.HandlerFunc) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.answer = answer
}

func (g *gateway) sent() []notify.SMS {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]notify.SMS(nil), g.taken...)
}

func code() notify.SMS {
	return notify.SMS{Phone: phone, Template: "code", Params: map[string]string{"code": "123456", "minutes": "10"}, Text: "验证码 123456"}
}

func wantUnavailable(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, notify.ErrUnavailable) {
		t.Errorf("got %v, want sms_unavailable", err)
	}
	if err != nil && strings.Contains(err.Error(), phone) {
		t.Errorf("the error names the phone: %v", err)
	}
}

func TestTheGatewayGetsWhatIsSignedAndFresh(t *testing.T) {
	g := newGateway(t, clock.At(storagetest.Start))
	for range 2 {
		if err := g.sender().Send(t.Context(), code()); err != nil {
			t.Fatal(err)
		}
	}
	if sent := g.sent(); len(sent) != 2 || sent[0].Phone != phone || sent[0].Params["code"] != "123456" || sent[0].Text != code().Text {
		t.Errorf("the gateway took %+v", sent)
	}
	forged := g.sender()
	forged.Secret = []byte(strings.Repeat("x", 32))
	wantUnavailable(t, forged.Send(t.Context(), code()))
	stale := g.sender()
	stale.Clock = clock.At(storagetest.Start.Add(-6 * time.Minute))
	wantUnavailable(t, stale.Send(t.Context(), code()))
	if len(g.sent()) != 2 {
		t.Error("the gateway took a forged or stale message")
	}
}

// replaying remembers one request and sends it twice.
type replaying struct{ t *testing.T }

func (r replaying) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	var last *http.Response
	for range 2 {
		again := request.Clone(request.Context())
		again.Body = io.NopCloser(bytes.NewReader(body))
		if last, err = http.DefaultTransport.RoundTrip(again); err != nil {
			return nil, err
		}
	}
	if last.StatusCode != http.StatusConflict {
		r.t.Errorf("the replay was answered %d", last.StatusCode)
	}
	return last, nil
}

func TestAReplayIsRefusedByTheGateway(t *testing.T) {
	g := newGateway(t, clock.At(storagetest.Start))
	sender := g.sender()
	sender.Client = &http.Client{Transport: replaying{t}}
	wantUnavailable(t, sender.Send(t.Context(), code()))
	if len(g.sent()) != 1 {
		t.Errorf("taken %d times", len(g.sent()))
	}
}

func TestABadGatewayIsUnavailable(t *testing.T) {
	g := newGateway(t, clock.At(storagetest.Start))
	says := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	for name, answer := range map[string]http.HandlerFunc{
		"500":      says(http.StatusInternalServerError, phone),
		"redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) },
		"garbage":  says(http.StatusOK, "<html>"+phone),
		"refusal":  says(http.StatusOK, `{"ok": false}`),
		"endless":  says(http.StatusOK, strings.Repeat(" ", 1<<20)),
		"cut": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"ok"`)
		},
	} {
		g.answers(answer)
		if err := g.sender().Send(t.Context(), code()); !errors.Is(err, notify.ErrUnavailable) || strings.Contains(err.Error(), phone) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, body := range []string{"", " \n", `{}`, `{"ok":true,"id":"7"}`} {
		g.answers(says(http.StatusNoContent, ""))
		if body != "" {
			g.answers(says(http.StatusAccepted, body))
		}
		if err := g.sender().Send(t.Context(), code()); err != nil {
			t.Errorf("%q: %v", body, err)
		}
	}
	g.Close()
	wantUnavailable(t, g.sender().Send(t.Context(), code()))
}

func TestAHangingGatewayIsLeft(t *testing.T) {
	g := newGateway(t, clock.At(storagetest.Start))
	released := make(chan struct{})
	g.answers(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-released:
		case <-r.Context().Done():
		}
	})
	defer close(released)
	impatient := g.sender()
	impatient.Timeout = 50 * time.Millisecond
	wantUnavailable(t, impatient.Send(t.Context(), code()))
	leaving, leave := context.WithCancel(t.Context())
	leave()
	wantUnavailable(t, g.sender().Send(leaving, code()))
}

func TestTheConsoleMasksThePhone(t *testing.T) {
	var out bytes.Buffer
	if err := (notify.Console{Out: &out}).Send(t.Context(), code()); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != "SMS to 139****0001: 验证码 123456\n" {
		t.Errorf("printed %q", got)
	}
	_, broken := io.Pipe()
	_ = broken.Close()
	wantUnavailable(t, notify.Console{Out: broken}.Send(t.Context(), code()))
}
