package order

import (
	"slices"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/storage"
)

// RefundCase is a refund as the platform's desk sees it.
type RefundCase struct {
	Refund
	Parts []RefundedPart
	TxID  id.ID // the transaction that gave the money back; 0: there is none
}

// RefundedPart is a sub-order whose goods or freight a refund is about.
type RefundedPart struct {
	RefundID        id.ID
	SubOrderID      id.ID
	CooperativeID   id.ID
	CooperativeName string
}

// AnyOpen filters for refunds that wait for somebody.
const AnyOpen = "open"

// RefundFilter narrows the refunds of all cooperatives; zero fields do not. AfterID is the
// last refund of the page before.
type RefundFilter struct {
	Status        string // of a refund, or AnyOpen
	CooperativeID id.ID
	AfterID       id.ID
	Limit         int
}

// statuses are those that the filter lets through; nil: all.
func (f RefundFilter) statuses() []string {
	switch f.Status {
	case "":
		return nil
	case AnyOpen:
		return openRefund
	}
	return []string{f.Status}
}

// isQueue tells whether only refunds that wait are wanted.
func (f RefundFilter) isQueue() bool {
	return f.Status == AnyOpen || slices.Contains(openRefund, f.Status)
}

// concerns tells of a refund r and a sub-order s of its order whether the one is about the
// other. A refund before dispatch may be about several, or be of freight alone.
const concerns = `(r.sub_order_id = s.id OR r.sub_order_id = 0 AND (
	EXISTS (SELECT 1 FROM refund_lines f JOIN order_lines l ON l.id = f.line_id WHERE f.refund_id = r.id AND l.sub_order_id = s.id)
	OR NOT EXISTS (SELECT 1 FROM refund_lines f WHERE f.refund_id = r.id)))`

// Refunds answers a page over all cooperatives: of those that wait the one that was asked
// for first comes first, else the one that was asked for last.
func Refunds(view *gorm.DB, f RefundFilter) ([]RefundCase, error) {
	q, next := view.Table("refunds r").Limit(f.Limit).Order("r.id DESC"), "r.id < ?"
	if f.isQueue() {
		q, next = view.Table("refunds r").Limit(f.Limit).Order("r.id"), "r.id > ?"
	}
	if f.AfterID != 0 {
		q = q.Where(next, f.AfterID)
	}
	if statuses := f.statuses(); statuses != nil {
		q = q.Where("r.status IN ?", statuses)
	}
	if f.CooperativeID != 0 {
		q = q.Where("EXISTS (SELECT 1 FROM sub_orders s WHERE s.order_id = r.order_id AND s.cooperative_id = ? AND "+concerns+")", f.CooperativeID)
	}
	var found []Refund
	if err := q.Find(&found).Error; err != nil {
		return nil, err
	}
	cases := make([]RefundCase, len(found))
	for i, r := range found {
		cases[i].Refund = r
	}
	return cases, fillCases(view, cases)
}

func fillCases(view *gorm.DB, cases []RefundCase) error {
	at := make(map[id.ID]*RefundCase, len(cases))
	ids, references := make([]id.ID, len(cases)), make([]string, len(cases))
	for i := range cases {
		ids[i], references[i] = cases[i].ID, cases[i].ID.String()
		at[ids[i]] = &cases[i]
	}
	var parts []RefundedPart
	err := view.Table("refunds r").Select("r.id refund_id, s.id sub_order_id, s.cooperative_id, o.name cooperative_name").
		Joins("JOIN sub_orders s ON s.order_id = r.order_id AND "+concerns).Joins("JOIN organisations o ON o.id = s.cooperative_id").
		Where("r.id IN ?", ids).Order("s.id").Scan(&parts).Error
	if err != nil {
		return err
	}
	for _, p := range parts {
		at[p.RefundID].Parts = append(at[p.RefundID].Parts, p)
	}
	var lines []RefundedLine
	err = view.Table("refund_lines f").Select("f.*, l.title, l.spec").Joins("JOIN order_lines l ON l.id = f.line_id").
		Where("f.refund_id IN ?", ids).Order("f.id").Find(&lines).Error
	if err != nil {
		return err
	}
	for _, l := range lines {
		at[l.RefundID].Lines = append(at[l.RefundID].Lines, l)
	}
	var backs []RefundPayment
	err = view.Table("refund_payments b").Select("b.*, COALESCE(c.number, '') card_number").
		Joins("LEFT JOIN aid_cards c ON c.id = b.card_id").Where("b.refund_id IN ?", ids).Order("b.id").Find(&backs).Error
	if err != nil {
		return err
	}
	for _, b := range backs {
		at[b.RefundID].Payments = append(at[b.RefundID].Payments, b)
	}
	posted, err := ledger.ByReference(view, RefundPosting, references)
	for i := range cases {
		cases[i].TxID = posted[cases[i].ID.String()]
	}
	return err
}

// RefundsWaiting counts the refunds of a status, and answers since when the first has it.
func RefundsWaiting(view *gorm.DB, status string) (int64, *clock.Millis, error) {
	return storage.Waiting(view.Model(&Refund{}).Where("status = ?", status), "changed_at")
}
