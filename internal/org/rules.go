package org

import (
	"fmt"
	"regexp"
	"strings"
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

var bankNumber = regexp.MustCompile(`^\d{8,32}$`)

// problems are the wrong fields of a request about organisations.
type problems struct{ fault.Problems }

// reason may have several lines.
func (p *problems) reason(value string, required bool) string {
	value = strings.TrimSpace(value)
	switch {
	case value == "" && required:
		p.Add("reason", "required", "must say why")
	case utf8.RuneCountInString(value) > MaxReason:
		p.Add("reason", "too_long", fmt.Sprintf("must have at most %d characters", MaxReason))
	case !utf8.ValidString(value):
		p.Add("reason", "invalid", "must be text")
	}
	return value
}

func (p *problems) role(kind, role string) {
	if !HasRole(kind, role) {
		p.Add("role", "invalid", "must be one of "+strings.Join(rolesOf[kind].all, ", "))
	}
}
