package aidcard

import (
	"maps"
	"slices"

	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/storage"
)

// Kinds of the transactions that take money off a card. Their reference is the step's id.
const (
	MovePosting = "card_move" // to another card
	VoidPosting = "card_void" // to what the enterprise paid in
)

// moveAll moves the balance of a locked card to another locked one, which is its successor
// from then on, and ends it. A balance of nothing posts nothing.
func moveAll(tx *storage.Tx, by audit.Actor, e event, step string, from *Card, to Card) error {
	before, amount := from.StatusAt(tx.Now()), from.BalanceFen
	if err := from.move(e, tx.Now()); err != nil {
		return err
	}
	from.SuccessorID, from.BalanceFen = to.ID, 0
	stepID, err := from.done(tx, by, Step{Step: step, ToCardID: to.ID, AmountFen: amount}, before, "")
	if err != nil || amount == 0 {
		return err
	}
	return shift(tx, stepID, from.ID, to.ID, amount)
}

// shift takes an amount off a card and loads it on another, whose face grows by it.
func shift(tx *storage.Tx, stepID, from, to id.ID, amount money.Fen) error {
	if err := Move(tx, map[id.ID]money.Fen{from: -amount}); err != nil {
		return err
	}
	loaded := tx.Exec("UPDATE aid_cards SET face_fen = face_fen + ?, moved_in_fen = moved_in_fen + ?, balance_fen = balance_fen + ? WHERE id = ?", amount, amount, amount, to)
	if loaded.Error == nil && loaded.RowsAffected != 1 {
		return ErrNotFound
	}
	if loaded.Error != nil {
		return loaded.Error
	}
	_, err := ledger.Post(tx, []ledger.Posting{{Kind: MovePosting, Reference: stepID.String(), Entries: []ledger.Entry{
		{Account: Account(from), Amount: -amount}, {Account: Account(to), Amount: amount}}}})
	return err
}

// GiveBack puts money back on the cards that gave it, or on those that have taken their
// place: what a card gave that was replaced or moved goes on to its successor. On an expired
// card it waits to be re-activated; on a void one that nothing replaces, for two operators
// to void it again.
func GiveBack(tx *storage.Tx, back map[id.ID]money.Fen) error {
	if len(back) == 0 {
		return nil
	}
	ids := slices.Sorted(maps.Keys(back))
	chain, err := successors(tx.DB, ids)
	if err != nil {
		return err
	}
	locked, err := Lock(tx, slices.Collect(maps.Keys(chain)))
	if err != nil {
		return err
	}
	for cardID, seen := range chain {
		if locked[cardID].SuccessorID != seen.SuccessorID { // replaced before it was locked
			return storage.ErrAgain
		}
	}
	if err := Move(tx, back); err != nil {
		return err
	}
	for _, cardID := range ids {
		if err := passOn(tx, locked, cardID, back[cardID]); err != nil {
			return err
		}
	}
	return nil
}

func passOn(tx *storage.Tx, cards map[id.ID]Card, cardID id.ID, amount money.Fen) error {
	last := cardID
	for cards[last].SuccessorID != 0 {
		last = cards[last].SuccessorID
	}
	if last == cardID || amount == 0 {
		return nil
	}
	step := Step{ID: tx.NewID(), CardID: cardID, Step: StepPassedOn, ToCardID: last, AmountFen: amount, CreatedAt: tx.Now()}
	if err := tx.Create(&step).Error; err != nil {
		return err
	}
	return shift(tx, step.ID, cardID, last, amount)
}

// successors reads cards and all that have taken their place.
func successors(view *gorm.DB, ids []id.ID) (map[id.ID]Card, error) {
	chain := map[id.ID]Card{}
	for len(ids) > 0 {
		found, err := ByID(view, ids)
		if err != nil {
			return nil, err
		}
		ids = nil
		for cardID, c := range found {
			chain[cardID] = c
			if _, known := chain[c.SuccessorID]; c.SuccessorID != 0 && !known {
				ids = append(ids, c.SuccessorID)
			}
		}
	}
	return chain, nil
}

// emptied are the kinds of the transactions of steps that end a card.
var emptied = map[string]string{StepVoided: VoidPosting, StepReturned: ReturnPosting}

// empty ends a locked card and gives what it holds to the enterprise that bought it.
func empty(tx *storage.Tx, by audit.Actor, c *Card, step, reason string) error {
	b, err := batchOf(tx.DB, *c)
	if err != nil {
		return err
	}
	before, amount := c.StatusAt(tx.Now()), c.BalanceFen
	if c.Status == Void && amount == 0 {
		return ErrState
	}
	if err := c.move(voids, tx.Now()); err != nil {
		return err
	}
	stepID, err := c.done(tx, by.About(b.EnterpriseID), Step{Step: step, AmountFen: amount}, before, reason)
	if err != nil || amount == 0 {
		return err
	}
	c.BalanceFen = 0
	if err := Move(tx, map[id.ID]money.Fen{c.ID: -amount}); err != nil {
		return err
	}
	_, err = ledger.Post(tx, []ledger.Posting{{Kind: emptied[step], Reference: stepID.String(), Entries: []ledger.Entry{
		{Account: c.Account(), Amount: -amount}, {Account: org.PaidInAccount(b.EnterpriseID), Amount: amount}}}})
	return err
}

func batchOf(view *gorm.DB, c Card) (Batch, error) {
	var b Batch
	return b, view.Take(&b, c.BatchID).Error
}
