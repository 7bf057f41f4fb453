package payment

import (
	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/storage"
)

// Refusals about differences.
var (
	ErrNoDifference = fault.New(fault.NotFound, "not_found", "there is no such payment of another amount than was asked for")
	ErrSentBack     = fault.New(fault.Conflict, "state_conflict", "the payment is sent back already")
)

// Difference is a payment of another amount than its charge asked for. Either side may be
// wrong, so that people look before the money goes back.
type Difference struct {
	Capture
	OrderID      id.ID
	AskedFen     money.Fen
	RefundStatus string // of the refund that sends it back; "": it waits for people
	DoneAt       *clock.Millis
}

func differences(view *gorm.DB) *gorm.DB {
	return view.Table("captures c").Select("c.*, g.order_id, g.amount_fen asked_fen, COALESCE(r.status, '') refund_status, r.done_at").
		Joins("JOIN charges g ON g.id = c.charge_id").Joins("LEFT JOIN gateway_refunds r ON r.capture_id = c.id").Where("c.outcome = ?", AmountDiffers)
}

func waiting(q *gorm.DB) *gorm.DB { return q.Where("r.id IS NULL") }

// Differences lists them, the newest first, before an id; 0: from the newest.
func Differences(view *gorm.DB, onlyOpen bool, before id.ID, limit int) ([]Difference, error) {
	q := differences(view).Order("c.id DESC").Limit(limit)
	if onlyOpen {
		q = waiting(q)
	}
	if before != 0 {
		q = q.Where("c.id < ?", before)
	}
	found := []Difference{}
	return found, q.Scan(&found).Error
}

// DifferencesOpen counts those that wait for people, and answers since when the first does.
func DifferencesOpen(view *gorm.DB) (int64, *clock.Millis, error) {
	return storage.Waiting(waiting(differences(view)), "c.created_at")
}

// OpenDifference answers one that waits for people, or ErrNoDifference or ErrSentBack.
func OpenDifference(view *gorm.DB, captureID id.ID) (Difference, error) {
	var found []Difference
	err := differences(view).Where("c.id = ?", captureID).Limit(1).Scan(&found).Error
	switch {
	case err != nil:
		return Difference{}, err
	case len(found) == 0:
		return Difference{}, ErrNoDifference
	case found[0].RefundStatus != "":
		return Difference{}, ErrSentBack
	}
	return found[0], nil
}

// SendBack queues the whole of an open difference. The caller holds the one request for it.
func SendBack(tx *storage.Tx, d Difference) error { return queue(tx, d.Capture, 0, d.AmountFen) }
