package identity

import (
	"fmt"
	"regexp"
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

// problems are the wrong fields of a request about people.
type problems struct{ fault.Problems }

// A name is letters of any script with what stands between those of names, and maybe a
// number after them: no sentence, sum or phone, which texts lose where names are masked.
var named = regexp.MustCompile(`^\p{L}[\p{L}\p{M} ·•.'’()（）-]*\d{0,4}$`)

func (p *problems) name(value string) string {
	value = p.Line("name", value, MaxName)
	if fault.IsLine(value) && value != "" && !named.MatchString(value) {
		p.Add("name", "invalid", "must be letters, as names are, with at most four digits after them")
	}
	return value
}

func (p *problems) password(field, password string) {
	n := utf8.RuneCountInString(password)
	if n < MinPassword || n > MaxPassword || len(password) > MaxPasswordBytes || !utf8.ValidString(password) {
		p.Add(field, "invalid", fmt.Sprintf("must have %d to %d characters", MinPassword, MaxPassword))
	}
}

func (p *problems) roles(roles []string) {
	for _, role := range roles {
		switch role {
		case RoleOperator, RoleAuditor, RoleLiaison:
		default:
			p.Add("role", "invalid", "must be operator, auditor or liaison")
		}
	}
}
