package identity

import (
	"fmt"
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
