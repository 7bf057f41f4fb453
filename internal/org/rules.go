package org

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"zique/internal/fault"
)

// Bounds of what people type, in characters.
const (
	MaxName    = 60
	MaxContact = 30
	MaxReason  = 500
	MaxBank    = 60
)

var (
	mobile     = regexp.MustCompile(`^1[3-9]\d{9}$`)
	bankNumber = regexp.MustCompile(`^\d{8,32}$`)
)

// problems collects every wrong field of one request.
type problems struct{ found *fault.Fault }

func (p *problems) add(field, code, message string) {
	if p.found == nil {
		p.found = fault.InvalidField(field, code, message)
		return
	}
	p.found = p.found.With(field, code, message)
}

func (p *problems) err() error {
	if p.found == nil {
		return nil
	}
	return p.found
}

// line answers the value without space around it. It must be one line of 1 to most characters.
func (p *problems) line(field, value string, most int) string {
	value = strings.TrimSpace(value)
	switch n := utf8.RuneCountInString(value); {
	case n == 0:
		p.add(field, "required", "must not be empty")
	case n > most:
		p.add(field, "too_long", fmt.Sprintf("must have at most %d characters", most))
	case !utf8.ValidString(value) || strings.ContainsFunc(value, breaksLine):
		p.add(field, "invalid", "must be a line of text")
	}
	return value
}

func breaksLine(r rune) bool { return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) }

func (p *problems) phone(field, value string) {
	if !mobile.MatchString(value) {
		p.add(field, "invalid", "must be a mobile number of 11 digits")
	}
}

// reason may have several lines.
func (p *problems) reason(value string, required bool) string {
	value = strings.TrimSpace(value)
	switch {
	case value == "" && required:
		p.add("reason", "required", "must say why")
	case utf8.RuneCountInString(value) > MaxReason:
		p.add("reason", "too_long", fmt.Sprintf("must have at most %d characters", MaxReason))
	case !utf8.ValidString(value):
		p.add("reason", "invalid", "must be text")
	}
	return value
}

func (p *problems) role(kind, role string) {
	if !HasRole(kind, role) {
		p.add("role", "invalid", "must be one of "+strings.Join(rolesOf[kind].all, ", "))
	}
}
