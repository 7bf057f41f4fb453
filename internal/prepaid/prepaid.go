// Package prepaid watches over what issuers of cards were paid for and still owe (预收资金):
// how much it is, what of it the rules ask to be kept in custody, and the ceiling that they set
// by the issuer's revenue. What is owed comes from the ledger, as of any day. What is in
// custody and what an issuer earned is said from outside: two operators record it, a row for
// each time, and no row is changed; of two for the same day or year the later holds.
package prepaid

import (
	"time"

	"zique/internal/aidcard"
	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/money"
	"zique/internal/rulepack"
	"zique/internal/storage"
)

// The kinds of approval by which figures are recorded.
const (
	CustodyKind = "custody_balance.record"
	RevenueKind = "issuer_revenue.record"
)

const recordTTL = 7 * 24 * time.Hour

// mostFen bounds what is recorded, so that shares of it can be counted.
const mostFen = 1e14

// Custody is what was in custody for a program at the end of a day.
type Custody struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	ProgramID id.ID
	Day       string `gorm:"column:balance_day"`
	AmountFen money.Fen
	Source    string // the bank's letter or statement
	CreatedAt clock.Millis
}

// TableName is the table's name.
func (Custody) TableName() string { return "custody_balances" }

// Revenue is the main revenue of an issuer in a year (主营业务收入).
type Revenue struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	Issuer    string
	Year      int64 `gorm:"column:fiscal_year"`
	AmountFen money.Fen
	Source    string // the audited accounts
	CreatedAt clock.Millis
}

// TableName is the table's name.
func (Revenue) TableName() string { return "issuer_revenues" }

// Desk is where operators record and watch.
type Desk struct {
	packs     rulepack.Packs
	approvals *approval.Desk
}

// NewDesk registers what needs a second operator.
func NewDesk(packs rulepack.Packs, approvals *approval.Desk) *Desk {
	d := &Desk{packs, approvals}
	approvals.Register(approval.Kind{Name: CustodyKind, TTL: recordTTL, Decides: identity.EveryOperator, Carry: d.recordCustody})
	approvals.Register(approval.Kind{Name: RevenueKind, TTL: recordTTL, Decides: identity.EveryOperator, Carry: d.recordRevenue})
	return d
}

// custodyFace and revenueFace are what deciders read.
type custodyFace struct {
	Program   string    `json:"program"`
	Day       string    `json:"day"`
	AmountFen money.Fen `json:"amount_fen"`
	Source    string    `json:"source"`
}

type revenueFace struct {
	Issuer    string    `json:"issuer"`
	Year      int64     `json:"year"`
	AmountFen money.Fen `json:"amount_fen"`
	Source    string    `json:"source"`
}

// AskCustody asks a second operator to record what is in custody. It fails with every wrong
// field, aidcard.ErrNoProgram, or approval.ErrPending while the same waits.
func (d *Desk) AskCustody(tx *storage.Tx, by audit.Actor, c Custody) (approval.Approval, error) {
	var wrong fault.Problems
	if end, isDay := rulepack.EndOf(c.Day); !isDay || end > tx.Now() && c.Day != tx.Now().Day() {
		wrong.Add("day", "invalid", "must be a day that is not to come, as in 2026-11-30")
	}
	amountIsRight(&wrong, c.AmountFen)
	c.Source = wrong.Line("source", c.Source, 200)
	p, err := d.program(tx, c.ProgramID, &wrong)
	if err != nil {
		return approval.Approval{}, err
	}
	last, err := lastCustody(tx.DB, c.ProgramID, c.Day)
	if err != nil {
		return approval.Approval{}, err
	}
	var before any
	if last != nil {
		before = custodyFace{p.Name, last.Day, last.AmountFen, last.Source}
	}
	return d.approvals.Ask(tx, by, approval.Request{Kind: CustodyKind, Subject: "card_program", SubjectID: p.ID, Reason: c.Source,
		Before: before, After: custodyFace{p.Name, c.Day, c.AmountFen, c.Source}, Payload: c})
}

// AskRevenue asks a second operator to record what the issuer of a program earned in a year
// that is over. It fails as AskCustody does.
func (d *Desk) AskRevenue(tx *storage.Tx, by audit.Actor, programID id.ID, r Revenue) (approval.Approval, error) {
	var wrong fault.Problems
	if this := yearOf(tx.Now().Day()); r.Year < 2000 || r.Year >= this {
		wrong.Add("year", "range", "must be a year that is over")
	}
	amountIsRight(&wrong, r.AmountFen)
	r.Source = wrong.Line("source", r.Source, 200)
	p, err := d.program(tx, programID, &wrong)
	if err != nil {
		return approval.Approval{}, err
	}
	r.Issuer = p.Issuer
	last, err := lastRevenue(tx.DB, r.Issuer, r.Year)
	if err != nil {
		return approval.Approval{}, err
	}
	var before any
	if last != nil {
		before = revenueFace{last.Issuer, last.Year, last.AmountFen, last.Source}
	}
	return d.approvals.Ask(tx, by, approval.Request{Kind: RevenueKind, Subject: "card_program", SubjectID: p.ID, Reason: r.Source,
		Before: before, After: revenueFace{r.Issuer, r.Year, r.AmountFen, r.Source}, Payload: r})
}

func amountIsRight(wrong *fault.Problems, amount money.Fen) {
	if amount < 0 || amount > mostFen {
		wrong.Add("amount_fen", "range", "must be 0 to 1,000,000,000,000 yuan")
	}
}

// program answers the named one, or what is wrong altogether.
func (d *Desk) program(tx *storage.Tx, programID id.ID, wrong *fault.Problems) (aidcard.Program, error) {
	p, err := aidcard.GetProgram(tx.DB, programID)
	if err == aidcard.ErrNoProgram {
		wrong.Add("program_id", "unknown", "there is no such card program")
		err = nil
	}
	if err == nil {
		err = wrong.Err()
	}
	return p, err
}

func (d *Desk) recordCustody(tx *storage.Tx, by audit.Actor, a approval.Approval) error {
	var c Custody
	if err := a.Open(&c); err != nil {
		return err
	}
	c.ID, c.CreatedAt = tx.NewID(), tx.Now()
	return record(tx, by, a, &c, audit.Change{Action: "custody_balance.recorded", Subject: "custody_balance", SubjectID: c.ID,
		After: map[string]any{"program_id": c.ProgramID.String(), "day": c.Day, "amount_fen": c.AmountFen}})
}

func (d *Desk) recordRevenue(tx *storage.Tx, by audit.Actor, a approval.Approval) error {
	var r Revenue
	if err := a.Open(&r); err != nil {
		return err
	}
	r.ID, r.CreatedAt = tx.NewID(), tx.Now()
	return record(tx, by, a, &r, audit.Change{Action: "issuer_revenue.recorded", Subject: "issuer_revenue", SubjectID: r.ID,
		After: map[string]any{"issuer": r.Issuer, "year": r.Year, "amount_fen": r.AmountFen}})
}

func record(tx *storage.Tx, by audit.Actor, a approval.Approval, row any, change audit.Change) error {
	if err := identity.StillOperator(tx.DB, a.RequestedBy); err != nil {
		return err
	}
	if err := tx.Create(row).Error; err != nil {
		return err
	}
	change.Reason = a.Reason
	return audit.Write(tx, by, change)
}
