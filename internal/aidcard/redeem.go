package aidcard

import (
	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
)

// RedeemedAction stands in the log where a card became an organisation's by its code.
const RedeemedAction = "card.redeemed"

// cardsAtOnce bounds the cards that one statement names.
const cardsAtOnce = 500

// OpenTo answers nil when who has the code with that hash can pay with the card now, though
// nobody holds it yet.
func (c Card) OpenTo(codeHash string, now clock.Millis) error {
	if c.SecretHash == nil || *c.SecretHash != codeHash || c.StatusAt(now) != Issued {
		return ErrNotUsable
	}
	return nil
}

// ByCode reads the cards of codes by their hashes.
func ByCode(view *gorm.DB, hashes []string) (map[string]Card, error) {
	found := make(map[string]Card, len(hashes))
	for len(hashes) > 0 {
		some := hashes[:min(cardsAtOnce, len(hashes))]
		hashes = hashes[len(some):]
		var cards []Card
		if err := view.Where("secret_hash IN ?", some).Find(&cards).Error; err != nil {
			return nil, err
		}
		for _, c := range cards {
			found[*c.SecretHash] = c
		}
	}
	return found, nil
}

// Enterprises answers who bought each of the cards.
func Enterprises(view *gorm.DB, cards map[string]Card) (map[id.ID]id.ID, error) {
	batches := map[id.ID]id.ID{}
	var ids []id.ID
	for _, c := range cards {
		if _, seen := batches[c.BatchID]; !seen {
			batches[c.BatchID], ids = 0, append(ids, c.BatchID)
		}
	}
	for len(ids) > 0 {
		some := ids[:min(cardsAtOnce, len(ids))]
		ids = ids[len(some):]
		var found []Batch
		if err := view.Where("id IN ?", some).Find(&found).Error; err != nil {
			return nil, err
		}
		for _, b := range found {
			batches[b.ID] = b.EnterpriseID
		}
	}
	return batches, nil
}

// Take makes locked cards that nobody holds an organisation's, whose members know their
// codes. Any that somebody holds is ErrNotUsable. The caller writes the log.
func Take(tx *storage.Tx, holder id.ID, ids []id.ID) error {
	for len(ids) > 0 {
		some := ids[:min(cardsAtOnce, len(ids))]
		ids = ids[len(some):]
		change := tx.Model(&Card{}).Where("id IN ? AND status = ?", some, Issued).Updates(map[string]any{"status": next[claimed][Issued], "holder_id": holder})
		if change.Error == nil && change.RowsAffected != int64(len(some)) {
			return ErrNotUsable
		}
		if change.Error != nil {
			return change.Error
		}
	}
	return nil
}

// HeldAfter lists some of a holder's cards, the newest first.
func HeldAfter(view *gorm.DB, holder, before id.ID, limit int) ([]Card, error) {
	q := view.Where("holder_id = ?", holder).Order("id DESC").Limit(limit)
	if before != 0 {
		q = q.Where("id < ?", before)
	}
	found := []Card{}
	return found, q.Find(&found).Error
}
