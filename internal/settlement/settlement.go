// Package settlement turns what cooperatives and village collectives are owed into
// statements, and statements into payouts.
//
// A run cuts the journal at a seq, never at a time: what is sealed by then is on its
// statements. An account's statements follow each other without a gap. Invariants:
//
//   - opening = the closings of the statements that are carried into it, each into one;
//     closing = opening + every entry of the account in the period but payouts. A closing
//     that is not above zero is carried into the next statement; one above is paid by
//     itself, unless refunds since leave less on the account: an operator may carry it.
//   - The amounts of a statement never change. What was wrong is corrected in the
//     ledger and so falls in the next period; a refund after payout makes it negative,
//     and what is negative is carried on until sales have made up for it.
//   - A statement is paid at most once: by its state, by its bank reference and by the
//     ledger's (payout, statement).
//   - Nobody alone pays: one operator asks for a run's confirmed statements, another
//     approves, and the account to which each goes is the one that was approved.
//   - No file tells the bank to pay more than an account holds when it is made.
//   - Nobody pays themselves: an operator who is or was of a payee does not answer it, ask
//     or approve that it is paid, carry it on, or record that it was paid.
//
// Locks: a run's row, then its statements ascending.
package settlement

import (
	"slices"
	"time"

	"zique/internal/approval"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/storage"
)

// Refusals.
var (
	ErrNotFound     = fault.New(fault.NotFound, "not_found", "there is no such statement here")
	ErrRunning      = fault.New(fault.Conflict, "settlement_running", "a settlement is being made; wait until it is done")
	ErrState        = fault.New(fault.Conflict, "state_conflict", "the statement is in a state that does not allow this")
	ErrNothingToPay = fault.New(fault.Conflict, "nothing_to_pay", "no statement of this settlement can be paid now")
	ErrPayeeChanged = fault.New(fault.Conflict, "payee_changed", "an account or a balance has changed since this was asked for; reject it and ask again")
	ErrCovered      = fault.New(fault.Conflict, "statement_covered", "the account holds what the statement says, so it is paid by itself")
	ErrOpen         = fault.New(fault.Conflict, "statements_open", "some statements are neither paid nor carried on")
)

// Statuses of a run.
const (
	Making = "making"
	Open   = "open"
	Closed = "closed" // also of its statements that were paid
)

// Statuses of a statement.
const (
	Issued    = "issued"
	Disputed  = "disputed"
	Confirmed = "confirmed"
	Approved  = "approved"
	Paid      = "paid"
	Carried   = "carried" // not paid by itself: its closing is in the next one's opening
)

// Statuses are all that a listing may be filtered by.
var Statuses = []string{Issued, Disputed, Confirmed, Approved, Paid, Closed, Carried}

// Settlement is one run.
type Settlement struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	ToSeq     int64
	Period    *string // the month of a monthly run, unique
	Making    *string // unique while the run makes statements, else NULL: one at a time
	Note      string
	Status    string
	AskedBy   id.ID // 0: the program
	CreatedAt clock.Millis
	MadeAt    *clock.Millis
	ClosedAt  *clock.Millis

	Counts     []Count `gorm:"-"`
	ApprovalID id.ID   `gorm:"-"` // the request for a payout that waits for a decision; 0: none
}

// TableName is the table's name.
func (Settlement) TableName() string { return "settlements" }

// Count sums the statements of one status.
type Count struct {
	SettlementID id.ID
	Status       string
	Count        int64
	ClosingFen   money.Fen
}

// Statement is what one account's owner is owed of a period, From < seq ≤ To.
type Statement struct {
	ID            id.ID `gorm:"primaryKey;autoIncrement:false"`
	SettlementID  id.ID
	OrgID         id.ID
	Kind          string // of the organisation
	Account       string
	FromSeq       int64
	ToSeq         int64
	OpeningFen    money.Fen
	MovedFen      money.Fen
	ClosingFen    money.Fen
	ItemCount     int64
	Status        string
	AutoConfirmed bool
	ConfirmBy     *clock.Millis // when silence confirms it
	Reason        string        // of a dispute
	Answer        string        // to it
	ApprovalID    id.ID         // the request that it is part of
	PayeeID       id.ID         // the account that was asked for
	FiledAt       *clock.Millis // first in a payout file
	BankReference *string
	PaidAt        *clock.Millis
	CarriedInto   id.ID  // the statement whose opening has its closing; 0: the next one's will
	CarriedReason string // why an operator carried it
	CreatedAt     clock.Millis
	ChangedAt     clock.Millis

	OrgName  string        `gorm:"->"`
	Period   string        `gorm:"-"` // the month that it settles; empty: it was made by hand
	Since    *clock.Millis `gorm:"-"` // of one made by hand: when the one before ended; nil: it is the first
	WaitsFor string        `gorm:"-"` // why it cannot be paid now; of one that is not confirmed only WaitsBalance
}

