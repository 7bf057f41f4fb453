package aidcard

import (
	"maps"
	"slices"
	"strings"

	"zique/internal/id"
	"zique/internal/storage"
)

// SetCodes gives unclaimed cards new secrets in one statement: codes that they had before
// are dead. Cards that are claimed meanwhile stay as they are.
func (c Codes) SetCodes(tx *storage.Tx, codes map[id.ID]string) error {
	if len(codes) == 0 {
		return nil
	}
	var cases strings.Builder
	var values []any
	ids := slices.Sorted(maps.Keys(codes))
	for _, cardID := range ids {
		normalized, ok := Normalize(codes[cardID])
		if !ok {
			return ErrNotUsable
		}
		cases.WriteString(" WHEN ? THEN ?")
		values = append(values, cardID, c.Hash(normalized))
	}
	return tx.Exec("UPDATE aid_cards SET secret_hash = CASE id"+cases.String()+" END WHERE id IN ? AND status = ?", append(values, ids, Issued)...).Error
}

// Holds tells whether a code is the card's.
func (c Codes) Holds(card Card, code string) bool {
	normalized, ok := Normalize(code)
	return ok && card.SecretHash != nil && *card.SecretHash == c.Hash(normalized)
}

// DropCodes leaves unclaimed cards without a secret, until new ones are made. Any that is
// claimed is ErrNotUsable.
func DropCodes(tx *storage.Tx, ids []id.ID) error {
	change := tx.Model(&Card{}).Where("id IN ? AND status = ?", ids, Issued).Update("secret_hash", nil)
	if change.Error == nil && change.RowsAffected != int64(len(ids)) {
		return ErrNotUsable
	}
	return change.Error
}
