package settlement

import (
	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/storage"
)

// unpaid tells whether a statement may still be paid, and no file has told the bank so.
func (s *Statement) unpaid() bool {
	return s.FiledAt == nil && s.Status != Carried
}

// short tells whether its account holds less than a statement, beyond what is promised to
// others.
func (s *Statement) short(unpromised map[string]money.Fen) bool {
	free := unpromised[s.Account]
	if s.Status == Approved {
		free += s.ClosingFen
	}
	return free < s.ClosingFen
}

// Carry lets a statement be part of the next one, because what was refunded since leaves
// less than its amount on the account: alone it could never be paid, and its run never be
// closed. It moves no money, so one operator does it, who stands apart from the payee, else
// org.ErrOwnRequest; the payee is told. A request for a payout that names it is spoilt. It
// fails with a wrong `reason`, with ErrCovered where the account holds enough, or with
// ErrState for one that is carried, paid or in a payout file.
func Carry(tx *storage.Tx, by audit.Actor, statementID id.ID, reason string) error {
	var p fault.Problems
	reason = p.Reason(reason, true)
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
	if !st.unpaid() {
		return ErrState
	}
	free, err := unpromised(tx.DB, []string{st.Account})
	if err != nil {
		return err
	}
	if !st.short(free) {
		return ErrCovered
	}
	before := st.Status
	if err := st.move(carry, tx.Now()); err != nil {
		return err
	}
	st.ConfirmBy, st.PayeeID, st.CarriedReason = nil, 0, reason
	if err := st.save(tx); err != nil {
		return err
	}
	if err := st.deed(tx, by, "carried", reason, before); err != nil {
		return err
	}
	return org.TellPayee(tx, st.OrgID, "statement_carried", map[string]string{"number": st.ID.String(), "amount": st.ClosingFen.Yuan(), "reason": reason},
		"/org/"+st.OrgID.String()+"/statements/"+st.ID.String())
}

// carriedOn finds what is carried on and in no statement yet, by its account. It needs no
// lock: nothing else becomes of such a statement, and one run at a time makes any.
func carriedOn(tx *storage.Tx, codes []string) (map[string][]Statement, error) {
	var found []Statement
	err := tx.Where("account IN ? AND status = ? AND carried_into = 0", codes, Carried).Order("id").Find(&found).Error
	by := map[string][]Statement{}
	for _, s := range found {
		by[s.Account] = append(by[s.Account], s)
	}
	return by, err
}

// takeOver writes that the closings of what was carried on are in the opening of a statement.
func (s *Statement) takeOver(tx *storage.Tx, carried []Statement) error {
	if len(carried) == 0 {
		return nil
	}
	return tx.Model(&Statement{}).Where("id IN ?", idsOf(carried, func(c Statement) id.ID { return c.ID })).Update("carried_into", s.ID).Error
}
