package prepaid

import (
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"

	"zique/internal/aidcard"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/rulepack"
)

// Alerts.
const (
	CustodyShort    = "custody_short"    // less is in custody than the rules ask for
	CeilingExceeded = "ceiling_exceeded" // more is owed than the rules allow
	CustodyUnknown  = "custody_unknown"  // nobody recorded what is in custody
	RevenueUnknown  = "revenue_unknown"  // nobody recorded last year's revenue
)

// Fund is what is owed on the cards of a program, and what the rules ask about it.
type Fund struct {
	Program        aidcard.Program
	OutstandingFen money.Fen // on all cards, also those that are expired or frozen
	QuarterEnd     string    // the last day of the last quarter
	QuarterFen     money.Fen // what was outstanding then
	IssuedFen      money.Fen // since
	UsedFen        money.Fen // since, without what came back for goods
	CustodyShare   rulepack.Limit
	RequiredFen    money.Fen
	Custody        *Custody  // nil: none was recorded by then
	IssuerFen      money.Fen // outstanding of all programs of the issuer
	CeilingShare   rulepack.Limit
	Year           int64
	Revenue        *Revenue // of Year; nil: none was recorded
	CeilingFen     money.Fen
}

// Alerts are what is wrong with the fund, or not known.
func (f Fund) Alerts() []string {
	alerts := []string{}
	switch {
	case f.Custody != nil && f.Custody.AmountFen < f.RequiredFen:
		alerts = append(alerts, CustodyShort)
	case f.Custody == nil && f.RequiredFen > 0:
		alerts = append(alerts, CustodyUnknown)
	}
	switch {
	case f.Revenue != nil && f.IssuerFen > f.CeilingFen:
		alerts = append(alerts, CeilingExceeded)
	case f.Revenue == nil && f.IssuerFen > 0:
		alerts = append(alerts, RevenueUnknown)
	}
	return alerts
}

// Lights of a fund.
const (
	Green = "green"
	Amber = "amber" // a figure is missing
	Red   = "red"   // a rule is broken
)

// Light is what the alerts come to.
func (f Fund) Light() string {
	light := Green
	for _, alert := range f.Alerts() {
		if alert == CustodyShort || alert == CeilingExceeded {
			return Red
		}
		light = Amber
	}
	return light
}

// Funds reads all programs as of a point, in one snapshot.
func (d *Desk) Funds(view *gorm.DB, at ledger.Point) ([]Fund, error) {
	day := at.At.Day()
	quarter := lastQuarter(day)
	before, err := ledger.AsOf(view, quarter, at.At)
	if err != nil {
		return nil, err
	}
	moved, err := movedOn(view, before.Seq, at.Seq)
	if err != nil {
		return nil, err
	}
	var programs []aidcard.Program
	if err := view.Order("id").Find(&programs).Error; err != nil {
		return nil, err
	}
	byIssuer := map[string]money.Fen{}
	for _, p := range programs {
		byIssuer[p.Issuer] += moved[p.ID].OutstandingFen
	}
	funds := make([]Fund, len(programs))
	for i, p := range programs {
		f := moved[p.ID]
		f.Program, f.QuarterEnd, f.Year, f.IssuerFen = p, quarter, yearOf(day)-1, byIssuer[p.Issuer]
		if err := d.measure(view, &f, day, at); err != nil {
			return nil, err
		}
		funds[i] = f
	}
	return funds, nil
}

// measure holds a fund against what the rules ask and what was recorded.
func (d *Desk) measure(view *gorm.DB, f *Fund, day string, at ledger.Point) (err error) {
	pack, known := d.packs.Get(f.Program.RulePack)
	if !known {
		return fmt.Errorf("card program %s: no pack of rules %q", f.Program.ID, f.Program.RulePack)
	}
	limits := pack.At(at.At)
	f.CustodyShare, f.CeilingShare = limits.Custody(f.Program.IssuerClass), limits.Ceiling(f.Program.IssuerClass)
	f.RequiredFen = money.Fen((int64(f.QuarterFen)*f.CustodyShare.Value + 9999) / 10000) // at least the share
	if f.Custody, err = lastCustody(view, f.Program.ID, day); err != nil {
		return err
	}
	if f.Revenue, err = lastRevenue(view, f.Program.Issuer, f.Year); err == nil && f.Revenue != nil {
		f.CeilingFen = money.Fen(int64(f.Revenue.AmountFen) * f.CeilingShare.Value / 10000) // at most the share
	}
	return err
}

// movedOn sums what moved on the cards of each program: up to the end of a quarter, and up to
// now.
func movedOn(view *gorm.DB, quarter, now int64) (map[id.ID]Fund, error) {
	var rows []struct {
		ProgramID                                      id.ID
		OutstandingFen, QuarterFen, IssuedFen, UsedFen money.Fen
	}
	used := []string{order.HoldPosting, order.PaymentPosting, order.ReleasePosting, order.RefundPosting}
	err := view.Table("card_batches b").
		Select(`b.program_id, SUM(e.amount_fen) outstanding_fen, SUM(CASE WHEN t.seq <= ? THEN e.amount_fen ELSE 0 END) quarter_fen,
			SUM(CASE WHEN t.seq > ? AND t.kind = ? THEN e.amount_fen ELSE 0 END) issued_fen,
			SUM(CASE WHEN t.seq > ? AND t.kind IN ? THEN -e.amount_fen ELSE 0 END) used_fen`, quarter, quarter, aidcard.IssuePosting, quarter, used).
		Joins("JOIN aid_cards c ON c.batch_id = b.id").Joins("JOIN ledger_accounts a ON a.code = CONCAT('card:', c.id)").
		Joins("JOIN ledger_entries e ON e.account_id = a.id").Joins("JOIN ledger_transactions t ON t.id = e.tx_id").
		Where("t.seq <= ?", now).Group("b.program_id").Scan(&rows).Error
	found := make(map[id.ID]Fund, len(rows))
	for _, r := range rows {
		found[r.ProgramID] = Fund{OutstandingFen: r.OutstandingFen, QuarterFen: r.QuarterFen, IssuedFen: r.IssuedFen, UsedFen: r.UsedFen}
	}
	return found, err
}

// lastCustody is what was last recorded for a day or one before it; nil: nothing.
func lastCustody(view *gorm.DB, programID id.ID, day string) (*Custody, error) {
	var found []Custody
	err := view.Where("program_id = ? AND balance_day <= ?", programID, day).Order("balance_day DESC, id DESC").Limit(1).Find(&found).Error
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

func lastRevenue(view *gorm.DB, issuer string, year int64) (*Revenue, error) {
	var found []Revenue
	err := view.Where("issuer = ? AND fiscal_year = ?", issuer, year).Order("id DESC").Limit(1).Find(&found).Error
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// lastQuarter is the last day of the quarter before the one that a day is in.
func lastQuarter(day string) string {
	at, _ := time.Parse(time.DateOnly, day)
	first := time.Date(at.Year(), (at.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	return first.AddDate(0, 0, -1).Format(time.DateOnly)
}

func yearOf(day string) int64 {
	year, _ := strconv.ParseInt(day[:4], 10, 64)
	return year
}
