package report

import (
	"strings"

	"gorm.io/gorm"

	"zique/internal/id"
)

// Holders answers by the codes of ledger accounts whose each is: the name of an
// organisation or of a village, the whole number of a card. An account that is nobody's,
// such as the bank's, has none.
func Holders(view *gorm.DB, codes []string) (map[string]string, error) {
	subjects := map[string]id.ID{}
	var ids []id.ID
	for _, code := range codes {
		_, rest, _ := strings.Cut(code, ":")
		subject, _, _ := strings.Cut(rest, ":")
		if parsed, err := id.Parse(subject); err == nil {
			subjects[code], ids = parsed, append(ids, parsed)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	var found []struct {
		ID   id.ID
		Name string
	}
	// No two things have the same id, whatever they are.
	err := view.Raw(`SELECT id, name FROM organisations WHERE id IN ? UNION ALL SELECT id, name FROM villages WHERE id IN ?
		UNION ALL SELECT id, number FROM aid_cards WHERE id IN ?`, ids, ids, ids).Scan(&found).Error
	names := map[id.ID]string{}
	for _, holder := range found {
		names[holder.ID] = holder.Name
	}
	byCode := map[string]string{}
	for code, subject := range subjects {
		byCode[code] = names[subject]
	}
	return byCode, err
}
