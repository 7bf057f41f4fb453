package bank

import (
	"regexp"
	"time"

	"gorm.io/gorm"

	"zique/internal/aidcard"
	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/cardsale"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/ledger"
	"zique/internal/order"
	"zique/internal/org"
	"zique/internal/payment"
	"zique/internal/pii"
	"zique/internal/procurement"
	"zique/internal/storage"
)

// SettleKind is the kind of approval that settles a difference.
const SettleKind = "bank_difference.settle"

const settleTTL = 7 * 24 * time.Hour

// Resolution is what is to become of a difference: it pays an order, a batch of cards or a purchase order, or
// was given back by a transfer with a bank reference of its own.
type Resolution struct {
	OrderID         id.ID  `json:"order_id,omitempty"`
	BatchID         id.ID  `json:"batch_id,omitempty"`
	PurchaseOrderID id.ID  `json:"purchase_order_id,omitempty"`
	ReturnReference string `json:"return_reference,omitempty"`
}

var bankReference = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)

// IsReference tells whether text can be a bank's reference.
func IsReference(text string) bool { return bankReference.MatchString(text) }

// Ask asks a second operator to settle a difference. It fails with ErrNoRow, ErrSettled,
// wrong fields, a refusal of the order, org.ErrOwnRequest where the order is the asker's
// own, or approval.ErrPending.
func (s *Service) Ask(tx *storage.Tx, by audit.Actor, rowID id.ID, how Resolution, reason string) (approval.Approval, error) {
	r, err := s.Get(tx.DB, rowID)
	if err != nil {
		return approval.Approval{}, err
	}
	if r.Status != Difference {
		return approval.Approval{}, ErrSettled
	}
	if err := how.check(tx, r); err != nil {
		return approval.Approval{}, err
	}
	about, err := how.about(tx.DB, r)
	if err != nil {
		return approval.Approval{}, err
	}
	if err := notOwn(tx.DB, by.UserID, about); err != nil {
		return approval.Approval{}, err
	}
	return s.approvals.Ask(tx, by.About(about.OrgID), approval.Request{Kind: SettleKind, Subject: "bank_row", SubjectID: r.ID, AboutUser: about.BuyerID, Reason: reason, Payload: how, After: how,
		Before: map[string]any{"amount": r.AmountFen.String(), "why": r.Why, "payer": pii.MaskName(r.Name), "account": r.Masked(), "bank_reference": r.BankReference}})
}

// about is what it is about; the zero purchase: nobody knows.
func (how Resolution) about(view *gorm.DB, r Row) (purchase, error) {
	switch {
	case how.BatchID != 0:
		return purchaseOf(view, Row{BatchID: how.BatchID})
	case how.PurchaseOrderID != 0:
		return purchaseOf(view, Row{PurchaseOrderID: how.PurchaseOrderID})
	case how.OrderID == 0:
		return purchaseOf(view, r)
	}
	var found purchase
	return found, view.Table("orders o").Select(ofPurchase).Where("o.id = ?", how.OrderID).Limit(1).Scan(&found).Error
}

// check refuses at once what could not be carried out.
func (how Resolution) check(tx *storage.Tx, r Row) error {
	if how.BatchID != 0 {
		return checkBatch(tx, r, how.BatchID)
	}
	if how.PurchaseOrderID != 0 {
		return procurement.Awaits(tx.DB, how.PurchaseOrderID, r.AmountFen)
	}
	if how.OrderID == 0 {
		if !IsReference(how.ReturnReference) {
			return fault.InvalidField("bank_reference", "invalid", "must be 1 to 64 letters and digits")
		}
		return payment.Unsent(tx, how.ReturnReference)
	}
	c, err := payment.OpenOf(tx.DB, how.OrderID)
	switch {
	case fault.IsKind(err, fault.NotFound) || err == nil && c.Gateway != payment.BankTransfer:
		return order.ErrState
	case err == nil && c.AmountFen != r.AmountFen:
		return payment.ErrAmount
	}
	return err
}

func checkBatch(tx *storage.Tx, r Row, batchID id.ID) error {
	sale, err := cardsale.Get(tx.DB, 0, batchID)
	switch {
	case err != nil:
		return err
	case sale.Status != cardsale.AwaitingFunds:
		return cardsale.ErrState
	case sale.TotalFen() != r.AmountFen:
		return payment.ErrAmount
	}
	return nil
}

