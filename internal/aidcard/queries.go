package aidcard

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/storage"
)

// Held lists a holder's cards, oldest first.
func Held(db *gorm.DB, holder id.ID) ([]Card, error) {
	cards := []Card{}
	return cards, db.Where("holder_id = ?", holder).Order("id").Find(&cards).Error
}

// Get answers a holder's own card; anybody else's is ErrNotFound.
func Get(db *gorm.DB, holder, cardID id.ID) (Card, error) {
	var card Card
	err := db.Where("id = ? AND holder_id = ?", cardID, holder).Take(&card).Error
	if storage.IsNotFound(err) {
		return card, ErrNotFound
	}
	return card, err
}

// Entries lists the movements of a card, newest first.
func Entries(db *gorm.DB, card Card, before id.ID, limit int) ([]ledger.Movement, error) {
	return ledger.Movements(db, card.Account(), before, limit)
}

// ByID reads cards by id, whoever holds them; for orders to show what paid them.
func ByID(db *gorm.DB, ids []id.ID) (map[id.ID]Card, error) {
	var cards []Card
	err := db.Where("id IN ?", ids).Find(&cards).Error
	return indexed(cards), err
}

// Lock reads cards under lock, in ascending order.
func Lock(tx *storage.Tx, ids []id.ID) (map[id.ID]Card, error) {
	var cards []Card
	err := tx.LockByID(&cards, ids)
	return indexed(cards), err
}

func indexed(cards []Card) map[id.ID]Card {
	byID := make(map[id.ID]Card, len(cards))
	for _, c := range cards {
		byID[c.ID] = c
	}
	return byID
}

// Spendable answers the cards with which a holder can pay now, the first to expire first,
// of those the oldest.
func Spendable(db *gorm.DB, holder id.ID, now clock.Millis, limit int) ([]id.ID, error) {
	var ids []id.ID
	err := db.Model(&Card{}).Where("holder_id = ? AND status = ? AND balance_fen > 0 AND (expires_at IS NULL OR expires_at > ?)", holder, Active, now).
		Order("CASE WHEN expires_at IS NULL THEN 1 ELSE 0 END, expires_at, id").Limit(limit).Pluck("id", &ids).Error
	return ids, err
}

// movedAtOnce is how many cards one statement changes; see rowsAtOnce.
const movedAtOnce = 100

// Move changes the balances of locked cards. The table's CHECK refuses a balance below zero
// or above the face; callers look first and post the same amounts to the cards' accounts.
func Move(tx *storage.Tx, deltas map[id.ID]money.Fen) error {
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(deltas)), movedAtOnce) {
		var cases strings.Builder
		var values []any
		for _, cardID := range ids {
			cases.WriteString(" WHEN ? THEN ?")
			values = append(values, cardID, deltas[cardID])
		}
		change := tx.Exec("UPDATE aid_cards SET balance_fen = balance_fen + CASE id"+cases.String()+" ELSE 0 END WHERE id IN ?", append(values, ids)...)
		if change.Error != nil {
			return change.Error
		}
		if change.RowsAffected != int64(len(ids)) {
			return ErrNotFound
		}
	}
	return nil
}

// Find answers the card that has a code, for who made the code.
func (c Codes) Find(db *gorm.DB, code string) (Card, error) {
	var card Card
	normalized, _ := Normalize(code)
	err := db.Where("secret_hash = ?", c.Hash(normalized)).Take(&card).Error
	return card, err
}

// HoldsMoney tells whether a card of the holder can still pay, as
// identity.Service.BeforeDeletion asks. The cards stay locked: while they hold nothing,
// no checkout can be paid with them, so this goes before order.Underway.
func HoldsMoney(tx *storage.Tx, holder id.ID) (field, message string, err error) {
	var cards []Card
	if err := tx.ForUpdate().Where("holder_id = ?", holder).Order("id").Find(&cards).Error; err != nil {
		return "", "", err
	}
	for _, c := range cards {
		if left := c.UsableBy(holder, tx.Now()); c.BalanceFen > 0 && (left == nil || errors.Is(left, ErrFrozen) || errors.Is(left, ErrExpired)) {
			return "cards", "a card still holds money: spend it first, and re-activate one that expired", nil
		}
	}
	return "", "", nil
}
