package certificate

import (
	"regexp"

	"gorm.io/gorm"

	"zique/internal/id"
	"zique/internal/storage"
)

// Now answers what a certificate's order or period comes to at present.
func Now(db *gorm.DB, c Certificate) (Facts, error) {
	sold := db.Table("order_lines l").Joins("JOIN orders o ON o.id = l.order_id").
		Where("o.paid_at IS NOT NULL AND l.refunded_fen < l.net_fen")
	if c.Kind == OfOrder {
		sold = sold.Where("o.id = ?", c.OrderID)
	} else {
		sold = sold.Where("o.org_id = ? AND o.paid_at >= ? AND o.paid_at < ?", c.OrgID, c.FromAt, c.UntilAt)
	}
	var f Facts
	err := sold.Session(&gorm.Session{}).Select(`COUNT(DISTINCT o.id) orders,
		COALESCE(SUM(l.net_fen - l.refunded_fen), 0) goods_fen, COALESCE(SUM(l.share_fen), 0) share_fen`).Scan(&f).Error
	if err != nil {
		return f, err
	}
	err = sold.Session(&gorm.Session{}).Joins("JOIN villages v ON v.id = l.village_id").
		Select("l.village_id, v.name, v.township, SUM(l.net_fen - l.refunded_fen) goods_fen, SUM(l.share_fen) share_fen").
		Group("l.village_id, v.name, v.township").Order("goods_fen DESC, l.village_id").Scan(&f.Villages).Error
	return f, err
}

var wellFormed = regexp.MustCompile(`^[A-Z2-7]{24}$`)

// ByCode answers the certificate of a code, or ErrNotFound.
func ByCode(db *gorm.DB, code string) (Certificate, error) {
	code = Tidy(code)
	if !wellFormed.MatchString(code) {
		return Certificate{}, ErrNotFound
	}
	return one(db.Where("code = ?", code))
}

func one(q *gorm.DB) (Certificate, error) {
	found := make([]Certificate, 1)
	err := q.Take(&found[0]).Error
	if storage.IsNotFound(err) {
		return found[0], ErrNotFound
	}
	if err != nil {
		return found[0], err
	}
	err = complete(q.Session(&gorm.Session{NewDB: true}), found)
	return found[0], err
}

// OfBuyer lists the certificates of an order of a buyer's, the last first.
func OfBuyer(db *gorm.DB, buyer, orderID id.ID) ([]Certificate, error) {
	found := []Certificate{}
	err := db.Table("certificates c").Select("c.*").Joins("JOIN orders o ON o.id = c.order_id").
		Where("c.order_id = ? AND o.buyer_id = ?", orderID, buyer).Order("c.id DESC").Find(&found).Error
	if err != nil {
		return nil, err
	}
	return found, complete(db, found)
}

// OfOrg lists a page of an organisation's certificates of periods, the last first.
func OfOrg(db *gorm.DB, orgID, beforeID id.ID, limit int) ([]Certificate, error) {
	q := db.Where("org_id = ? AND kind = ?", orgID, OfPeriod).Order("id DESC").Limit(limit)
	if beforeID != 0 {
		q = q.Where("id < ?", beforeID)
	}
	found := []Certificate{}
	if err := q.Find(&found).Error; err != nil {
		return nil, err
	}
	return found, complete(db, found)
}

// complete fills in the villages and the organisations' names.
func complete(db *gorm.DB, certificates []Certificate) error {
	if len(certificates) == 0 {
		return nil
	}
	at := make(map[id.ID]*Certificate, len(certificates))
	var ids, orgs []id.ID
	for i := range certificates {
		c := &certificates[i]
		c.Villages, at[c.ID] = nil, c
		ids, orgs = append(ids, c.ID), append(orgs, c.OrgID)
	}
	var villages []Village
	err := db.Table("certificate_villages w").Select("w.*, v.name, v.township").Joins("JOIN villages v ON v.id = w.village_id").
		Where("w.certificate_id IN ?", ids).Order("w.goods_fen DESC, w.village_id").Find(&villages).Error
	if err != nil {
		return err
	}
	for _, v := range villages {
		at[v.CertificateID].Villages = append(at[v.CertificateID].Villages, v)
	}
	var named []struct {
		ID   id.ID
		Name string
	}
	if err := db.Table("organisations").Select("id, name").Where("id IN ?", orgs).Scan(&named).Error; err != nil {
		return err
	}
	for _, o := range named {
		for i := range certificates {
			if certificates[i].OrgID == o.ID {
				certificates[i].OrgName = o.Name
			}
		}
	}
	return nil
}
