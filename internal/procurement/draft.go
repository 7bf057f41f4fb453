package procurement

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"zique/internal/audit"
	"zique/internal/catalog"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/payment"
	"zique/internal/storage"
	"zique/internal/village"
)

// Limits: no sum of an order and no share of it leaves 63 bits.
const (
	MaxLines    = 100
	maxQuantity = 10_000_000
	maxPrice    = money.Fen(10_000_000)
	maxTerms    = 180
	maxTitle    = 60 // characters, as the following
	maxUnit     = 20
	maxContact  = 40
	maxAddress  = 200
	maxCarrier  = 40
	maxNote     = 40
)

// Draft is what a member asks a cooperative for.
type Draft struct {
	CooperativeID id.ID
	Lines         []Line // product, village, title, unit, quantity and the wanted price
	TermsDays     int64
	ContactName   string
	Phone         string
	Address       string
}

// Place asks a cooperative for a quote on behalf of the actor's organisation. It fails with
// every field that is wrong.
func (s *Service) Place(tx *storage.Tx, by audit.Actor, in Draft) (Order, error) {
	var p fault.Problems
	in.check(&p)
	enterprise, err := organisation(tx, by.OrgID)
	if err != nil {
		return Order{}, err
	}
	if enterprise.Status != org.Admitted {
		return Order{}, org.ErrSuspended
	}
	if err := in.checkCooperative(tx, &p); err != nil {
		return Order{}, err
	}
	if err := p.Err(); err != nil {
		return Order{}, err
	}
	o := Order{ID: tx.NewID(), EnterpriseID: enterprise.ID, CooperativeID: in.CooperativeID, Status: Requested, TermsDays: in.TermsDays, ContactName: in.ContactName,
		DraftedBy: by.UserID, CreatedAt: tx.Now(), Lines: in.Lines}
	if err := s.write(&o, in); err != nil {
		return Order{}, err
	}
	if err := tx.Create(&o).Error; err != nil {
		return Order{}, err
	}
	asked := map[string]string{}
	for i := range o.Lines {
		l := &o.Lines[i]
		l.ID, l.PurchaseID = tx.NewID(), o.ID
		asked[l.ID.String()] = l.ordered()
	}
	if err := tx.Create(&o.Lines).Error; err != nil {
		return Order{}, err
	}
	err = audit.Write(tx, by.About(enterprise.ID), audit.Change{Action: "purchase_order.drafted", Subject: "purchase_order", SubjectID: o.ID, After: map[string]any{
		"cooperative_id": o.CooperativeID.String(), "terms_days": o.TermsDays, "lines": asked}})
	if err == nil {
		err = o.tell(tx, o.CooperativeID, "purchase_requested", map[string]string{"organisation": enterprise.Name})
	}
	return o, err
}

// ordered is what the log keeps of a line that was asked for.
func (l Line) ordered() string {
	return l.VillageID.String() + ":" + l.ProductID.String() + ":" + strconv.FormatInt(l.Quantity, 10)
}

// write seals whom to deliver to, and draws the code to pay with.
func (s *Service) write(o *Order, in Draft) (err error) {
	if o.ContactCipher, err = s.keys.Seal([]byte(in.Phone)); err != nil {
		return err
	}
	if o.AddressCipher, err = s.keys.Seal([]byte(in.Address)); err != nil {
		return err
	}
	o.RemittanceCode, err = payment.NewRemittanceCode(s.rand)
	return err
}

func (in *Draft) check(p *fault.Problems) {
	in.ContactName = p.Line("contact_name", in.ContactName, maxContact)
	p.Mobile("contact_phone", in.Phone)
	in.Address = p.Line("address", in.Address, maxAddress)
	if in.TermsDays < 0 || in.TermsDays > maxTerms {
		p.Add("terms_days", "invalid", "must be 0 to "+strconv.Itoa(maxTerms))
	}
	if len(in.Lines) < 1 || len(in.Lines) > MaxLines {
		p.Add("lines", "invalid", "must be 1 to "+strconv.Itoa(MaxLines))
	}
	for i := range in.Lines {
		l, at := &in.Lines[i], lineAt(i)
		l.Unit = p.Line(at+"unit", l.Unit, maxUnit)
		if l.ProductID == 0 {
			l.Title = p.Line(at+"title", l.Title, maxTitle)
		}
		if l.Quantity < 1 || l.Quantity > maxQuantity {
			p.Add(at+"quantity", "invalid", "must be 1 to "+strconv.Itoa(maxQuantity))
		}
		if l.WantedFen < 0 || l.WantedFen > maxPrice {
			p.Add(at+"wanted_fen", "invalid", "must be 0 to "+strconv.FormatInt(int64(maxPrice), 10))
		}
	}
}

func lineAt(i int) string { return "lines[" + strconv.Itoa(i) + "]." }

// checkCooperative wants an admitted cooperative that serves the villages and has the
// products, of which it takes title, category and village.
func (in *Draft) checkCooperative(tx *storage.Tx, p *fault.Problems) error {
	cooperative, err := organisation(tx, in.CooperativeID)
	if err != nil {
		return err
	}
	if cooperative.Kind != org.Cooperative || cooperative.Status != org.Admitted {
		p.Add("cooperative_id", "unknown", "there is no such cooperative, or it sells nothing now")
		return nil
	}
	served, err := village.ServedBy(tx.DB, cooperative.ID)
	if err != nil {
		return err
	}
	products, err := productsOf(tx, cooperative.ID, in.Lines)
	if err != nil {
		return err
	}
	for i := range in.Lines {
		l := &in.Lines[i]
		if l.ProductID != 0 {
			product, known := products[l.ProductID]
			switch {
			case !known:
				p.Add(lineAt(i)+"product_id", "unknown", "the cooperative has no such product")
				continue
			case l.VillageID != 0 && l.VillageID != product.VillageID:
				p.Add(lineAt(i)+"village_id", "differs", "the product is of another village")
			}
			l.Title, l.CategoryID, l.VillageID = shortened(product.Title), product.CategoryID, product.VillageID
		}
		if !slices.Contains(served, l.VillageID) {
			p.Add(lineAt(i)+"village_id", "not_served", "the cooperative does not serve this village")
		}
	}
	return nil
}

func shortened(title string) string {
	if utf8.RuneCountInString(title) > maxTitle {
		return string([]rune(title)[:maxTitle])
	}
	return title
}

func productsOf(tx *storage.Tx, cooperative id.ID, lines []Line) (map[id.ID]catalog.Product, error) {
	var ids []id.ID
	for _, l := range lines {
		ids = append(ids, l.ProductID)
	}
	var found []catalog.Product
	err := tx.Where("cooperative_id = ? AND status = ? AND id IN ?", cooperative, catalog.Listed, ids).Find(&found).Error
	products := map[id.ID]catalog.Product{}
	for _, product := range found {
		products[product.ID] = product
	}
	return products, err
}

// organisation reads one that stays as it is until tx is over; the zero one: there is none.
func organisation(tx *storage.Tx, orgID id.ID) (org.Organisation, error) {
	var found []org.Organisation
	err := tx.ForShare().Where("id = ?", orgID).Find(&found).Error
	if err != nil || len(found) == 0 {
		return org.Organisation{}, err
	}
	return found[0], nil
}
