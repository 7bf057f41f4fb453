package bank

import (
	"regexp"
	"time"

	"gorm.io/gorm"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/ledger"
	"zique/internal/order"
	"zique/internal/org"
	"zique/internal/payment"
	"zique/internal/pii"
	"zique/internal/storage"
)

// SettleKind is the kind of approval that settles a difference.
const SettleKind = "bank_difference.settle"

const settleTTL = 7 * 24 * time.Hour

// Settlement is what is to become of a difference: it pays an order, or was given back
// by a transfer with a bank reference of its own.
type Settlement struct {
	OrderID         id.ID  `json:"order_id,omitempty"`
	ReturnReference string `json:"return_reference,omitempty"`
}

var bankReference = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)

// IsReference tells whether text can be a bank's reference.
func IsReference(text string) bool { return bankReference.MatchString(text) }

// Ask asks a second operator to settle a difference. It fails with ErrNoRow, ErrSettled,
// wrong fields, a refusal of the order, org.ErrOwnRequest where the order is the asker's
// own, or approval.ErrPending.
func (s *Service) Ask(tx *storage.Tx, by audit.Actor, rowID id.ID, how Settlement, reason string) (approval.Approval, error) {
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
	if err := how.notOwn(tx, by.UserID, r); err != nil {
		return approval.Approval{}, err
	}
	buyer, err := how.buyer(tx, r)
	if err != nil {
		return approval.Approval{}, err
	}
	return s.approvals.Ask(tx, by, approval.Request{Kind: SettleKind, Subject: "bank_row", SubjectID: r.ID, AboutUser: buyer, Reason: reason, Payload: how, After: how,
		Before: map[string]any{"amount": r.AmountFen.String(), "why": r.Why, "payer": pii.MaskName(r.Name), "account": r.Masked(), "bank_reference": r.BankReference}})
}

// buyer is whose order it is about; 0: nobody knows of one.
func (how Settlement) buyer(tx *storage.Tx, r Row) (id.ID, error) {
	of := tx.Table("orders").Where("id = ?", how.OrderID)
	if how.OrderID == 0 {
		of = tx.Table("orders").Where("id = (SELECT order_id FROM charges WHERE id = ?)", r.ChargeID)
	}
	var buyers []id.ID
	err := of.Pluck("buyer_id", &buyers).Error
	if err != nil || len(buyers) == 0 {
		return 0, err
	}
	return buyers[0], nil
}

// check refuses at once what could not be carried out.
func (how Settlement) check(tx *storage.Tx, r Row) error {
	if how.OrderID == 0 {
		if !IsReference(how.ReturnReference) {
			return fault.InvalidField("bank_reference", "invalid", "must be 1 to 64 letters and digits")
		}
		return unusedReference(tx, how.ReturnReference)
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

// notOwn refuses with org.ErrOwnRequest whoever placed the order that the row is to pay, or
// that it is about, or is or was of the enterprise that did.
func (how Settlement) notOwn(tx *storage.Tx, userID id.ID, r Row) error {
	buyer, err := how.buyer(tx, r)
	if err != nil || buyer == 0 {
		return err
	}
	return org.NotBuying(tx, buyer, userID)
}

// notOwn looks at the orders of charges g.
func notOwn(tx *storage.Tx, userID id.ID, charges string, args ...any) error {
	var buyers []id.ID
	err := tx.Table("charges g").Joins("JOIN orders o ON o.id = g.order_id").Where(charges, args...).Distinct().Pluck("o.buyer_id", &buyers).Error
	for _, buyer := range buyers {
		if err == nil {
			err = org.NotBuying(tx, buyer, userID)
		}
	}
	return err
}

// unusedReference refuses the reference of a transfer that was recorded before.
func unusedReference(tx *storage.Tx, reference string) error {
	var n, refunds int64
	err := tx.Model(&Row{}).Where("bank_reference = ? OR return_reference = ?", reference, reference).Count(&n).Error
	if err == nil {
		err = tx.Model(&payment.Refund{}).Where("gateway = ? AND reference = ?", payment.BankTransfer, reference).Count(&refunds).Error
	}
	if err == nil && n+refunds > 0 {
		err = ErrReference
	}
	return err
}

// carrySettlement settles a difference that a second person approved.
func (s *Service) carrySettlement(tx *storage.Tx, by audit.Actor, a approval.Approval) error {
	var how Settlement
	if err := a.Open(&how); err != nil {
		return err
	}
	if operator, err := identity.IsOperator(tx.DB, a.RequestedBy); err != nil || !operator {
		return orGone(err)
	}
	r, err := s.lockRow(tx, a.SubjectID)
	if err != nil {
		return err
	}
	if err := how.apart(tx, by.UserID, a.RequestedBy, r); err != nil {
		return err
	}
	before := map[string]any{"status": r.Status, "why": r.Why}
	if how.OrderID != 0 {
		err = s.matchByHand(tx, by, &r, how.OrderID)
	} else {
		err = giveBack(tx, &r, how.ReturnReference)
	}
	if err != nil {
		return err
	}
	return audit.Write(tx, by, audit.Change{Action: "bank_difference.settled", Subject: "bank_row", SubjectID: r.ID, Reason: a.Reason,
		Before: before, After: map[string]any{"status": r.Status, "settlement": how}})
}

func (how Settlement) apart(tx *storage.Tx, decider, asker id.ID, r Row) error {
	if err := how.notOwn(tx, decider, r); err != nil {
		return err
	}
	err := how.notOwn(tx, asker, r)
	if err == org.ErrOwnRequest { // joined since
		err = approval.ErrAskerGone
	}
	return err
}

func orGone(err error) error {
	if err == nil {
		err = approval.ErrAskerGone
	}
	return err
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
	why := r.Why
	r.ChargeID = c.ID
	if err := s.match(tx, by, r); err != nil {
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
	if err := unusedReference(tx, reference); err != nil {
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

// Transferred records that an operator has made a refund by bank; who got it is another,
// else org.ErrOwnRequest. Repeated with the same reference, it changes nothing.
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
	if err := notOwn(tx, by.UserID, "g.id = (SELECT c.charge_id FROM captures c WHERE c.id = ?)", found[0].CaptureID); err != nil {
		return err
	}
	if err := unusedReference(tx, reference); err != nil {
		return err
	}
	if err := payment.Settled(tx, refundID, reference); err != nil {
		return err
	}
	return audit.Write(tx, by, audit.Change{Action: "refund.transferred", Subject: "gateway_refund", SubjectID: refundID,
		After: map[string]any{"bank_reference": reference, "amount_fen": found[0].AmountFen}})
}
