package rest

import (
	"context"
	"encoding/json"
	"net/http"

	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/idempotency"
)

// stored is an answer that was kept byte for byte.
type stored struct {
	Status      int
	ContentType string `header:"Content-Type"`
	Replayed    string `header:"Idempotency-Replayed"`
	Body        []byte
}

// seal makes the stored form of an answer. It is sealed because an order shows an address.
func (s *Server) seal(status int, answer any, resultID id.ID) (idempotency.Encoded, error) {
	plain, err := json.Marshal(answer)
	if err != nil {
		return idempotency.Encoded{}, err
	}
	sealed, err := s.Keys.Seal(plain)
	return idempotency.Encoded{Status: status, Body: sealed, ResultID: resultID}, err
}

// sealDecline is the stored form of a decline.
func (s *Server) sealDecline(ctx context.Context, f *fault.Fault) (idempotency.Encoded, error) {
	p := problemOf(ctx, f)
	return s.seal(p.Status, p, 0)
}

// answerStored opens what seal made.
func (s *Server) answerStored(a idempotency.Answer) (*stored, error) {
	plain, err := s.Keys.Open(a.Body)
	if err != nil {
		return nil, err
	}
	out := &stored{Status: a.Status, ContentType: "application/json", Body: plain}
	if a.Status >= http.StatusBadRequest {
		out.ContentType = "application/problem+json"
	}
	if a.Replayed {
		out.Replayed = "true"
	}
	return out, nil
}

// keyFor names the caller's request; body is what was decoded, so spelling does not count.
func keyFor(ctx context.Context, route, path, header string, body any) (idempotency.Key, error) {
	if err := idempotency.Check(header); err != nil {
		return idempotency.Key{}, err
	}
	canonical, err := json.Marshal(body)
	if err != nil {
		return idempotency.Key{}, err
	}
	return idempotency.Key{
		Caller: caller(ctx).UserID, Route: route, Key: header,
		Body: idempotency.Fingerprint(http.MethodPost, path, canonical),
	}, nil
}
