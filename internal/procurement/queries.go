package procurement

import (
	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/share"
	"zique/internal/storage"
)

// Statuses are all that a listing may be filtered by.
var Statuses = []string{Requested, Quoted, Approved, Delivered, Accepted, Paid, Declined, Cancelled, Rejected}

// Filter narrows List; zero fields do not. OrgID is of either side.
type Filter struct {
	OrgID  id.ID
	Status string
	Before id.ID
	Limit  int
}

func shown(view *gorm.DB) *gorm.DB {
	return view.Table("purchase_orders p").Select("p.*, e.name enterprise_name, c.name cooperative_name").
		Joins("JOIN organisations e ON e.id = p.enterprise_id").Joins("JOIN organisations c ON c.id = p.cooperative_id")
}

// List answers orders without their lines, the newest first.
func List(view *gorm.DB, f Filter) ([]Order, error) {
	q := shown(view).Order("p.id DESC").Limit(f.Limit)
	if f.OrgID != 0 {
		q = q.Where("(p.enterprise_id = ? OR p.cooperative_id = ?)", f.OrgID, f.OrgID)
	}
	if f.Status != "" {
		q = q.Where("p.status = ?", f.Status)
	}
	if f.Before != 0 {
		q = q.Where("p.id < ?", f.Before)
	}
	found := []Order{}
	return found, q.Scan(&found).Error
}

// Get answers an order of an organisation (0: of any) with its lines and where to deliver,
// or ErrNotFound. Before it is approved its lines show the rate that would be frozen now.
func (s *Service) Get(view *gorm.DB, now clock.Millis, orgID, orderID id.ID) (Order, error) {
	var o Order
	err := shown(view).Where("p.id = ?", orderID).Take(&o).Error
	if storage.IsNotFound(err) || err == nil && !o.isOf(orgID) {
		err = ErrNotFound
	}
	if err != nil {
		return o, err
	}
	err = view.Table("purchase_order_lines l").Select("l.*, v.name village_name").Joins("JOIN villages v ON v.id = l.village_id").
		Where("l.purchase_id = ?", o.ID).Order("l.id").Scan(&o.Lines).Error
	if err != nil {
		return o, err
	}
	if o.ApprovedAt == nil {
		rules, err := share.InForce(view, now)
		if err != nil {
			return o, err
		}
		if err := o.applyRules(rules); err != nil {
			return o, err
		}
	}
	return o, s.open(&o)
}

func (s *Service) open(o *Order) error {
	for cipher, into := range map[*[]byte]*string{&o.ContactCipher: &o.Phone, &o.AddressCipher: &o.Address} {
		if len(*cipher) == 0 { // erased
			continue
		}
		plain, err := s.keys.Open(*cipher)
		if err != nil {
			return err
		}
		*into = string(plain)
	}
	return nil
}
