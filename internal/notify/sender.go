package notify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/pii"
)

// ErrUnavailable says that the gateway did not take a message.
var ErrUnavailable = fault.New(fault.Unavailable, "sms_unavailable", "text messages cannot be sent at the moment").After(10 * time.Second)

// SMS is one text message. Gateways that send by template use Template and Params,
// others Text.
type SMS struct {
	ID       string            `json:"id"` // of this message to this phone: the same when it is sent again
	Phone    string            `json:"phone"`
	Template string            `json:"template"`
	Params   map[string]string `json:"params"`
	Text     string            `json:"text"`
}

// Sender hands an SMS to whoever carries it. It makes one try of a few seconds and fails
// with ErrUnavailable; trying again is the outbox's. Errors never name the phone.
type Sender interface {
	Send(ctx context.Context, s SMS) error
}

// Console writes messages out instead of sending them: for trying out.
type Console struct{ Out io.Writer }

// Send writes the text, with the phone masked.
func (c Console) Send(_ context.Context, s SMS) error {
	if _, err := fmt.Fprintf(c.Out, "SMS to %s: %s\n", pii.MaskPhone(s.Phone), s.Text); err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return nil
}

const (
	gatewayTimeout = 5 * time.Second
	largestAnswer  = 64 << 10
	nonceBytes     = 16
)

// Names of the headers of a request to the gateway. The signature is the HMAC-SHA256
// under the shared secret, in hex, of timestamp, nonce and body, joined by newlines.
const (
	HeaderTimestamp = "Zique-Timestamp" // seconds since 1970
	HeaderNonce     = "Zique-Nonce"     // 32 hex digits, new each time
	HeaderSignature = "Zique-Signature"
)

// HTTPSender hands messages to an SMS gateway: it posts the JSON of SMS, signed, and
// takes a 2xx whose body, if there is one, is JSON without "ok": false.
type HTTPSender struct {
	URL    string
	Secret []byte
	Clock  *clock.Clock
	Client *http.Client // nil: one that follows no redirect
	// Timeout bounds one try; 5 seconds unless set.
	Timeout time.Duration
}

var plainClient = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// Send makes one try.
func (h HTTPSender) Send(ctx context.Context, s SMS) error {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(h.Timeout, gatewayTimeout))
	defer cancel()
	request, err := h.request(ctx, s)
	if err != nil {
		return err
	}
	client := h.Client
	if client == nil {
		client = plainClient
	}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	defer response.Body.Close()
	if err := taken(response); err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return nil
}

func (h HTTPSender) request(ctx context.Context, s SMS) (*http.Request, error) {
	body, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, nonceBytes)
	_, _ = rand.Read(nonce) // crypto/rand.Read never fails
	timestamp := strconv.FormatInt(h.Clock.Now().Time().Unix(), 10)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(HeaderTimestamp, timestamp)
	request.Header.Set(HeaderNonce, hex.EncodeToString(nonce))
	request.Header.Set(HeaderSignature, Sign(h.Secret, timestamp, hex.EncodeToString(nonce), body))
	return request, nil
}

// Sign makes the signature of a request; a gateway makes it again to compare.
func Sign(secret []byte, timestamp, nonce string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	fmt.Fprintf(mac, "%s\n%s\n", timestamp, nonce) // a hash never fails to write
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// taken reads the gateway's answer. What it says is not repeated: it may name the phone.
func taken(response *http.Response) error {
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return fmt.Errorf("the gateway answered %d", response.StatusCode)
	}
	raw, err := io.ReadAll(io.LimitReader(response.Body, largestAnswer+1))
	if err != nil {
		return err
	}
	if len(raw) > largestAnswer {
		return errors.New("the gateway's answer is too long")
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil
	}
	answer := struct {
		OK *bool `json:"ok"`
	}{}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return errors.New("the gateway's answer is not JSON")
	}
	if answer.OK != nil && !*answer.OK {
		return errors.New("the gateway refused")
	}
	return nil
}
