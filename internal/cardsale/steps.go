package cardsale

import (
	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/payment"
	"zique/internal/storage"
	"zique/internal/worker"

	"zique/internal/aidcard"
)

// cancelPosting undoes aidcard.FundingPosting of a batch that was given up with its money in.
const cancelPosting = "card_funding_undone"

// step moves a locked batch, saves it and says so in the log.
func (s *Sale) step(tx *storage.Tx, by audit.Actor, deed, action string, mark func(now clock.Millis)) error {
	before := s.Status
	if err := s.move(deed); err != nil {
		return err
	}
	mark(tx.Now())
	if err := s.save(tx); err != nil {
		return err
	}
	return audit.Write(tx, by.For(s.EnterpriseID), audit.Change{Action: action, Subject: "card_batch", SubjectID: s.ID,
		Before: map[string]any{"status": before}, After: map[string]any{"status": s.Status, "total_fen": s.TotalFen()}})
}

// Confirm is the second member's word for what a colleague ordered; an operator's where
// there is no second member. Repeated by the same person it changes nothing.
func Confirm(tx *storage.Tx, by audit.Actor, saleID id.ID) error {
	s, err := lock(tx, saleID)
	if err != nil {
		return err
	}
	if err := s.mayConfirm(tx, by.UserID); err != nil {
		return err
	}
	if s.ConfirmedBy == by.UserID {
		return nil
	}
	var named int64
	if err := tx.Model(&recipient{}).Where("batch_id = ?", s.ID).Count(&named).Error; err != nil {
		return err
	}
	if s.Status == AwaitingConfirmation && named != s.CardCount && (s.Kind == Registered || named > 0) {
		return ErrRecipients
	}
	return s.step(tx, by, confirm, "card_batch.confirmed", func(now clock.Millis) { s.ConfirmedBy, s.ConfirmedAt = by.UserID, &now })
}

// mayConfirm refuses who ordered, strangers, and operators while a second member is there.
func (s Sale) mayConfirm(tx *storage.Tx, userID id.ID) error {
	enterprise, err := admitted(tx, s.EnterpriseID)
	if err != nil && err != org.ErrSuspended {
		return err
	}
	var members []id.ID
	if err := tx.Model(&org.Membership{}).Where("org_id = ?", enterprise.ID).Pluck("user_id", &members).Error; err != nil {
		return err
	}
	seconds, member := 0, false
	for _, m := range members {
		member = member || m == userID
		if m != s.OrderedBy {
			seconds++
		}
	}
	operator, e := identity.IsOperator(tx.DB, userID)
	switch {
	case e != nil:
		return e
	case userID == s.OrderedBy && member:
		return org.ErrOwnRequest
	case member:
		return err // suspended, or nothing
	case !operator:
		return ErrNotFound
	case seconds > 0:
		return org.ErrForbidden
	case err != nil:
		return err
	}
	return org.NotInsider(tx, userID, s.EnterpriseID)
}

// Cancel gives a batch up before it is issued. What was paid is nobody's again: the caller,
// package bank, holds the day of the payment and makes it a difference. Repeated, it changes nothing.
func Cancel(tx *storage.Tx, by audit.Actor, saleID id.ID) (Sale, error) {
	s, err := lockOwn(tx, by.OrgID, saleID)
	if err != nil || s.Status == Cancelled {
		return s, err
	}
	paid := s.BankRowID != 0
	err = s.step(tx, by, cancel, "card_batch.cancelled", func(now clock.Millis) {
		s.CancelledBy, s.CancelledAt, s.BankRowID = by.UserID, &now, 0
	})
	if err == nil && paid {
		err = s.post(tx, cancelPosting, -1)
	}
	return s, err
}

// post is unmatched → the enterprise's money, with sign −1 the way back.
func (s Sale) post(tx *storage.Tx, kind string, sign money.Fen) error {
	_, err := ledger.Post(tx, []ledger.Posting{{Kind: kind, Reference: s.ID.String(), Entries: []ledger.Entry{
		{Account: payment.UnmatchedAccount, Amount: -sign * s.TotalFen()}, {Account: org.PaidInAccount(s.EnterpriseID), Amount: sign * s.TotalFen()}}}})
	return err
}

// Money is a payment of a bank statement. Known tells that two people have looked at who paid.
type Money struct {
	RowID     id.ID
	AmountFen money.Fen
	PayerName string
	Known     bool
}

// Fund takes a payment for a batch. It fails with payment.ErrClosed, payment.ErrAmount or
// payment.ErrPayer, and then changes nothing, where the batch does not wait for just this payment.
func Fund(tx *storage.Tx, by audit.Actor, saleID id.ID, m Money) error {
	s, err := lock(tx, saleID)
	if err != nil {
		return err
	}
	var enterprise org.Organisation
	if err := tx.Take(&enterprise, s.EnterpriseID).Error; err != nil {
		return err
	}
	switch {
	case s.Status != AwaitingFunds:
		return payment.ErrClosed
	case m.AmountFen != s.TotalFen():
		return payment.ErrAmount
	case !m.Known && !enterprise.IsCalled(m.PayerName):
		return payment.ErrPayer
	}
	err = s.step(tx, by, fund, "card_batch.funded", func(now clock.Millis) { s.FundedBy, s.FundedAt, s.BankRowID = by.UserID, &now, m.RowID })
	if err != nil {
		return err
	}
	return s.post(tx, aidcard.FundingPosting, 1)
}

// Issue begins to mint a batch whose money is in. Who issues is none of the enterprise, and
// neither who confirmed nor who took the money in. Repeated by the same person it changes nothing.
func Issue(tx *storage.Tx, by audit.Actor, saleID id.ID) error {
	s, err := Get(tx.DB, 0, saleID) // not locked: programs come before batches
	if err != nil {
		return err
	}
	if err := aidcard.KeepProgram(tx, s.ProgramID); err != nil {
		return err
	}
	s, err = lock(tx, saleID)
	if err != nil {
		return err
	}
	if err := org.NotInsider(tx, by.UserID, s.EnterpriseID); err != nil {
		return err
	}
	switch by.UserID {
	case s.OrderedBy, s.ConfirmedBy, s.FundedBy:
		return org.ErrOwnRequest
	case s.IssuedBy:
		return nil
	}
	err = s.step(tx, by, issue, "card_batch.issue_begun", func(now clock.Millis) { s.IssuedBy, s.IssuingAt = by.UserID, &now })
	if err != nil {
		return err
	}
	batch := s.batch()
	if err := tx.Create(&batch).Error; err != nil {
		return err
	}
	if s.JobID, err = worker.Enqueue(tx, worker.New{Kind: JobKind, Payload: job{s.ID}, OwnerID: by.UserID, OrgID: s.EnterpriseID}); err != nil {
		return err
	}
	return s.save(tx)
}

func (s Sale) batch() aidcard.Batch {
	return aidcard.Batch{ID: s.ID, ProgramID: s.ProgramID, EnterpriseID: s.EnterpriseID, FaceFen: s.FaceFen, CardCount: s.CardCount, CreatedAt: *s.IssuingAt}
}
