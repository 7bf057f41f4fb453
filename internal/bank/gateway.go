package bank

import (
	"gorm.io/gorm"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/payment"
	"zique/internal/storage"
)

// SendBackKind is the kind of approval that sends back through its gateway what was paid
// there in another amount than was asked for.
const SendBackKind = "payment_difference.give_back"

// AskSendBack asks a second operator to send such a payment back. It fails with
// payment.ErrNoDifference, payment.ErrSentBack, org.ErrOwnRequest where the order is the
// asker's own, approval.ErrPending, or a wrong reason.
func (s *Service) AskSendBack(tx *storage.Tx, by audit.Actor, captureID id.ID, reason string) (approval.Approval, error) {
	d, about, err := difference(tx.DB, captureID)
	if err != nil {
		return approval.Approval{}, err
	}
	if err := notOwn(tx.DB, by.UserID, about); err != nil {
		return approval.Approval{}, err
	}
	return s.approvals.Ask(tx, by.About(about.OrgID), approval.Request{Kind: SendBackKind, Subject: "capture", SubjectID: d.ID, AboutUser: about.BuyerID, Reason: reason,
		Before: map[string]any{"order_id": d.OrderID, "asked_fen": d.AskedFen, "paid_fen": d.AmountFen, "gateway": d.Gateway, "reference": d.Reference},
		After:  map[string]any{"given_back_fen": d.AmountFen}})
}

// difference is an open one and the order that it was paid for.
func difference(view *gorm.DB, captureID id.ID) (payment.Difference, purchase, error) {
	d, err := payment.OpenDifference(view, captureID)
	if err != nil {
		return d, purchase{}, err
	}
	about, err := purchaseOf(view, Row{ChargeID: d.ChargeID})
	return d, about, err
}

// ownSendBack tells whether the order is the user's own that was paid. One that was sent back
// already is nobody's to decide; Carry says so.
func ownSendBack(view *gorm.DB, userID id.ID, a approval.Approval) (bool, error) {
	_, about, err := difference(view, a.SubjectID)
	if err == payment.ErrSentBack {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return isOwn(view, userID, about)
}

// carrySendBack sends back what a second person approved. One request is pending for a
// payment at a time, and its row is locked: nothing goes back twice.
func (s *Service) carrySendBack(tx *storage.Tx, by audit.Actor, a approval.Approval) error {
	if err := identity.StillOperator(tx.DB, a.RequestedBy); err != nil {
		return err
	}
	d, about, err := difference(tx.DB, a.SubjectID)
	if err != nil {
		return err
	}
	if err := neitherOwn(tx, by.UserID, a.RequestedBy, about); err != nil {
		return err
	}
	if err := payment.SendBack(tx, d); err != nil {
		return err
	}
	return audit.Write(tx, by.About(about.OrgID), audit.Change{Action: "payment_difference.sent_back", Subject: "capture", SubjectID: d.ID, Reason: a.Reason,
		After: map[string]any{"order_id": d.OrderID, "gateway": d.Gateway, "reference": d.Reference, "amount_fen": d.AmountFen}})
}
