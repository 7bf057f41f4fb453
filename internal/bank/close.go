package bank

import (
	"fmt"

	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/storage"
)

// DayTotals is a day with what its rows come to now.
type DayTotals struct {
	Day
	Rows          int64
	RowsFen       money.Fen
	MatchedFen    money.Fen
	ReturnedFen   money.Fen
	DifferenceFen money.Fen
	Differences   int64 // neither settled nor carried over
	Carried       int64 // carried over and not settled yet
}

// Days lists days with their totals, the newest first, before a day; "": from the newest.
func Days(view *gorm.DB, before string, limit int) ([]DayTotals, error) {
	q := view.Table("bank_days d").Order("d.bank_day DESC").Limit(limit).Group("d.bank_day, d.closed_at, d.closed_by, d.row_count, d.total_fen").
		Joins("LEFT JOIN bank_rows r ON r.bank_day = d.bank_day").
		Select(`d.bank_day, d.closed_at, d.closed_by, d.row_count, d.total_fen, COUNT(r.id) "rows", COALESCE(SUM(r.amount_fen), 0) rows_fen,
			COALESCE(SUM(CASE WHEN r.status = 'matched' THEN r.amount_fen END), 0) matched_fen,
			COALESCE(SUM(CASE WHEN r.status = 'returned' THEN r.amount_fen END), 0) returned_fen,
			COALESCE(SUM(CASE WHEN r.status = 'difference' THEN r.amount_fen END), 0) difference_fen,
			COUNT(CASE WHEN r.status = 'difference' AND r.carried_reason = '' THEN 1 END) differences,
			COUNT(CASE WHEN r.status = 'difference' AND r.carried_reason <> '' THEN 1 END) carried`)
	if before != "" {
		q = q.Where("d.bank_day < ?", before)
	}
	found := []DayTotals{}
	return found, q.Scan(&found).Error
}

// Close closes a day that is over: its rows come to what was posted for them, and each
// difference is settled, or carried over for a reason. Repeated, it changes nothing.
func (s *Service) Close(tx *storage.Tx, by audit.Actor, day, carryReason string) error {
	var p fault.Problems
	carryReason = p.Reason(carryReason, false)
	if err := p.Err(); err != nil {
		return err
	}
	d, err := lockDay(tx, day)
	if err != nil || d.ClosedAt != nil {
		return err
	}
	if day >= tx.Now().Day() {
		return ErrDayOpen
	}
	open := tx.Model(&Row{}).Where("bank_day = ? AND status = ? AND carried_reason = ''", day, Difference)
	if carryReason == "" {
		var n int64
		if err := open.Count(&n).Error; err != nil || n > 0 {
			return orOpen(err)
		}
	} else if err := open.Update("carried_reason", carryReason).Error; err != nil {
		return err
	}
	return s.closeBalanced(tx, by, d, carryReason)
}

func orOpen(err error) error {
	if err == nil {
		err = ErrOpen
	}
	return err
}

func lockDay(tx *storage.Tx, day string) (Day, error) {
	var d Day
	err := tx.ForUpdate().Where("bank_day = ?", day).Take(&d).Error
	if storage.IsNotFound(err) {
		err = ErrNoDay
	}
	return d, err
}

func (s *Service) closeBalanced(tx *storage.Tx, by audit.Actor, d Day, carryReason string) error {
	var sum struct{ Count, TotalFen int64 }
	if err := tx.Model(&Row{}).Select("COUNT(*) count, COALESCE(SUM(amount_fen), 0) total_fen").Where("bank_day = ?", d.BankDay).Scan(&sum).Error; err != nil {
		return err
	}
	posted, err := ledger.SumOf(tx.DB, org.BankAccount, receiptPosting, "SELECT CONCAT('', id) FROM bank_rows WHERE bank_day = ?", d.BankDay)
	if err != nil {
		return err
	}
	if -posted != money.Fen(sum.TotalFen) {
		return fmt.Errorf("bank day %s: rows come to %d fen, postings to %d", d.BankDay, sum.TotalFen, -posted)
	}
	now := tx.Now()
	d.ClosedAt, d.ClosedBy, d.RowCount, d.TotalFen = &now, by.UserID, sum.Count, money.Fen(sum.TotalFen)
	if err := tx.Model(&Day{}).Where("bank_day = ?", d.BankDay).Select("ClosedAt", "ClosedBy", "RowCount", "TotalFen").Updates(&d).Error; err != nil {
		return err
	}
	people, err := s.CarriedOver(tx.DB, []string{d.BankDay})
	if err != nil {
		return err
	}
	return audit.Write(tx, by, audit.Change{Action: "bank_day.closed", Subject: "bank_day", SubjectID: 0, Reason: carryReason, People: people[d.BankDay],
		After: map[string]any{"day": d.BankDay, "rows": d.RowCount, "total_fen": d.TotalFen}})
}

// DayOf answers one day with its totals, or ErrNoDay.
func DayOf(view *gorm.DB, day string) (DayTotals, error) {
	found, err := Days(view.Where("d.bank_day = ?", day), "", 1)
	if err != nil || len(found) == 0 {
		return DayTotals{}, orNoDay(err)
	}
	return found[0], nil
}

func orNoDay(err error) error {
	if err == nil {
		err = ErrNoDay
	}
	return err
}
