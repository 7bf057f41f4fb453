package ledger

import (
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

const kindReversal = "reversal"

// Refusals of a reversal.
var (
	ErrReversed     = fault.New(fault.Conflict, "transaction_reversed", "this transaction was reversed already")
	ErrIrreversible = fault.New(fault.Conflict, "transaction_irreversible", "a reversal cannot be reversed: post what is right")
)

// Reverse undoes a transaction by another with the opposite entries, and answers that
// one's id. It happens once, since the reversal refers to what it reverses.
func Reverse(tx *storage.Tx, txID id.ID) (id.ID, error) {
	wrong, err := Get(tx.DB, txID)
	switch {
	case err != nil:
		return 0, err
	case wrong.Kind == kindReversal:
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
