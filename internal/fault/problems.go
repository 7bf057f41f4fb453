package fault

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Problems collects every wrong field of one request, so that all are named at once.
// The zero Problems is empty.
type Problems struct{ found *Fault }

// Add names one wrong field; the message never repeats the value.
func (p *Problems) Add(field, code, message string) {
	if p.found == nil {
		p.found = InvalidField(field, code, message)
		return
	}
	p.found = p.found.With(field, code, message)
}

// AddUnder names a field that a rule of law refuses. Of several rules the first is told.
func (p *Problems) AddUnder(rule Rule, field, code, message string) {
	p.Add(field, code, message)
	if p.found.Rule == nil {
		p.found = p.found.Under(rule)
	}
}

// Err is nil when nothing is wrong.
func (p *Problems) Err() error {
	if p.found == nil {
		return nil
	}
	return p.found
}

// Line answers the value without space around it. It must be one line of 1 to most
// characters.
func (p *Problems) Line(field, value string, most int) string {
	value = strings.TrimSpace(value)
	switch n := utf8.RuneCountInString(value); {
	case n == 0:
		p.Add(field, "required", "must not be empty")
	case n > most:
		p.Add(field, "too_long", fmt.Sprintf("must have at most %d characters", most))
	case !IsLine(value):
		p.Add(field, "invalid", "must be a line of text")
	}
	return value
}

// Text answers the value without space around it. It may be empty, or have several lines of
// at most most characters together.
func (p *Problems) Text(field, value string, most int) string {
	value = strings.TrimSpace(value)
	switch {
	case utf8.RuneCountInString(value) > most:
		p.Add(field, "too_long", fmt.Sprintf("must have at most %d characters", most))
	case !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }):
		p.Add(field, "invalid", "must be text")
	}
	return value
}

// MaxReason is the longest reason in characters.
const MaxReason = 500

// Reason answers why somebody does something, without space around it. It may have several lines.
func (p *Problems) Reason(value string, required bool) string {
	value = strings.TrimSpace(value)
	switch {
	case value == "" && required:
		p.Add("reason", "required", "must say why")
	case utf8.RuneCountInString(value) > MaxReason:
		p.Add("reason", "too_long", fmt.Sprintf("must have at most %d characters", MaxReason))
	case !isText(value):
		p.Add("reason", "invalid", "must be text")
	}
	return value
}

// isText tells whether the value is valid text, without control characters other than line
// breaks and tabs.
func isText(value string) bool {
	return utf8.ValidString(value) && !strings.ContainsFunc(value, func(r rune) bool {
		return unicode.IsControl(r) && !strings.ContainsRune("\r\n\t", r)
	})
}

// IsLine tells whether the value is valid text without line breaks, control characters and
// characters that nobody sees: they make two names look like one.
func IsLine(value string) bool {
	return utf8.ValidString(value) && !strings.ContainsFunc(value, func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Cf)
	})
}

var mobile = regexp.MustCompile(`^1[3-9]\d{9}$`)

// IsMobile tells whether phone is a mobile number of mainland China: 11 digits, without
// prefix or spaces.
func IsMobile(phone string) bool { return mobile.MatchString(phone) }

// Mobile wants a mobile number.
func (p *Problems) Mobile(field, phone string) {
	if !IsMobile(phone) {
		p.Add(field, "invalid", "must be a mobile number of 11 digits")
	}
}
