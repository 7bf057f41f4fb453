package report

import (
	"fmt"
	"strings"
	"unicode"

	"gorm.io/gorm"

	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/org"
	"zique/internal/storage"
)

// Hit is one thing that the operators' search box found.
type Hit struct {
	Kind   string // organisation, user, village, order or card
	ID     id.ID
	Title  string
	Detail string
}

// hitsOfKind bounds what one kind of thing may contribute.
const hitsOfKind = 10

// Search looks the text up everywhere: names of organisations and villages by a part,
// credit codes, order numbers, proof codes and card numbers as a whole. People are found
// by their phone, which is for identity to do. A text in which there is nothing to look
// for is a wrong `q`.
func Search(db *gorm.DB, text string) ([]Hit, error) {
	text = strings.TrimSpace(text)
	if text == "" || !fault.IsLine(text) {
		return nil, fault.InvalidField("q", "invalid", "must be a part of a name, or a number or code")
	}
	part := storage.Containing(text)
	number, _ := id.Parse(text) // 0: nobody's
	code := strings.ToUpper(strings.ReplaceAll(text, " ", ""))
	if strings.ContainsFunc(code, func(r rune) bool { return r > unicode.MaxASCII }) {
		code = "-" // nobody's: codes and numbers are ASCII
	}
	hits := []Hit{}
	for _, look := range []struct {
		query  string
		values []any
	}{
		{`SELECT 'organisation' kind, id, name title, CONCAT(kind, ' ', status) detail FROM organisations
			WHERE status <> ? AND (name LIKE ? ESCAPE '!' OR credit_code = ? OR id = ?) ORDER BY id DESC`, []any{org.Draft, part, code, number}},
		{`SELECT 'user' kind, id, name title, status detail FROM users WHERE id = ?`, []any{number}},
		{`SELECT 'village' kind, id, name title, township detail FROM villages WHERE name LIKE ? ESCAPE '!' OR id = ? ORDER BY id`, []any{part, number}},
		{`SELECT 'order' kind, id, CONCAT('', id) title, status detail FROM orders WHERE id = ? OR proof_code = ?`, []any{number, code}},
		{`SELECT 'order' kind, order_id id, CONCAT('', order_id) title, status detail FROM sub_orders WHERE id = ?`, []any{number}},
		{`SELECT 'card' kind, id, number title, status detail FROM aid_cards WHERE number = ? OR id = ?`, []any{code, number}},
	} {
		var found []Hit
		if err := db.Raw(fmt.Sprintf("%s LIMIT %d", look.query, hitsOfKind), look.values...).Scan(&found).Error; err != nil {
			return nil, err
		}
		hits = append(hits, found...)
	}
	return hits, nil
}
