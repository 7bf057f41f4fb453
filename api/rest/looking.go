package rest

import (
	"context"
	"encoding/json"

	"zique/internal/audit"
	"zique/internal/identity"
	"zique/internal/pii"
)

// lookingOn tells whether the caller only looks on: an auditor, who acts for nobody and
// sees no personal data in clear.
func lookingOn(ctx context.Context) bool {
	who := caller(ctx)
	return acting(ctx).OrgID == 0 && who.Has(identity.RoleAuditor) && !who.Has(identity.RoleOperator)
}

// veil hides people in what a row shows. The zero veil hides nobody.
type veil struct {
	drawn bool
	names []string // who may be named in the row's texts
}

func (v veil) text(text string) string {
	if !v.drawn {
		return text
	}
	return pii.MaskText(text, v.names...)
}

func (v veil) name(name string) string {
	if !v.drawn {
		return name
	}
	return pii.MaskName(name)
}

// held hides people in the JSON that a row holds.
func (v veil) held(held string) string {
	if !v.drawn {
		return held
	}
	return withoutNames(pii.MaskJSON(held, v.names...))
}

// veils are those before rows, whose texts may name whom `around` says: drawn before who
// only looks on.
func veils[T any](ctx context.Context, s *Server, rows []T, around func(T) audit.Circle) ([]veil, error) {
	if !lookingOn(ctx) {
		return make([]veil, len(rows)), nil
	}
	circles := make([]audit.Circle, len(rows))
	for i, row := range rows {
		circles[i] = around(row)
	}
	return drawn(audit.Names(s.DB.Read(ctx), circles))
}

// veilOf is that before one row.
func (s *Server) veilOf(ctx context.Context, around audit.Circle) (veil, error) {
	one, err := veils(ctx, s, []audit.Circle{around}, func(c audit.Circle) audit.Circle { return c })
	if err != nil {
		return veil{}, err
	}
	return one[0], nil
}

func drawn(names [][]string, err error) ([]veil, error) {
	out := make([]veil, len(names))
	for i, of := range names {
		out[i] = veil{true, of}
	}
	return out, err
}

// naming are the fields of old rows that named people; newer ones are written masked.
var naming = []string{"contact_name", "holder"}

// withoutNames masks who is named in what a row holds.
func withoutNames(held string) string {
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(held), &fields) != nil { // a list or nothing
		return held
	}
	masked := false
	for _, field := range naming {
		var name string
		if json.Unmarshal(fields[field], &name) == nil {
			fields[field], _ = json.Marshal(pii.MaskName(name)) // a string always encodes
			masked = true
		}
	}
	if !masked {
		return held
	}
	shown, err := json.Marshal(fields)
	if err != nil {
		return "null"
	}
	return string(shown)
}
