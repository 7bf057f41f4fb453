package bank

import (
	"strings"
	"unicode/utf8"

	"zique/internal/audit"
	"zique/internal/cardsale"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/payment"
	"zique/internal/storage"
)

// Receipt is a payment for a batch of cards as an operator reads it from the bank.
type Receipt struct {
	AmountFen     money.Fen
	PaidAt        clock.Millis
	PayerName     string
	PayerAccount  string
	PayeeAccount  string
	BankReference string
}

func (in Receipt) check(now clock.Millis, payee string) error {
	var p fault.Problems
	if in.AmountFen <= 0 {
		p.Add("amount_fen", "invalid", "must be above 0")
	}
	if in.PaidAt > now || in.PaidAt.Time().Year() < 2000 {
		p.Add("paid_at", "in_future", "must have been")
	}
	if name := strings.TrimSpace(in.PayerName); name == "" || utf8.RuneCountInString(name) > maxPayer || !fault.IsLine(name) {
		p.Add("payer_name", "invalid", "must be a line of text")
	}
	if !accountNumber.MatchString(bare(in.PayerAccount)) {
		p.Add("payer_account", "invalid", "must have 8 to 32 digits")
	}
	switch account := bare(in.PayeeAccount); {
	case !accountNumber.MatchString(account):
		p.Add("payee_account", "invalid", "must have 8 to 32 digits")
	case payee != "" && account != bare(payee):
		p.Add("payee_account", "not_ours", "this is not the account that is paid to")
	}
	if !IsReference(in.BankReference) {
		p.Add("bank_reference", "invalid", "must be 1 to 64 letters and digits")
	}
	return p.Err()
}

// Fund takes in what paid a batch of cards. Money that the batch does not wait for, of
// another amount or from somebody else, is a difference. Nobody takes in what pays a batch
// of their own enterprise, or one that they confirmed. Repeated, it answers the row that is
// there; the reference of any other payment is payment.ErrReferenceUsed.
func (s *Service) Fund(tx *storage.Tx, by audit.Actor, batchID id.ID, in Receipt, payee string) (Row, error) {
	if err := in.check(tx.Now(), payee); err != nil {
		return Row{}, err
	}
	sale, err := cardsale.Get(tx.DB, 0, batchID)
	if err != nil {
		return Row{}, err
	}
	r := Row{BankDay: in.PaidAt.Day(), BankReference: in.BankReference, PaidAt: in.PaidAt, AmountFen: in.AmountFen, BatchID: batchID,
		Payer: Payer{Name: strings.TrimSpace(in.PayerName), Account: bare(in.PayerAccount), Memo: sale.RemittanceCode}}
	paid, err := purchaseOf(tx.DB, r)
	if err != nil {
		return Row{}, err
	}
	if err := notOwn(tx.DB, by.UserID, paid); err != nil {
		return Row{}, err
	}
	days, err := lockDays(tx, []string{r.BankDay})
	if err != nil {
		return Row{}, err
	}
	var there []Row
	if err := tx.Where("bank_reference = ?", r.BankReference).Find(&there).Error; err != nil {
		return Row{}, err
	}
	if len(there) > 0 && there[0].BatchID == batchID && there[0].says(r) && there[0].TakenBy == by.UserID {
		return there[0], nil
	}
	if err := payment.Unsent(tx, r.BankReference); err != nil {
		return Row{}, err
	}
	if days[r.BankDay].ClosedAt != nil {
		return Row{}, ErrDayClosed
	}
	one := []Row{r}
	if err := s.insert(tx, by, one); err != nil {
		return Row{}, err
	}
	if err := s.match(tx, by, &one[0], false); err != nil {
		return Row{}, err
	}
	return one[0], audit.Write(tx, by.About(sale.EnterpriseID), audit.Change{Action: "bank_row.recorded", Subject: "bank_row", SubjectID: one[0].ID,
		After: map[string]any{"bank_reference": r.BankReference, "amount_fen": r.AmountFen, "status": one[0].Status, "why": one[0].Why, "batch_id": batchID.String()}})
}

// CancelBatch gives a batch of cards up before it is issued. What had paid it is a
// difference then, for two operators to give back.
func (s *Service) CancelBatch(tx *storage.Tx, by audit.Actor, batchID id.ID) error {
	var paid []Row
	if err := tx.Where("batch_id = ? AND status = ?", batchID, Matched).Find(&paid).Error; err != nil {
		return err
	}
	for _, r := range paid {
		if _, err := lockDays(tx, []string{r.BankDay}); err != nil {
			return err
		}
	}
	if _, err := cardsale.Cancel(tx, by, batchID); err != nil {
		return err
	}
	return tx.Model(&Row{}).Where("batch_id = ? AND status = ?", batchID, Matched).
		Updates(map[string]any{"status": Difference, "why": GivenUp, "settled_at": nil}).Error
}
