package org

import (
	"regexp"
	"strings"

	"zique/internal/fault"
)

// Bounds of what people type, in characters.
const (
	MaxName    = 60
	MaxContact = 30
	MaxBank    = 60
)

var bankNumber = regexp.MustCompile(`^\d{8,32}$`)

// problems are the wrong fields of a request about organisations.
type problems struct{ fault.Problems }

func (p *problems) role(kind, role string) {
	if !HasRole(kind, role) {
		p.Add("role", "invalid", "must be one of "+strings.Join(rolesOf[kind].all, ", "))
	}
}
