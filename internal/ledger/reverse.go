package ledger

import (
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

// Correction is the kind of a transaction that the books need and no other rows tell of.
const Correction = "correction"

const kindReversal = "reversal"

// Refusals of a reversal.
var (
	ErrReversed     = fault.New(fault.Conflict, "transaction_reversed", "this transaction was reversed already")
	ErrIrreversible = fault.New(fault.Conflict, "transaction_irreversible", "only a correction can be reversed: give a sale back by a refund, and post what is right")
)

// Reverse undoes a Correction by another transaction with the opposite entries, and answers
// that one's id. It happens once, since the reversal refers to what it reverses. Any other
// kind it refuses: sales, refunds and payouts have rows of their own, which would go on
// saying what the ledger no longer does; whoever owns these undoes them together.
func Reverse(tx *storage.Tx, txID id.ID) (id.ID, error) {
	wrong, err := Get(tx.DB, txID)
	switch {
	case err != nil:
		return 0, err
	case wrong.Kind != Correction:
		return 0, ErrIrreversible
	case wrong.ReversedBy != 0:
		return 0, ErrReversed
	}
	posting := Posting{Kind: kindReversal, Reference: txID.String()}
	for _, e := range wrong.Entries {
		posting.Entries = append(posting.Entries, Entry{Account: e.Account, Amount: -e.AmountFen})
	}
	ids, err := Post(tx, []Posting{posting})
	if storage.IsDuplicate(err) { // another one committed meanwhile
		return 0, ErrReversed
	}
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}