// ownResolution tells whether the order is the user's own that a request is about.
func (s *Service) ownResolution(view *gorm.DB, userID id.ID, a approval.Approval) (bool, error) {
	var how Resolution
	if err := a.Open(&how); err != nil {
		return false, err
	}
	r, err := s.Get(view, a.SubjectID)
	if err != nil {
		return false, err
	}
	about, err := how.about(view, r)
	if err != nil {
		return false, err
	}
	return isOwn(view, userID, about)
}

// carryResolution settles a difference that a second person approved.
func (s *Service) carryResolution(tx *storage.Tx, by audit.Actor, a approval.Approval) error {
	var how Resolution
	if err := a.Open(&how); err != nil {
		return err
	}
	if err := identity.StillOperator(tx.DB, a.RequestedBy); err != nil {
		return err
	}
	r, err := s.lockRow(tx, a.SubjectID)
	if err != nil {
		return err
	}
	about, err := how.about(tx.DB, r)
	if err != nil {
		return err
	}
	if err := neitherOwn(tx, by.UserID, a.RequestedBy, about); err != nil {
		return err
	}
	before := map[string]any{"status": r.Status, "why": r.Why}
	switch {
	case how.BatchID != 0:
		r.ChargeID, r.BatchID, r.PurchaseOrderID = 0, how.BatchID, 0
		err = s.matchKnown(tx, by, &r)
	case how.PurchaseOrderID != 0:
		r.ChargeID, r.BatchID, r.PurchaseOrderID = 0, 0, how.PurchaseOrderID
		err = s.matchKnown(tx, by, &r)
	case how.OrderID != 0:
		err = s.matchByHand(tx, by, &r, how.OrderID)
	default:
		err = giveBack(tx, &r, how.ReturnReference)
	}
	if err != nil {
		return err
	}
	return audit.Write(tx, by.About(about.OrgID), audit.Change{Action: "bank_difference.settled", Subject: "bank_row", SubjectID: r.ID, Reason: a.Reason,
		Before: before, After: map[string]any{"status": r.Status, "settlement": how}})
}

// neitherOwn refuses who decides, and who asked, where the purchase is either's own.
func neitherOwn(tx *storage.Tx, decider, asker id.ID, about purchase) error {
	if err := notOwn(tx.DB, decider, about); err != nil {
		return err
	}
	return org.JoinedSince(notOwn(tx.DB, asker, about))
}

// lockRow locks the day of a difference and answers it.
func (s *Service) lockRow(tx *storage.Tx, rowID id.ID) (Row, error) {
	r, err := s.Get(tx.DB, rowID)
	if err != nil {
		return r, err
	}
	if _, err := lockDays(tx, []string{r.BankDay}); err != nil {
		return r, err
	}
	if r, err = s.Get(tx.DB, rowID); err == nil && r.Status != Difference {
		err = ErrSettled
	}
	return r, err
}

func (s *Service) matchByHand(tx *storage.Tx, by audit.Actor, r *Row, orderID id.ID) error {
	c, err := payment.OpenOf(tx.DB, orderID)
	if fault.IsKind(err, fault.NotFound) {
		return order.ErrState
	}
	if err != nil {
		return err
	}
	r.ChargeID, r.BatchID, r.PurchaseOrderID = c.ID, 0, 0
	return s.matchKnown(tx, by, r)
}

// matchKnown matches a row with what two people say that it pays, or refuses.
func (s *Service) matchKnown(tx *storage.Tx, by audit.Actor, r *Row) (err error) {
	why := r.Why
	if err := s.match(tx, by, r, true); err != nil {
		return err
	}
	switch {
	case r.Status == Matched:
		return nil
	case r.Why == WrongAmount:
		err = payment.ErrAmount
	default:
		err = payment.ErrClosed
	}
	r.Why = why
	return err // and the transaction is undone
}

func giveBack(tx *storage.Tx, r *Row, reference string) error {
	if err := payment.Sent(tx, reference, payment.SentBack, r.ID); err != nil {
		return err
	}
	now := tx.Now()
	r.Status, r.ReturnReference, r.SettledAt = Returned, &reference, &now
	if err := tx.Model(r).Select("Status", "ReturnReference", "SettledAt").Updates(r).Error; err != nil {
		return err
	}
	_, err := ledger.Post(tx, []ledger.Posting{r.posting(returnPosting, -1)})
	return err
}

