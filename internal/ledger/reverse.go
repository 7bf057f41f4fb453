package ledger

import (
	"gorm.io/gorm"

	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

// Kinds of the transactions that no rows of a domain tell of.
const (
	Correction = "correction" // what the books need
	Reversal   = "reversal"   // of a correction, whose id is its reference
)

// Refusals of a reversal.
var (
	ErrReversed     = fault.New(fault.Conflict, "transaction_reversed", "this transaction was reversed already")
	ErrIrreversible = fault.New(fault.Conflict, "transaction_irreversible", "only a correction can be reversed: give a sale back by a refund, and post what is right")
)

// OppositeOf answers the entries that undo a Correction which stands; it refuses what Reverse refuses.
func OppositeOf(view *gorm.DB, txID id.ID) ([]Entry, error) {
	wrong, err := Get(view, txID)
	switch {
	case err != nil:
		return nil, err
	case wrong.Kind != Correction:
		return nil, ErrIrreversible
	case wrong.ReversedBy != 0:
		return nil, ErrReversed
	}
	entries := make([]Entry, len(wrong.Entries))
	for i, e := range wrong.Entries {
		entries[i] = Entry{Account: e.Account, Amount: -e.AmountFen}
	}
	return entries, nil
}

// Reverse undoes a Correction by another transaction with the opposite entries, and answers
// that one's id. It happens once, since the reversal refers to what it reverses. Any other
// kind it refuses: sales, refunds and payouts have rows of their own, which would go on
// saying what the ledger no longer does; whoever owns these undoes them together.
func Reverse(tx *storage.Tx, txID id.ID) (id.ID, error) {
	opposite, err := OppositeOf(tx.DB, txID)
	if err != nil {
		return 0, err
	}
	ids, err := Post(tx, []Posting{{Kind: Reversal, Reference: txID.String(), Entries: opposite}})
	if storage.IsDuplicate(err) { // another one committed meanwhile
		return 0, ErrReversed
	}
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}
