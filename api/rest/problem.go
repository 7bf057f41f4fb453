package rest

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"zique/internal/fault"
	"zique/internal/storage"
)

// Problem is an error as clients see it (RFC 9457). Offending values are never repeated.
type Problem struct {
	Type      string         `json:"type" example:"about:blank"`
	Title     string         `json:"title" example:"Conflict"`
	Status    int            `json:"status" example:"409"`
	Code      string         `json:"code" example:"out_of_stock" doc:"stable; translations and programs hang on it"`
	Detail    string         `json:"detail"`
	RequestID string         `json:"request_id"`
	Errors    []ProblemField `json:"errors,omitempty"`
	Rule      *ProblemRule   `json:"rule,omitempty" doc:"where a rule of law refuses"`

	retryAfter int
}

// ProblemField names one wrong part of a request.
type ProblemField struct {
	Field   string `json:"field" example:"items[0].quantity"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// ProblemRule names what of the law refuses.
type ProblemRule struct {
	Pack    string `json:"pack" example:"national"`
	Article string `json:"article"`
	Source  string `json:"source"`
}

// Error, GetStatus, ContentType and GetHeaders are what huma asks of an error.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus: see Error.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType: see Error.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders: see Error.
func (p *Problem) GetHeaders() http.Header {
	headers := http.Header{}
	if p.retryAfter > 0 {
		headers.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	return headers
}

var statusOf = map[fault.Kind]int{
	fault.Invalid:         http.StatusBadRequest,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Unsupported:     http.StatusUnsupportedMediaType,
	fault.Mismatch:        http.StatusUnprocessableEntity,
	fault.TooMany:         http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// problemOf turns any error into a Problem. What is not a fault is ours to repair:
// it is logged, and the client learns only the request id.
func problemOf(ctx context.Context, err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	err = storage.PublicError(err)
	f, known := fault.As(err)
	if !known && errors.Is(err, context.Canceled) {
		return newProblem(ctx, http.StatusServiceUnavailable, "unavailable", "the caller went away") // nobody reads it
	}
	if !known {
		slog.ErrorContext(ctx, "request failed", "request_id", requestID(ctx), "error", err)
		return newProblem(ctx, http.StatusInternalServerError, "internal", "something went wrong on our side")
	}
	if f.Kind == fault.Unavailable {
		slog.WarnContext(ctx, "request could not be served", "request_id", requestID(ctx), "error", err)
	}
	p = newProblem(ctx, statusOf[f.Kind], f.Code, f.Message)
	for _, field := range f.Fields {
		p.Errors = append(p.Errors, ProblemField(field))
	}
	if f.Rule != nil {
		p.Rule = (*ProblemRule)(f.Rule)
	}
	if f.RetryAfter > 0 {
		p.retryAfter = int((f.RetryAfter.Milliseconds() + 999) / 1000)
	}
	return p
}

func newProblem(ctx context.Context, status int, code, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code, Detail: detail, RequestID: requestID(ctx)}
}

// requiredProperty is how huma's validation names a field that is missing.
var requiredProperty = regexp.MustCompile(`^expected required property (\S+) to be present$`)

// speakProblems makes huma's own refusals Problems of ours: validation becomes 400,
// and the offending value is dropped.
var speakProblems = sync.OnceFunc(func() { // huma keeps them for the whole process
	huma.ValidateStrictCasing = true
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return humaProblem(context.Background(), status, message, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		return humaProblem(ctx.Context(), status, message, errs)
	}
})

var codeOf = map[int]string{
	http.StatusUnsupportedMediaType:  "unsupported_media_type",
	http.StatusRequestEntityTooLarge: "body_too_large",
	http.StatusNotAcceptable:         "not_acceptable",
	http.StatusRequestTimeout:        "request_timeout",
}

func humaProblem(ctx context.Context, status int, message string, errs []error) *Problem {
	if status == http.StatusInternalServerError {
		return problemOf(ctx, errors.Join(append(errs, errors.New(message))...))
	}
	if status == http.StatusUnsupportedMediaType {
		message = "send the body as application/json"
	}
	if code, known := codeOf[status]; known {
		return newProblem(ctx, status, code, message)
	}
	p := newProblem(ctx, http.StatusBadRequest, "invalid_body", "the request cannot be read")
	if message == "request body is required" {
		p.Errors = []ProblemField{{Field: "body", Code: "required", Message: "send a JSON object"}}
	}
	for _, err := range errs {
		var detail *huma.ErrorDetail
		if !errors.As(err, &detail) {
			continue
		}
		field := strings.TrimPrefix(strings.TrimPrefix(detail.Location, "body."), "query.")
		if missing := requiredProperty.FindStringSubmatch(detail.Message); missing != nil {
			field = strings.TrimPrefix(strings.TrimPrefix(field, "body")+"."+missing[1], ".")
		}
		if field == "body" || field == "" {
			p.Errors = append(p.Errors, wrongBody(detail.Message))
			continue
		}
		p.Code, p.Detail = "invalid_field", "the request has fields that cannot be accepted"
		p.Errors = append(p.Errors, ProblemField{Field: field, Code: fieldCode(detail.Message), Message: detail.Message})
	}
	return p
}

// What readStrictly says of a body, before the JSON pointer of the place.
const (
	saidTwice   = "duplicate "
	ofOtherType = "type "
)

// readStrictly reads JSON in which each name is known and stands once. The words of the
// library's errors change from process to process, so its errors are put into ours.
func readStrictly(data []byte, into any) error {
	err := jsonv2.Unmarshal(data, into)
	var wrong *jsontext.SyntacticError
	var other *jsonv2.SemanticError
	switch {
	case errors.As(err, &wrong) && errors.Is(err, jsontext.ErrDuplicateName):
		return errors.New(saidTwice + string(wrong.JSONPointer))
	case errors.As(err, &other) && other.JSONPointer != "":
		return errors.New(ofOtherType + string(other.JSONPointer))
	}
	return err
}

// wrongBody says which field of a body stands twice or is of another type, or that the
// whole is no JSON.
func wrongBody(message string) ProblemField {
	if at, twice := strings.CutPrefix(message, saidTwice); twice {
		return ProblemField{Field: fieldAt(at), Code: "duplicate", Message: "this field stands in the body twice"}
	}
	if at, other := strings.CutPrefix(message, ofOtherType); other {
		return ProblemField{Field: fieldAt(at), Code: "invalid", Message: "this value is not of the type that is expected"}
	}
	return ProblemField{Field: "body", Code: "malformed", Message: "the body is not JSON"}
}

var indexed = regexp.MustCompile(`\.(\d+)`)

// fieldAt turns a JSON pointer into the name of a field: /items/0/quantity is items[0].quantity.
func fieldAt(pointer string) string {
	return indexed.ReplaceAllString(strings.ReplaceAll(strings.TrimPrefix(pointer, "/"), "/", "."), "[$1]")
}

// fieldCode names what huma's validation says in words.
func fieldCode(message string) string {
	for _, c := range []struct{ part, code string }{
		{"unexpected property", "unknown_field"}, {"required", "required"}, {"expected integer", "not_an_integer"},
		{"expected number <=", "range"}, {"expected number >=", "range"}, {"length", "length"}, {"expected string", "not_a_string"},
	} {
		if strings.Contains(message, c.part) {
			return c.code
		}
	}
	return "invalid"
}
