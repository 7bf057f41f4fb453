package settlement

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/payment"
	"zique/internal/storage"
)

const (
	// Payout is the kind of approval that lets a run's confirmed statements be paid.
	Payout    = "settlement.payout"
	payoutTTL = 7 * 24 * time.Hour

	runSubject = "settlement" // of that approval

	// PayoutPosting is the kind of the transaction that pays a statement, its reference.
	PayoutPosting = "payout"

	maxBankReference = 64
)

// Why a confirmed statement waits.
const (
	WaitsNoPayee = "no_payee_account"
	WaitsCooling = "payee_cooling"
	WaitsBalance = "balance_low" // what was refunded since makes the account hold less
)

// judge says why each statement could not be paid now, and to which account it could. Of one
// that is not confirmed it says only whether its account holds enough.
func judge(view *gorm.DB, now clock.Millis, statements []Statement) error {
	standings, err := org.Standings(view, now, payeesOf(statements))
	if err != nil {
		return err
	}
	free, err := unpromised(view, accountsOf(statements))
	if err != nil {
		return err
	}
	for i := range statements {
		s := &statements[i]
		standing := standings[s.OrgID]
		s.PayeeID = standing.PayeeID
		switch {
		case s.short(free):
			s.WaitsFor = WaitsBalance
		case s.Status != Confirmed:
		case standing.Err == org.ErrNoPayee:
			s.WaitsFor = WaitsNoPayee
		case standing.Err == org.ErrPayeeCooling:
			s.WaitsFor = WaitsCooling
		}
	}
	return nil
}

// unpromised is what accounts hold beyond the statements that are approved and not yet paid.
func unpromised(view *gorm.DB, codes []string) (map[string]money.Fen, error) {
	free, err := ledger.Balances(view, codes)
	if err != nil {
		return nil, err
	}
	for part := range slices.Chunk(codes, 500) {
		var promised []struct {
			Account string
			SumFen  money.Fen
		}
		err := view.Model(&Statement{}).Select("account, SUM(closing_fen) sum_fen").
			Where("account IN ? AND status = ?", part, Approved).Group("account").Scan(&promised).Error
		if err != nil {
			return nil, err
		}
		for _, p := range promised {
			free[p.Account] -= p.SumFen
		}
	}
	return free, nil
}

// AskPayout asks another operator to let a run's confirmed statements be paid; those that
// wait for something stay behind, and so do the asker's own. It fails with ErrNothingToPay,
// org.ErrOwnRequest where only the asker's own are left, approval.ErrPending, ErrState while
// the run is not open, or a wrong `reason`.
func (s *Service) AskPayout(tx *storage.Tx, by audit.Actor, settlementID id.ID, reason string) (approval.Approval, error) {
	run, err := lockRun(tx, settlementID)
	switch {
	case err != nil:
		return approval.Approval{}, err
	case run.Status != Open:
		return approval.Approval{}, ErrState
	}
	confirmed, err := lockAll(tx, run.ID, Confirmed)
	if err != nil {
		return approval.Approval{}, err
	}
	if err := judge(tx.DB, tx.Now(), confirmed); err != nil {
		return approval.Approval{}, err
	}
	ready, err := readyFor(tx, by.UserID, confirmed)
	if err != nil {
		return approval.Approval{}, err
	}
	asked, err := s.approvals.Ask(tx, by, approval.Request{Kind: Payout, Subject: runSubject, SubjectID: run.ID, Reason: reason,
		After: map[string]any{"statements": len(ready), "total_fen": sumOf(ready), "waiting": len(confirmed) - len(ready)}})
	if err != nil {
		return approval.Approval{}, err
	}
	for _, st := range ready {
		st.ApprovalID = asked.ID
		if err := st.save(tx); err != nil {
			return approval.Approval{}, err
		}
	}
	return asked, deeds(tx, by, "payout_requested", "", Confirmed, ready...)
}

// readyFor leaves out of a run's confirmed statements those that wait for something, and
// the asker's own: another operator asks for these.
func readyFor(tx *storage.Tx, asker id.ID, confirmed []Statement) ([]Statement, error) {
	own, err := org.InsiderOf(tx.DB, asker, payeesOf(confirmed)...)
	if err != nil {
		return nil, err
	}
	var ready []Statement
	refusal := ErrNothingToPay
	for _, st := range confirmed {
		switch {
		case st.WaitsFor != "":
		case slices.Contains(own, st.OrgID):
			refusal = org.ErrOwnRequest
		default:
			ready = append(ready, st)
		}
	}
	if len(ready) == 0 {
		return nil, refusal
	}
	return ready, nil
}

