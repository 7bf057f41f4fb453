package procurement

import (
	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/payment"
	"zique/internal/share"
	"zique/internal/storage"
	"zique/internal/village"
)

// Money is a payment of a bank statement. Known tells that two people have looked at who paid.
type Money struct {
	RowID     id.ID
	AmountFen money.Fen
	PayerName string
	Known     bool
}

// Pay takes a payment for an order. It fails with payment.ErrClosed, payment.ErrAmount or
// payment.ErrPayer, and then changes nothing, where the order does not wait for just this payment.
func Pay(tx *storage.Tx, by audit.Actor, orderID id.ID, m Money) error {
	o, err := lock(tx, 0, orderID)
	if err != nil {
		return err
	}
	var enterprise org.Organisation
	if err := tx.Take(&enterprise, o.EnterpriseID).Error; err != nil {
		return err
	}
	switch {
	case o.Status != Accepted:
		return payment.ErrClosed
	case m.AmountFen != o.DueFen():
		return payment.ErrAmount
	case !m.Known && !enterprise.IsCalled(m.PayerName):
		return payment.ErrPayer
	}
	err = o.step(tx, by, pay, "purchase_order.paid", map[string]any{"goods_fen": o.GoodsFen, "share_fen": o.ShareFen},
		func(now *clock.Millis) { o.BankRowID, o.PaidAt = m.RowID, now })
	if err != nil {
		return err
	}
	if err := o.post(tx); err != nil {
		return err
	}
	return o.tell(tx, o.CooperativeID, "purchase_paid", map[string]string{"organisation": enterprise.Name, "amount": o.GoodsFen.Yuan()})
}

// post is unmatched → the cooperative's and the villages' money, at once available.
func (o Order) post(tx *storage.Tx) error {
	p := ledger.Posting{Kind: PaymentPosting, Reference: o.ID.String(), Entries: []ledger.Entry{
		{Account: payment.UnmatchedAccount, Amount: -o.DueFen()}, {Account: org.AvailableAccount(o.CooperativeID), Amount: o.GoodsFen}}}
	for _, l := range o.Lines {
		p.Entries = append(p.Entries, ledger.Entry{Account: village.AvailableAccount(l.VillageID), Amount: l.ShareFen})
	}
	ids, err := ledger.Post(tx, []ledger.Posting{p})
	if err != nil {
		return err
	}
	var shares []share.Entry
	for _, l := range o.Lines {
		shares = append(shares, share.Entry{LineID: l.ID, RuleID: l.RuleID, VillageID: l.VillageID, TxID: ids[0], Stage: share.Available, AmountFen: l.ShareFen})
	}
	return share.Record(tx, shares)
}

// Awaits tells whether an order waits for an amount, or why not.
func Awaits(view *gorm.DB, orderID id.ID, amount money.Fen) error {
	var found []Order
	err := view.Where("id = ?", orderID).Find(&found).Error
	switch {
	case err != nil:
		return err
	case len(found) == 0:
		return ErrNotFound
	case found[0].Status != Accepted:
		return ErrState
	case found[0].DueFen() != amount:
		return payment.ErrAmount
	}
	return nil
}

// ByRemittance answers the orders that codes of bank transfers name.
func ByRemittance(view *gorm.DB, codes []string) (map[string]id.ID, error) {
	var orders []Order
	err := view.Select("id, remittance_code").Where("remittance_code IN ?", codes).Find(&orders).Error
	found := make(map[string]id.ID, len(orders))
	for _, o := range orders {
		found[o.RemittanceCode] = o.ID
	}
	return found, err
}
