package bank

import (
	"cmp"
	"maps"
	"slices"

	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/cardsale"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/payment"
	"zique/internal/procurement"
	"zique/internal/storage"
)

// taken is what became of some rows of a statement.
type taken struct{ added, matched int }

// take posts rows that are not there yet, and matches each with what its memo
// names. Days must not be closed, and nobody takes in what pays an order of their own: that
// needs no second person. A row that is there already is left alone.
func (s *Service) take(tx *storage.Tx, by audit.Actor, rows []Row) (t taken, err error) {
	fresh, err := unseen(tx, rows)
	if err != nil || len(fresh) == 0 {
		return t, err
	}
	days := map[string]bool{}
	for _, r := range fresh {
		days[r.BankDay] = true
	}
	locked, err := lockDays(tx, slices.Sorted(maps.Keys(days)))
	if err != nil {
		return t, err
	}
	for _, d := range locked {
		if d.ClosedAt != nil {
			return t, ErrDayClosed
		}
	}
	orders, err := name(tx.DB, fresh)
	if err != nil {
		return t, err
	}
	paid, err := purchasesOf(tx.DB, fresh...)
	if err != nil {
		return t, err
	}
	if err := notOwn(tx.DB, by.UserID, paid...); err != nil { // placed since the file was checked
		return t, err
	}
	// Orders are locked ascending, batches after them, and then purchase orders.
	slices.SortFunc(fresh, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.PurchaseOrderID, b.PurchaseOrderID), cmp.Compare(a.BatchID, b.BatchID), cmp.Compare(orders[a.ChargeID], orders[b.ChargeID]))
	})
	if err := s.insert(tx, by, fresh); err != nil {
		return t, err
	}
	for i := range fresh {
		r := &fresh[i]
		t.added++
		if r.Why == "" {
			if err := s.match(tx, by, r, false); err != nil {
				return t, err
			}
		}
		if r.Status == Matched {
			t.matched++
		}
	}
	return t, nil
}

// unseen leaves out the rows whose reference was taken in before.
func unseen(tx *storage.Tx, rows []Row) ([]Row, error) {
	references := make([]string, len(rows))
	for i, r := range rows {
		references[i] = r.BankReference
	}
	var there []string
	if err := tx.Model(&Row{}).Where("bank_reference IN ?", references).Pluck("bank_reference", &there).Error; err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return slices.Contains(there, r.BankReference) }), nil
}

// name finds the charge, batch or purchase order that each memo names, or says why it names none, and
// answers the orders by the charge.
func name(view *gorm.DB, rows []Row) (map[id.ID]id.ID, error) {
	var all []string
	for _, r := range rows {
		all = append(all, payment.RemittanceCodes(r.Memo)...)
	}
	known, err := payment.ByRemittance(view, all)
	if err != nil {
		return nil, err
	}
	sales, err := cardsale.ByRemittance(view, all)
	if err != nil {
		return nil, err
	}
	purchases, err := procurement.ByRemittance(view, all)
	if err != nil {
		return nil, err
	}
	orders := map[id.ID]id.ID{}
	for i := range rows {
		r := &rows[i]
		codes := payment.RemittanceCodes(r.Memo)
		named := slices.DeleteFunc(slices.Clone(codes), func(code string) bool { return known[code].ID == 0 && sales[code].ID == 0 && purchases[code] == 0 })
		switch {
		case len(named) == 1:
			c := known[named[0]]
			r.ChargeID, r.BatchID, r.PurchaseOrderID, orders[c.ID] = c.ID, sales[named[0]].ID, purchases[named[0]], c.OrderID
		case len(named) > 1:
			r.Why = ManyCodes
		case len(codes) > 0:
			r.Why = UnknownCode
		default:
			r.Why = NoCode
		}
	}
	return orders, nil
}

func (s *Service) insert(tx *storage.Tx, by audit.Actor, rows []Row) (err error) {
	postings := make([]ledger.Posting, len(rows))
	for i := range rows {
		r := &rows[i]
		r.ID, r.Status, r.TakenBy, r.CreatedAt = tx.NewID(), Difference, by.UserID, tx.Now()
		if r.PayerCipher, err = s.seal(r.Payer); err != nil {
			return err
		}
		postings[i] = r.posting(receiptPosting, 1)
	}
	if err := tx.CreateInBatches(&rows, 500).Error; err != nil {
		return err
	}
	if _, err = ledger.Post(tx, postings); err != nil {
		return err
	}
	return audit.Write(tx, by, takings(rows)...)
}

// takings log what no other table says of rows: their days, and by whom they came.
func takings(rows []Row) []audit.Change {
	changes := make([]audit.Change, len(rows))
	for i, r := range rows {
		changes[i] = audit.Change{Action: "bank_row.taken", Subject: "bank_row", SubjectID: r.ID,
			After: map[string]any{"day": r.BankDay, "bank_reference": r.BankReference, "amount_fen": r.AmountFen}}
	}
	return changes
}

// posting is bank → unmatched, with sign −1 the way back.
func (r Row) posting(kind string, sign money.Fen) ledger.Posting {
	return ledger.Posting{Kind: kind, Reference: r.ID.String(), Entries: []ledger.Entry{
		{Account: org.BankAccount, Amount: -sign * r.AmountFen}, {Account: payment.UnmatchedAccount, Amount: sign * r.AmountFen}}}
}

// match lets a row pay what it names, or says why it does not. Who paid for a batch or a
// purchase order is known where two people looked at it.
func (s *Service) match(tx *storage.Tx, by audit.Actor, r *Row, known bool) error {
	var err error
	switch {
	case r.BatchID != 0:
		err = cardsale.Fund(tx, by, r.BatchID, cardsale.Money{RowID: r.ID, AmountFen: r.AmountFen, PayerName: r.Name, Known: known})
	case r.PurchaseOrderID != 0:
		err = procurement.Pay(tx, by, r.PurchaseOrderID, procurement.Money{RowID: r.ID, AmountFen: r.AmountFen, PayerName: r.Name, Known: known})
	default:
		err = s.lifecycle.Transferred(tx, by, payment.Notice{Gateway: payment.BankTransfer, ChargeID: r.ChargeID,
			Reference: r.BankReference, AmountFen: r.AmountFen, PaidAt: r.PaidAt})
	}
	refusal, refused := fault.As(err)
	switch {
	case err == nil:
		now := tx.Now()
		r.Status, r.SettledAt = Matched, &now
	case refused && refusal.Code == payment.ErrClosed.Code:
		r.Why = NotAwaited
	case refused && refusal.Code == payment.ErrAmount.Code:
		r.Why = WrongAmount
	case refused && refusal.Code == payment.ErrPayer.Code:
		r.Why = WrongPayer
	default:
		return err
	}
	return tx.Model(r).Select("Status", "Why", "ChargeID", "BatchID", "PurchaseOrderID", "SettledAt").Updates(r).Error
}
