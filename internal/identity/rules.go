package identity

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"zique/internal/fault"
)

// Bounds of what people type, in characters (runes) unless it says bytes.
const (
	MaxName          = 50
	MinPassword      = 8
	MaxPassword      = 72
	MaxPasswordBytes = 256
)

var mobile = regexp.MustCompile(`^1[3-9]\d{9}$`)

// ValidPhone tells whether phone is a mobile number of mainland China: 11 digits,
// without prefix or spaces.
func ValidPhone(phone string) bool { return mobile.MatchString(phone) }

// problems collects every wrong field of one request.
type problems struct{ found *fault.Fault }

func (p *problems) add(field, code, message string) {
	if p.found == nil {
		p.found = fault.InvalidField(field, code, message)
		return
	}
	p.found = p.found.With(field, code, message)
}

// err is nil when nothing is wrong.
func (p *problems) err() error {
	if p.found == nil {
		return nil
	}
	return p.found
}

func (p *problems) phone(phone string) {
	if !ValidPhone(phone) {
		p.add("phone", "invalid", "must be a mobile number of 11 digits")
	}
}

// text answers the value without space around it. It must be one line of 1 to
// most characters.
func (p *problems) text(field, value string, most int) string {
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

func breaksLine(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp)
}

func (p *problems) password(field, password string) {
	n := utf8.RuneCountInString(password)
	if n < MinPassword || n > MaxPassword || len(password) > MaxPasswordBytes || !utf8.ValidString(password) {
		p.add(field, "invalid", fmt.Sprintf("must have %d to %d characters", MinPassword, MaxPassword))
	}
}

func (p *problems) roles(roles []string) {
	for _, role := range roles {
		switch role {
		case RoleOperator, RoleAuditor, RoleLiaison:
		default:
			p.add("role", "invalid", "must be operator, auditor or liaison")
		}
	}
}