func (s *Service) payout() approval.Kind {
	return approval.Kind{Name: Payout, TTL: payoutTTL, Carry: s.approve, Own: ownPayout,
		Decides: func(view *gorm.DB, userID id.ID) (approval.Condition, error) {
			operator, err := s.operators.Is(view, userID)
			if err != nil || !operator {
				return approval.Condition{}, err
			}
			return approval.Condition{SQL: "1 = 1"}, nil
		}}
}

// ownPayout tells whether the user is or was of a payee of a request.
func ownPayout(view *gorm.DB, userID id.ID, a approval.Approval) (bool, error) {
	var asked []Statement
	if err := view.Where("settlement_id = ? AND status = ? AND approval_id = ?", a.SubjectID, Confirmed, a.ID).Find(&asked).Error; err != nil {
		return false, err
	}
	own, err := org.InsiderOf(view, userID, payeesOf(asked)...)
	return len(own) > 0, err
}

// approve lets the statements of a request be paid, each to the account that it named. It
// refuses with org.ErrOwnRequest who is or was of a payee.
func (s *Service) approve(tx *storage.Tx, by audit.Actor, a approval.Approval) error {
	if operator, err := s.operators.Is(tx.DB, a.RequestedBy); err != nil {
		return err
	} else if !operator {
		return approval.ErrAskerGone
	}
	if _, err := lockRun(tx, a.SubjectID); err != nil {
		return err
	}
	var asked []Statement
	if err := tx.ForUpdate().Where("settlement_id = ? AND approval_id = ?", a.SubjectID, a.ID).Order("id").Find(&asked).Error; err != nil {
		return err
	}
	named := map[id.ID]id.ID{}
	for _, st := range asked {
		named[st.ID] = st.PayeeID
	}
	if err := neitherInsider(tx, by.UserID, a.RequestedBy, asked); err != nil {
		return err
	}
	if err := judge(tx.DB, tx.Now(), asked); err != nil {
		return err
	}
	for i := range asked {
		st := &asked[i]
		if st.Status != Confirmed || st.WaitsFor != "" || st.PayeeID != named[st.ID] {
			return ErrPayeeChanged
		}
		if err := st.move(approve, tx.Now()); err != nil {
			return err
		}
		if err := st.save(tx); err != nil {
			return err
		}
	}
	err := audit.Write(tx, by, audit.Change{Action: "payout.approved", Subject: "settlement", SubjectID: a.SubjectID, Reason: a.Reason,
		After: map[string]any{"statements": len(asked), "total_fen": sumOf(asked)}})
	if err != nil {
		return err
	}
	return deeds(tx, by, "approved", "", Confirmed, asked...)
}

// neitherInsider refuses who decides, and who asked, where either is or was of a payee.
func neitherInsider(tx *storage.Tx, decider, asker id.ID, asked []Statement) error {
	if err := org.NotInsider(tx, decider, payeesOf(asked)...); err != nil {
		return err
	}
	return org.JoinedSince(org.NotInsider(tx, asker, payeesOf(asked)...))
}

// Transfer is a row of a payout file.
type Transfer struct {
	Statement
	Payee org.Payee // with its number in clear
}

// File answers what the bank is told to pay of a run: its approved statements. One whose
// account was replaced, or holds less than what is approved, before any file named it goes
// back to the confirmed ones; none may be left. Once a file is out its transfers stand, and
// a refund after that is a negative entry of the next period. It fails with ErrNothingToPay.
func (s *Service) File(tx *storage.Tx, by audit.Actor, settlementID id.ID) ([]Transfer, error) {
	if _, err := lockRun(tx, settlementID); err != nil {
		return nil, err
	}
	approved, err := lockAll(tx, settlementID, Approved)
	if err != nil {
		return nil, err
	}
	if len(approved) == 0 {
		return nil, ErrNothingToPay
	}
	kept, err := s.file(tx, by, approved)
	if err != nil || len(kept) == 0 {
		return nil, err
	}
	payees, err := s.orgs.PayeesByID(tx.DB, idsOf(kept, func(s Statement) id.ID { return s.PayeeID }))
	if err != nil {
		return nil, err
	}
	if err := name(tx.DB, kept); err != nil {
		return nil, err
	}
	transfers := []Transfer{}
	for _, st := range kept {
		transfers = append(transfers, Transfer{st, payees[st.PayeeID]})
	}
	return transfers, audit.Write(tx, by, audit.Change{Action: "payout.file_made", Subject: "settlement", SubjectID: settlementID,
		After: map[string]any{"statements": len(kept), "total_fen": sumOf(kept)}})
}

