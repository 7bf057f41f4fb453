package payment

import (
	"strings"

	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

// ErrReferenceUsed says that a bank reference is that of another transfer.
var ErrReferenceUsed = fault.New(fault.Conflict, "bank_reference_used", "this bank reference is recorded already")

// What a transfer from our bank account was for.
const (
	SentPayout = "statement"
	SentRefund = "gateway_refund"
	SentBack   = "bank_row" // what came by bank and was nobody's
	SentReturn = "card_return"
)

// sent is a transfer from our bank account: its reference tells of one only, whatever it
// was for.
type sent struct {
	Reference string `gorm:"primaryKey"` // as same has it
	Subject   string
	SubjectID id.ID
}

func (sent) TableName() string { return "bank_transfers_sent" }

// same is a reference without what people type in one way or another: case and spaces.
func same(reference string) string {
	return strings.ToUpper(strings.ReplaceAll(reference, " ", ""))
}

// Sent records the reference of a transfer from our bank account, once: else it fails with
// ErrReferenceUsed, also where a payment came under it.
func Sent(tx *storage.Tx, reference, subject string, subjectID id.ID) error {
	if err := Unsent(tx, reference); err != nil {
		return err
	}
	err := tx.Create(&sent{same(reference), subject, subjectID}).Error
	if storage.IsDuplicate(err) { // another one committed meanwhile
		err = ErrReferenceUsed
	}
	return err
}

// Unsent refuses a reference that Sent would, before there is a transfer to record.
func Unsent(tx *storage.Tx, reference string) error {
	var out, in int64
	err := tx.Model(&sent{}).Where("reference = ?", same(reference)).Count(&out).Error
	if err == nil {
		err = tx.Table("bank_rows").Where("bank_reference IN ?", []string{reference, same(reference)}).Count(&in).Error
	}
	if err == nil && out+in > 0 {
		err = ErrReferenceUsed
	}
	return err
}