// TableName is the table's name.
func (Statement) TableName() string { return "settlement_statements" }

type event int

const (
	confirm event = iota
	dispute
	answer
	approve
	lapse // its account was replaced, or holds less, before any file named it
	pay
	carry // its account holds less
	finish
)

// moves is what may follow what. Everything else is ErrState.
var moves = map[event]struct {
	from []string
	to   string
}{
	confirm: {[]string{Issued}, Confirmed},
	dispute: {[]string{Issued}, Disputed},
	answer:  {[]string{Disputed}, Issued},
	approve: {[]string{Confirmed}, Approved},
	lapse:   {[]string{Approved}, Confirmed},
	pay:     {[]string{Approved}, Paid},
	carry:   {[]string{Issued, Disputed, Confirmed, Approved}, Carried},
	finish:  {[]string{Paid}, Closed},
}

func (s *Statement) move(e event, now clock.Millis) error {
	if !slices.Contains(moves[e].from, s.Status) {
		return ErrState
	}
	s.Status, s.ChangedAt = moves[e].to, now
	return nil
}

// save writes what may change of a statement: never an amount.
func (s *Statement) save(tx *storage.Tx) error {
	return tx.Model(&Statement{}).Where("id = ?", s.ID).
		Select("status", "auto_confirmed", "confirm_by", "reason", "answer", "approval_id", "payee_id", "filed_at", "bank_reference", "paid_at", "carried_reason", "changed_at").
		Updates(s).Error
}

func lock(tx *storage.Tx, statementID id.ID) (Statement, error) {
	var found []Statement
	if err := tx.LockByID(&found, []id.ID{statementID}); err != nil {
		return Statement{}, err
	}
	if len(found) == 0 {
		return Statement{}, ErrNotFound
	}
	return found[0], nil
}

func lockRun(tx *storage.Tx, settlementID id.ID) (Settlement, error) {
	var found []Settlement
	if err := tx.LockByID(&found, []id.ID{settlementID}); err != nil {
		return Settlement{}, err
	}
	if len(found) == 0 {
		return Settlement{}, ErrNotFound
	}
	return found[0], nil
}

// lockAll locks a run's statements of a status, ascending.
func lockAll(tx *storage.Tx, settlementID id.ID, status string) ([]Statement, error) {
	var found []Statement
	return found, tx.ForUpdate().Where("settlement_id = ? AND status = ?", settlementID, status).Order("id").Find(&found).Error
}

// DefaultConfirm is how long a payee has to dispute a statement before silence confirms it.
const DefaultConfirm = 7 * 24 * time.Hour

// Service is what settling needs of others.
type Service struct {
	orgs      *org.Service
	approvals *approval.Desk
	operators org.Operators
	confirm   time.Duration
}

// NewService registers the approval of payouts at the desk.
func NewService(orgs *org.Service, approvals *approval.Desk, operators org.Operators, confirmWithin time.Duration) *Service {
	s := &Service{orgs, approvals, operators, confirmWithin}
	approvals.Register(s.payout())
	return s
}

func sumOf(statements []Statement) money.Fen {
	var sum money.Fen
	for _, s := range statements {
		sum += s.ClosingFen
	}
	return sum
}

func payeesOf(statements []Statement) []id.ID {
	return idsOf(statements, func(s Statement) id.ID { return s.OrgID })
}

func accountsOf(statements []Statement) []string {
	codes := make([]string, len(statements))
	for i, s := range statements {
		codes[i] = s.Account
	}
	return codes
}

func idsOf(statements []Statement, of func(Statement) id.ID) []id.ID {
	var ids []id.ID
	for _, s := range statements {
		ids = append(ids, of(s))
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
