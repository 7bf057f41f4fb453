package bank

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/storage"
)

// Kinds of approvals that correct the books, each "ledger." and the kind of the transaction
// that it posts. The approval's subject is that transaction's reference.
const (
	CorrectKind = "ledger." + ledger.Correction
	ReverseKind = "ledger." + ledger.Reversal
)

// Correctable are the accounts that a correction may touch: the federation's own, for what
// the bank did by itself. The balance of every other account is told by rows of other tables,
// which a correction would belie. None leaves this list: the books name it for ever.
var Correctable = []string{
	org.BankAccount,
	"finance:bank_fees", // 银行手续费
	"finance:interest",  // 银行利息
	"finance:rounding",  // 尾差
}

// Limits of a correction.
const (
	fewestEntries = 2
	mostEntries   = 20
	mostFen       = money.Fen(1_000_000_000_00) // on one account
)

// entriesJSON is entries as people compare them and verify finds them: by account.
type entriesJSON struct {
	Reverses id.ID                `json:"reverses,omitempty"`
	Entries  map[string]money.Fen `json:"entries"`
}

func shownEntries(entries []ledger.Entry, reverses id.ID) entriesJSON {
	shown := entriesJSON{Reverses: reverses, Entries: map[string]money.Fen{}}
	for _, e := range entries {
		shown.Entries[e.Account] = e.Amount
	}
	return shown
}

// AskCorrection asks a second operator to post entries that no rows tell of. It fails with
// wrong fields.
func (s *Service) AskCorrection(tx *storage.Tx, by audit.Actor, entries []ledger.Entry, reason string) (approval.Approval, error) {
	if err := checkCorrection(entries); err != nil {
		return approval.Approval{}, err
	}
	return s.approvals.Ask(tx, by, approval.Request{Kind: CorrectKind, Subject: ledger.Correction, SubjectID: tx.NewID(), Reason: reason,
		Payload: entries, After: shownEntries(entries, 0)})
}

func checkCorrection(entries []ledger.Entry) error {
	var p fault.Problems
	if len(entries) < fewestEntries || len(entries) > mostEntries {
		p.Add("entries", "range", fmt.Sprintf("must be %d to %d", fewestEntries, mostEntries))
		return p.Err()
	}
	seen := map[string]bool{}
	var sum money.Fen
	for i, e := range entries {
		at := fmt.Sprintf("entries[%d].", i)
		switch {
		case !slices.Contains(Correctable, e.Account):
			p.Add(at+"account", "not_allowed", "a correction touches the federation's own accounts only")
		case seen[e.Account]:
			p.Add(at+"account", "duplicate", "each account once")
		}
		seen[e.Account] = true
		if e.Amount == 0 || e.Amount > mostFen || e.Amount < -mostFen {
			p.Add(at+"amount_fen", "range", fmt.Sprintf("must not be 0, nor beyond %d either way", mostFen))
			continue
		}
		sum += e.Amount
	}
	if p.Err() == nil && sum != 0 {
		p.Add("entries", "unbalanced", "the amounts must sum to zero")
	}
	return p.Err()
}

// AskReversal asks a second operator to undo a correction. It fails with
// ledger.ErrNoTransaction, ledger.ErrIrreversible, ledger.ErrReversed, approval.ErrPending,
// or a wrong reason.
func (s *Service) AskReversal(tx *storage.Tx, by audit.Actor, txID id.ID, reason string) (approval.Approval, error) {
	opposite, err := ledger.OppositeOf(tx.DB, txID)
	if err != nil {
		return approval.Approval{}, err
	}
	return s.approvals.Ask(tx, by, approval.Request{Kind: ReverseKind, Subject: ledger.Reversal, SubjectID: txID, Reason: reason,
		After: shownEntries(opposite, txID)})
}

func carryCorrection(tx *storage.Tx, by audit.Actor, a approval.Approval) error {
	var entries []ledger.Entry
	if err := a.Open(&entries); err != nil {
		return err
	}
	if err := identity.StillOperator(tx.DB, a.RequestedBy); err != nil {
		return err
	}
	posted, err := ledger.Post(tx, []ledger.Posting{{Kind: ledger.Correction, Reference: a.SubjectID.String(), Entries: entries}})
	if err != nil {
		return err
	}
	return audit.Write(tx, by, audit.Change{Action: "ledger.corrected", Subject: "transaction", SubjectID: posted[0], Reason: a.Reason, After: shownEntries(entries, 0)})
}

func carryReversal(tx *storage.Tx, by audit.Actor, a approval.Approval) error {
	if err := identity.StillOperator(tx.DB, a.RequestedBy); err != nil {
		return err
	}
	opposite, err := ledger.OppositeOf(tx.DB, a.SubjectID)
	if err != nil {
		return err
	}
	posted, err := ledger.Reverse(tx, a.SubjectID)
	if err != nil {
		return err
	}
	return audit.Write(tx, by, audit.Change{Action: "ledger.reversed", Subject: "transaction", SubjectID: posted, Reason: a.Reason, After: shownEntries(opposite, a.SubjectID)})
}

// Corrected is what two people said of a correction or reversal, and what they are asked of
// it now.
type Corrected struct {
	Approved approval.Approval // the zero Approval: the transaction is of another kind
	Undoing  id.ID             // the request to reverse it that waits; 0: none
}

// CorrectedBy answers who brought a transaction about, if it is a correction or its reversal.
func (s *Service) CorrectedBy(view *gorm.DB, t ledger.Transaction) (c Corrected, err error) {
	if t.Kind != ledger.Correction && t.Kind != ledger.Reversal {
		return c, nil
	}
	subject, err := id.Parse(t.Reference)
	if err != nil {
		return c, err
	}
	if c.Approved, err = approval.CarriedOut(view, "ledger."+t.Kind, subject); err != nil || t.Kind != ledger.Correction {
		return c, err
	}
	waiting, err := approval.PendingOf(view, s.db.Now(), ReverseKind, ledger.Reversal, []id.ID{t.ID})
	c.Undoing = waiting[t.ID]
	return c, err
}