// Transfer is a refund that an operator makes by bank, to whoever paid.
type Transfer struct {
	payment.Refund
	OrderID id.ID
	Payer   Payer
}

// Transfers lists refunds of orders that were paid by bank, the oldest first, after an id.
func (s *Service) Transfers(view *gorm.DB, status string, after id.ID, limit int) ([]Transfer, error) {
	refunds, err := payment.Transfers(view, status, after, limit)
	if err != nil {
		return nil, err
	}
	captures := make([]id.ID, len(refunds))
	for i, r := range refunds {
		captures[i] = r.CaptureID
	}
	var from []struct {
		Row
		CaptureID id.ID
		OfOrder   id.ID
	}
	err = view.Table("captures c").Select("r.*, c.id capture_id, g.order_id of_order").Joins("JOIN bank_rows r ON r.bank_reference = c.reference").
		Joins("JOIN charges g ON g.id = c.charge_id").Where("c.gateway = ? AND c.id IN ?", payment.BankTransfer, captures).Scan(&from).Error
	if err != nil {
		return nil, err
	}
	transfers := make([]Transfer, len(refunds))
	for i, refund := range refunds {
		transfers[i].Refund = refund
		for _, f := range from {
			if f.CaptureID != refund.CaptureID {
				continue
			}
			one := []Row{f.Row}
			if err := s.open(one); err != nil {
				return nil, err
			}
			transfers[i].OrderID, transfers[i].Payer = f.OfOrder, one[0].Payer
		}
	}
	return transfers, nil
}

// Transferred records that an operator has made a refund by bank. Who gets it is another,
// and so is who took in what is refunded, else org.ErrOwnRequest: nobody alone lets money
// come that never came, and go. Repeated with the same reference, it changes nothing.
func (s *Service) Transferred(tx *storage.Tx, by audit.Actor, refundID id.ID, reference string) error {
	if !IsReference(reference) {
		return fault.InvalidField("bank_reference", "invalid", "must be 1 to 64 letters and digits")
	}
	var found []payment.Refund
	if err := tx.LockByID(&found, []id.ID{refundID}); err != nil {
		return err
	}
	switch {
	case len(found) == 0 || found[0].Gateway != payment.BankTransfer:
		return ErrNoTransfer
	case found[0].Status == payment.Done && found[0].Reference == reference:
		return nil
	case found[0].Status == payment.Done:
		return ErrSettled
	}
	row, paid, err := refunded(tx, found[0])
	if err != nil {
		return err
	}
	if row.TakenBy == by.UserID {
		return org.ErrOwnRequest
	}
	if err := notOwn(tx.DB, by.UserID, paid); err != nil {
		return err
	}
	if err := payment.Sent(tx, reference, payment.SentRefund, refundID); err != nil {
		return err
	}
	if err := payment.Settled(tx, refundID, reference); err != nil {
		return err
	}
	return audit.Write(tx, by.About(paid.OrgID), audit.Change{Action: "refund.transferred", Subject: "gateway_refund", SubjectID: refundID,
		After: map[string]any{"bank_reference": reference, "amount_fen": found[0].AmountFen}})
}

// CardsReturned records that an operator has transferred the money of cards that an
// enterprise gave back, with a reference that is no other transfer's.
func (s *Service) CardsReturned(tx *storage.Tx, by audit.Actor, returnID id.ID, reference string) error {
	if !IsReference(reference) {
		return fault.InvalidField("bank_reference", "invalid", "must be 1 to 64 letters and digits")
	}
	r, err := aidcard.GetReturn(tx.DB, returnID)
	if err != nil {
		return err
	}
	if r.Status == aidcard.ReturnApproved {
		if err := payment.Sent(tx, reference, payment.SentReturn, returnID); err != nil {
			return err
		}
	}
	return aidcard.PayReturn(tx, by, returnID, reference)
}

// refunded is the row that paid what a refund gives back, and its order.
func refunded(tx *storage.Tx, refund payment.Refund) (r Row, of purchase, err error) {
	err = tx.Where("bank_reference = (SELECT reference FROM captures WHERE id = ? AND gateway = ?)", refund.CaptureID, payment.BankTransfer).Take(&r).Error
	if err == nil {
		of, err = purchaseOf(tx.DB, r)
	}
	return r, of, err
}