// file marks what goes into a file for the first time, and answers all that does.
func (s *Service) file(tx *storage.Tx, by audit.Actor, approved []Statement) ([]Statement, error) {
	standings, err := org.Standings(tx.DB, tx.Now(), payeesOf(approved))
	if err != nil {
		return nil, err
	}
	free, err := unpromised(tx.DB, accountsOf(approved))
	if err != nil {
		return nil, err
	}
	var kept []Statement
	now := tx.Now()
	for _, st := range approved {
		if st.FiledAt == nil {
			if standings[st.OrgID].PayeeID != st.PayeeID || st.short(free) {
				if err := st.lapse(tx, by); err != nil {
					return nil, err
				}
				continue
			}
			st.FiledAt = &now
			if err := st.save(tx); err != nil {
				return nil, err
			}
		}
		kept = append(kept, st)
	}
	return kept, nil
}

func (s *Statement) lapse(tx *storage.Tx, by audit.Actor) error {
	if err := s.move(lapse, tx.Now()); err != nil {
		return err
	}
	s.ApprovalID, s.PayeeID = 0, 0
	if err := s.save(tx); err != nil {
		return err
	}
	return s.deed(tx, by, "approval_lapsed", "", Approved)
}

// Transferred is what the bank said of a payment.
type Transferred struct {
	BankReference string
	PaidAt        time.Time
}

func (t *Transferred) check(now clock.Millis) error {
	var p fault.Problems
	t.BankReference = p.Line("bank_reference", t.BankReference, maxBankReference)
	for _, r := range t.BankReference {
		if r > '~' {
			p.Add("bank_reference", "invalid", "must have letters, digits and signs of ASCII only")
			break
		}
	}
	if t.PaidAt.IsZero() || t.PaidAt.After(now.Time()) {
		p.Add("paid_at", "invalid", "must be in the past")
	}
	return p.Err()
}

// Pay records that the bank has paid a statement, and posts it. It fails with wrong
// fields, org.ErrOwnRequest, payment.ErrReferenceUsed, or ErrState for one that is in no payout file yet
// or paid already.
func (s *Service) Pay(tx *storage.Tx, by audit.Actor, statementID id.ID, t Transferred) error {
	if err := t.check(tx.Now()); err != nil {
		return err
	}
	st, err := lock(tx, statementID)
	if err != nil {
		return err
	}
	if err := org.NotInsider(tx, by.UserID, st.OrgID); err != nil {
		return err
	}
	if st.FiledAt == nil {
		return ErrState
	}
	if err := st.move(pay, tx.Now()); err != nil {
		return err
	}
	paidAt := clock.FromTime(t.PaidAt)
	st.BankReference, st.PaidAt = &t.BankReference, &paidAt
	if err := payment.Sent(tx, t.BankReference, payment.SentPayout, st.ID); err != nil {
		return err
	}
	if err := st.save(tx); err != nil {
		return err
	}
	_, err = ledger.Post(tx, []ledger.Posting{{Kind: PayoutPosting, Reference: st.ID.String(), Entries: []ledger.Entry{
		{Account: st.Account, Amount: -st.ClosingFen}, {Account: org.BankAccount, Amount: st.ClosingFen}}}})
	if err != nil {
		return err
	}
	return audit.Write(tx, by.About(st.OrgID), audit.Change{Action: "statement.paid", Subject: "statement", SubjectID: st.ID,
		Before: map[string]any{"status": Approved},
		After:  map[string]any{"status": Paid, "amount_fen": st.ClosingFen, "bank_reference": t.BankReference, "paid_at": t.PaidAt}})
}
