package prepaid

import (
	"context"

	"gorm.io/gorm"

	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/ledger"
	"zique/internal/notify"
	"zique/internal/outbox"
	"zique/internal/storage"
)

// told is an alert of which operators were told on a day.
type told struct {
	ProgramID id.ID  `gorm:"primaryKey;autoIncrement:false"`
	Alert     string `gorm:"primaryKey"`
	Day       string `gorm:"primaryKey;column:alert_day"`
}

func (told) TableName() string { return "prepaid_alerts" }

// Watch tells the operators of funds that break a rule, each once a day while it lasts; a
// recurring job calls it. What nobody recorded is for the page to show.
func (d *Desk) Watch(ctx context.Context, db *storage.DB) error {
	var funds []Fund
	err := db.Snapshot(ctx, func(view *gorm.DB) error {
		at, err := ledger.AsOf(view, "", db.Now())
		if err == nil {
			funds, err = d.Funds(view, at)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, f := range funds {
		for _, alert := range f.Alerts() {
			if m, breaks := f.message(alert); breaks {
				if err := tell(ctx, db, told{f.Program.ID, alert, db.Now().Day()}, m); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (f Fund) message(alert string) (notify.Message, bool) {
	m := notify.Message{Link: "/ops/prepaid-funds"}
	switch alert {
	case CustodyShort:
		m.Template = "prepaid_custody_short"
		m.Params = map[string]string{"program": f.Program.Name, "amount": f.Custody.AmountFen.Yuan(), "required": f.RequiredFen.Yuan()}
	case CeilingExceeded:
		m.Template = "prepaid_ceiling_exceeded"
		m.Params = map[string]string{"issuer": f.Program.Issuer, "amount": f.IssuerFen.Yuan(), "ceiling": f.CeilingFen.Yuan()}
	}
	return m, m.Template != ""
}

func tell(ctx context.Context, db *storage.DB, t told, m notify.Message) error {
	err := db.InTx(ctx, func(tx *storage.Tx) (err error) {
		if err := tx.Create(&t).Error; err != nil {
			return err
		}
		if m.UserIDs, err = identity.Operators(tx.DB); err != nil || len(m.UserIDs) == 0 {
			return err
		}
		_, err = outbox.Emit(tx, notify.Topic, m)
		return err
	})
	if storage.IsDuplicate(err) { // they were told today
		return nil
	}
	return err
}
