package certificate

import (
	"encoding/base32"
	"fmt"
	"io"
	"time"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/order"
	"zique/internal/org"
	"zique/internal/storage"
)

// Desk issues certificates.
type Desk struct{ rand io.Reader }

// NewDesk makes a desk, which takes the codes from rand.
func NewDesk(rand io.Reader) *Desk { return &Desk{rand} }

// ForOrder issues the certificate of an order of the actor's. As long as nothing changes it
// is the one that was issued before.
func (d *Desk) ForOrder(tx *storage.Tx, by audit.Actor, orderID id.ID) (Certificate, error) {
	var o order.Order
	err := tx.ForUpdate().Where("id = ? AND buyer_id = ?", orderID, by.UserID).Take(&o).Error
	if storage.IsNotFound(err) {
		return Certificate{}, ErrNoOrder
	}
	if err != nil {
		return Certificate{}, err
	}
	return d.issue(tx, by, Certificate{Kind: OfOrder, OrderID: orderID, OrgID: o.OrgID, Subject: fmt.Sprintf("order:%d", orderID)})
}

// ForPeriod issues the certificate of what members of the acting organisation paid for on
// the days from one to another, the last included.
func (d *Desk) ForPeriod(tx *storage.Tx, by audit.Actor, from, until string) (Certificate, error) {
	c, err := period(tx.Now(), from, until)
	if err != nil {
		return c, err
	}
	if err := tx.ForUpdate().Where("id = ?", by.OrgID).Take(&org.Organisation{}).Error; err != nil {
		return c, err
	}
	c.OrgID, c.Subject = by.OrgID, fmt.Sprintf("org:%d:%s:%s", by.OrgID, from, until)
	return d.issue(tx, by, c)
}

func period(now clock.Millis, from, until string) (Certificate, error) {
	var p fault.Problems
	begins, wrongFrom := clock.DayBegins(from)
	last, wrongUntil := clock.DayBegins(until)
	ends := last.Add(24 * time.Hour)
	switch {
	case wrongFrom != nil:
		p.Add("from", "invalid", "must be a day such as 2026-01-31")
	case begins > now:
		p.Add("from", "future", "must not lie in the future")
	}
	switch {
	case wrongUntil != nil:
		p.Add("until", "invalid", "must be a day such as 2026-01-31")
	case wrongFrom == nil && (last < begins || ends > begins.Add(longest*24*time.Hour)):
		p.Add("until", "range", "must not be before the first day, and within a year of it")
	case last > now:
		p.Add("until", "future", "must not lie in the future")
	}
	return Certificate{Kind: OfPeriod, FromAt: begins, UntilAt: ends}, p.Err()
}

// issue makes a version unless the last one still says the same. The order or the
// organisation is locked.
func (d *Desk) issue(tx *storage.Tx, by audit.Actor, c Certificate) (Certificate, error) {
	facts, err := Now(tx.DB, c)
	if err != nil {
		return c, err
	}
	if facts.GoodsFen == 0 {
		return c, ErrNothing
	}
	var last []Certificate
	if err := tx.Where("subject = ?", c.Subject).Order("version DESC").Limit(1).Find(&last).Error; err != nil {
		return c, err
	}
	if len(last) > 0 {
		if err := complete(tx.DB, last); err != nil || last[0].Facts().Same(facts) {
			return last[0], err
		}
		if err := tx.Model(&last[0]).Update("replaced_at", tx.Now()).Error; err != nil {
			return c, err
		}
		c.Version = last[0].Version
	}
	raw := make([]byte, 15) // 120 bits
	if _, err := io.ReadFull(d.rand, raw); err != nil {
		return c, err
	}
	c.ID, c.Code, c.Version, c.IssuedBy, c.IssuedAt = tx.NewID(), base32.StdEncoding.EncodeToString(raw), c.Version+1, by.UserID, tx.Now()
	c.Orders, c.GoodsFen, c.ShareFen = facts.Orders, facts.GoodsFen, facts.ShareFen
	if err := tx.Create(&c).Error; err != nil {
		return c, err
	}
	for i := range facts.Villages {
		facts.Villages[i].ID, facts.Villages[i].CertificateID = tx.NewID(), c.ID
	}
	if err := tx.CreateInBatches(&facts.Villages, 500).Error; err != nil {
		return c, err
	}
	err = audit.Write(tx, by, audit.Change{Action: "certificate.issued", Subject: "certificate", SubjectID: c.ID, After: map[string]any{
		"kind": c.Kind, "order_id": c.OrderID, "version": c.Version, "goods_fen": c.GoodsFen, "share_fen": c.ShareFen}})
	if err != nil {
		return c, err
	}
	issued := []Certificate{c}
	err = complete(tx.DB, issued)
	return issued[0], err
}
