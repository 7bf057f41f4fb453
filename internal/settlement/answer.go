package settlement

import (
	"context"

	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/org"
	"zique/internal/storage"
	"zique/internal/worker"
)

// own locks a statement of an organisation.
func own(tx *storage.Tx, orgID, statementID id.ID) (Statement, error) {
	s, err := lock(tx, statementID)
	if err == nil && s.OrgID != orgID {
		err = ErrNotFound
	}
	return s, err
}

func (s *Statement) deed(tx *storage.Tx, by audit.Actor, action, reason, before string) error {
	return deeds(tx, by, action, reason, before, *s)
}

// deeds records what was done to statements in the log of each one's payee: who decided
// about a payee does not join it soon after.
func deeds(tx *storage.Tx, by audit.Actor, action, reason, before string, statements ...Statement) error {
	var all []audit.Deed
	for _, s := range statements {
		after := map[string]any{"status": s.Status, "closing_fen": s.ClosingFen}
		if s.PayeeID != 0 {
			after["payee_id"] = s.PayeeID.String()
		}
		all = append(all, audit.Deed{By: by.About(s.OrgID), Change: audit.Change{Action: "statement." + action, Subject: "statement", SubjectID: s.ID, Reason: reason,
			Before: map[string]any{"status": before}, After: after}})
	}
	return audit.WriteAll(tx, all)
}

// Confirm is the payee's word that a statement is right. Repeated, it changes nothing.
func Confirm(tx *storage.Tx, by audit.Actor, orgID, statementID id.ID) error {
	s, err := own(tx, orgID, statementID)
	if err != nil || s.Status == Confirmed {
		return err
	}
	return s.confirm(tx, by)
}

func (s *Statement) confirm(tx *storage.Tx, by audit.Actor) error {
	if err := s.move(confirm, tx.Now()); err != nil {
		return err
	}
	s.ConfirmBy = nil
	if err := s.save(tx); err != nil {
		return err
	}
	return s.deed(tx, by, "confirmed", "", Issued)
}

// Dispute is the payee's word that a statement is wrong; an operator answers. It fails
// with a wrong `reason`.
func Dispute(tx *storage.Tx, by audit.Actor, orgID, statementID id.ID, reason string) error {
	var p fault.Problems
	reason = p.Reason(reason, true)
	if err := p.Err(); err != nil {
		return err
	}
	s, err := own(tx, orgID, statementID)
	if err != nil || s.Status == Disputed && s.Reason == reason {
		return err
	}
	if err := s.move(dispute, tx.Now()); err != nil {
		return err
	}
	s.ConfirmBy, s.Reason, s.Answer = nil, reason, ""
	if err := s.save(tx); err != nil {
		return err
	}
	return s.deed(tx, by, "disputed", reason, Issued)
}

// Answer gives a disputed statement back to its payee with the answer of an operator who
// stands apart from it, else org.ErrOwnRequest. Its amounts stay: what is wrong is corrected
// in the ledger and falls in the next period.
func (s *Service) Answer(tx *storage.Tx, by audit.Actor, statementID id.ID, text string) error {
	var p fault.Problems
	text = p.Reason(text, true)
	if err := p.Err(); err != nil {
		return err
	}
	st, err := lock(tx, statementID)
	if err != nil {
		return err
	}
	if err := org.NotInsider(tx, by.UserID, st.OrgID); err != nil {
		return err
	}
	if err := st.move(answer, tx.Now()); err != nil {
		return err
	}
	until := tx.Now().Add(s.confirm)
	st.Answer, st.ConfirmBy = text, &until
	if err := st.save(tx); err != nil {
		return err
	}
	return st.deed(tx, by, "answered", text, Disputed)
}

// ConfirmSilent confirms the statements whose payees said nothing in time.
func ConfirmSilent(ctx context.Context, db *storage.DB) error {
	return worker.EachDue(ctx, db, &Statement{}, "confirm_by", func(tx *storage.Tx, statementID id.ID) error {
		s, err := lock(tx, statementID)
		if err != nil || s.ConfirmBy == nil || *s.ConfirmBy > tx.Now() { // answered meanwhile
			return err
		}
		s.AutoConfirmed = true
		return s.confirm(tx, audit.System)
	})
}
