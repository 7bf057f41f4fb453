// Package fault is the language in which domain packages refuse. A Fault has a
// kind, which the edge turns into an HTTP status, a stable code that clients and
// translations hang on, and a message for people. Everything else is a bug or an
// engine that is away, and callers learn nothing of it but a request id.
package fault

import (
	"errors"
	"time"
)

// Kind says what sort of refusal a Fault is.
type Kind int

// The kinds, in the order of the statuses they become.
const (
	Invalid         Kind = iota + 1 // 400: the request itself is wrong
	Unauthenticated                 // 401: nobody is signed in
	Forbidden                       // 403: not yours to do
	NotFound                        // 404: not there, or not yours to see
	Conflict                        // 409: lost a race, or against a rule of state
	TooLarge                        // 413: more bytes than are taken here
	Unsupported                     // 415: of a type that is not taken here
	Mismatch                        // 422: well formed, but contradicts what was said before
	TooMany                         // 429: wait RetryAfter
	Unavailable                     // 503: an engine is away, or the outcome is not known yet
)

// Field names one wrong part of a request. The offending value is never repeated.
type Field struct {
	Field   string
	Code    string
	Message string
}

// Rule is what of the law refuses: the article, where it was read, and the pack of rules
// that holds it.
type Rule struct {
	Pack    string
	Article string
	Source  string
}

// Fault is a refusal. Compare with errors.Is: two Faults are the same when their
// codes are.
type Fault struct {
	Kind       Kind
	Code       string
	Message    string
	Fields     []Field
	RetryAfter time.Duration // only for TooMany and Unavailable
	Rule       *Rule         // where a rule of law refuses
}

// New makes a Fault without fields; use it for sentinels beside the rule they state.
func New(kind Kind, code, message string) *Fault {
	return &Fault{Kind: kind, Code: code, Message: message}
}

// InvalidField refuses one field of the request.
func InvalidField(field, code, message string) *Fault {
	return New(Invalid, "invalid_field", "the request has a field that cannot be accepted").With(field, code, message)
}

// With adds a field and leaves the receiver, which may be a sentinel, as it was.
func (f *Fault) With(field, code, message string) *Fault {
	with := *f
	with.Fields = append(append([]Field(nil), f.Fields...), Field{field, code, message})
	return &with
}

// After says when to try again and leaves the receiver as it was.
func (f *Fault) After(wait time.Duration) *Fault {
	after := *f
	after.RetryAfter = wait
	return &after
}

// Under says which rule of law refuses and leaves the receiver as it was.
func (f *Fault) Under(rule Rule) *Fault {
	under := *f
	under.Rule = &rule
	return &under
}

func (f *Fault) Error() string { return f.Code + ": " + f.Message }

// Is makes every copy of a sentinel equal to it.
func (f *Fault) Is(target error) bool {
	other, ok := target.(*Fault)
	return ok && other.Code == f.Code
}

// As finds the Fault in err's chain.
func As(err error) (*Fault, bool) {
	var f *Fault
	ok := errors.As(err, &f)
	return f, ok
}

// IsKind tells whether err is a Fault of that kind.
func IsKind(err error, kind Kind) bool {
	f, ok := As(err)
	return ok && f.Kind == kind
}
