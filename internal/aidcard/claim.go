package aidcard

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"zique/internal/attempt"
	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/storage"
)

// Guesses that are allowed before every code is refused, the right one too.
var (
	perAccount = attempt.Limit{Max: 10, Window: 15 * time.Minute}
	perPeer    = attempt.Limit{Max: 60, Window: 15 * time.Minute}
)

// Claim gives the card of a code to the actor (领取). A code that is unknown,
// malformed, claimed by somebody else or void is ErrNotUsable and counts as an
// attempt of the account and of the peer's address. Claiming again a card that is
// already the actor's answers the card. One that expired unclaimed is claimed too, to be
// re-activated. A blank code is a wrong field, and no guess.
func (c Codes) Claim(ctx context.Context, db *storage.DB, by audit.Actor, code string) (Card, error) {
	if isBlank(code) {
		return Card{}, fault.InvalidField("code", "required", "give the code of a card")
	}
	account, address := subjects(by.UserID, by.Peer)
	byAccount, err := attempt.Begin(ctx, db, perAccount, account)
	if err != nil {
		return Card{}, err
	}
	byPeer, err := attempt.Begin(ctx, db, perPeer, address)
	if err != nil {
		return Card{}, err
	}
	normalized, wellFormed := Normalize(code)
	if !wellFormed {
		return Card{}, ErrNotUsable
	}
	var card Card
	err = db.InTx(ctx, func(tx *storage.Tx) error {
		if err := identity.KeepAccount(tx, by.UserID); err != nil {
			return err
		}
		if card, err = claim(tx, by, c.Hash(normalized)); err != nil {
			return err
		}
		return errors.Join(byAccount.Forgive(tx), byPeer.Forgive(tx))
	})
	return card, err
}

func claim(tx *storage.Tx, by audit.Actor, hash string) (Card, error) {
	var card Card
	holder := by.UserID
	err := tx.ForUpdate().Where("secret_hash = ?", hash).Take(&card).Error
	switch {
	case storage.IsNotFound(err):
		return card, ErrNotUsable
	case err != nil:
		return card, err
	case card.HolderID != nil && *card.HolderID == holder:
		if used := card.UsableBy(holder, tx.Now()); used != ErrExpired {
			return card, used
		}
		return card, nil
	case card.HolderID != nil:
		return card, ErrNotUsable
	}
	before := card.StatusAt(tx.Now())
	card.HolderID = &holder
	if card.move(claimed, tx.Now()) != nil {
		return card, ErrNotUsable
	}
	if err := card.save(tx); err != nil {
		return card, err
	}
	return card, audit.Write(tx, by, audit.Change{Action: "card.claimed", Subject: "card", SubjectID: card.ID,
		Before: map[string]any{"status": before}, After: map[string]any{"status": card.Status, "holder_id": holder.String()}})
}

func subjects(holder id.ID, peer string) (account, address string) {
	sum := sha256.Sum256([]byte(peer))
	return "card:account:" + holder.String(), "card:peer:" + hex.EncodeToString(sum[:16])
}

// Assign gives an unclaimed card to a holder whose phone it was issued for.
func Assign(tx *storage.Tx, cardID, holder id.ID) error {
	change := tx.Model(&Card{}).Where("id = ? AND status = ?", cardID, Issued).
		Updates(map[string]any{"status": Active, "holder_id": holder})
	if change.Error == nil && change.RowsAffected != 1 {
		return ErrNotUsable
	}
	return change.Error
}
