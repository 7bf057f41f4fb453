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
	guess, err := BeginGuess(ctx, db, by)
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
		return guess.Settle(tx, 0)
	})
	return card, err
}

// Guess is what somebody tries on codes. It stands as one wrong code of the account and of
// the peer's address until it is settled.
type Guess struct {
	subjects         []string
	account, address attempt.Attempt
}

// BeginGuess counts an attempt, or refuses with attempt.ErrTooMany, whatever the codes are.
func BeginGuess(ctx context.Context, db *storage.DB, by audit.Actor) (g Guess, err error) {
	account, address := subjects(by.UserID, by.Peer)
	g.subjects = []string{account, address}
	if g.account, err = attempt.Begin(ctx, db, perAccount, account); err != nil {
		return g, err
	}
	if g.address, err = attempt.Begin(ctx, db, perPeer, address); err != nil { // refused, it does not count
		return g, errors.Join(err, db.InTx(ctx, g.account.Forgive))
	}
	return g, nil
}

// Settle says how many codes were wrong.
func (g Guess) Settle(tx *storage.Tx, wrong int) error {
	if wrong == 0 {
		return errors.Join(g.account.Forgive(tx), g.address.Forgive(tx))
	}
	for range wrong - 1 {
		if err := attempt.Record(tx, g.subjects...); err != nil {
			return err
		}
	}
	return nil
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
