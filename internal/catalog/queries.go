package catalog

import (
	"maps"
	"slices"
	"strings"

	"gorm.io/gorm"

	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/storage"
)

// Sort orders of a listing.
const (
	Newest    = "newest"
	PriceAsc  = "price_asc"
	PriceDesc = "price_desc"
)

// Filter narrows a listing; zero fields do not. AfterID and AfterPrice are the
// last product of the page before.
type Filter struct {
	Query         string
	Category      string
	VillageID     id.ID
	CooperativeID id.ID
	Among         *gorm.DB // a query for the ids of which it is one; nil: any
	Sort          string
	AfterID       id.ID
	AfterPrice    money.Fen
	Limit         int
}

// Shown is a product as a listing shows it.
type Shown struct {
	Product           `gorm:"embedded"`
	Stock             int64 // of all its SKUs
	VillageName       string
	Township          string
	CooperativeName   string
	CooperativeDemo   bool
	CooperativeStatus string
	CategoryName      string
	FreightFen        money.Fen // of its cooperative, from: the default template's first price
}

// soldColumns are those of products `p` that an order keeps, or is decided by.
const soldColumns = `p.id, p.cooperative_id, p.village_id, p.category_id, p.title, p.cover_url, p.status, p.freight_template_id,
	v.name village_name, o.name cooperative_name, o.status cooperative_status`

const shownColumns = `p.*, v.name village_name, v.township, o.name cooperative_name, o.demo cooperative_demo, o.status cooperative_status, c.name category_name,
	COALESCE(z.first_fen, 0) freight_fen, (SELECT COALESCE(SUM(s.stock), 0) FROM skus s WHERE s.product_id = p.id) stock`

func shown(db *gorm.DB) *gorm.DB { return joined(db.Table("products p")) }

// joined adds to products `p` what is shown of them.
func joined(products *gorm.DB) *gorm.DB {
	return products.Select(shownColumns).
		Joins("JOIN villages v ON v.id = p.village_id").
		Joins("JOIN organisations o ON o.id = p.cooperative_id").
		Joins("JOIN categories c ON c.id = p.category_id").
		Joins("LEFT JOIN freight_templates f ON f.default_of = p.cooperative_id").
		Joins("LEFT JOIN freight_zones z ON z.template_id = f.id AND z.provinces = ''")
}

func listed(db *gorm.DB) *gorm.DB {
	return shown(db).Where("p.status = ? AND o.status = ?", Listed, org.Admitted)
}

// List answers one page of what is on sale. The page is cut before anything is joined
// to it: an engine that begins with another table would sort all products for each page.
// For the same reason the cooperative's standing is looked up for each product.
func List(db *gorm.DB, f Filter) ([]Shown, error) {
	q := db.Table("products p").Where("p.status = ?", Listed).
		Where("(SELECT o.status FROM organisations o WHERE o.id = p.cooperative_id) = ?", org.Admitted).Limit(f.Limit)
	for _, word := range strings.Fields(strings.ToLower(f.Query)) {
		q = q.Where("p.search_text LIKE ? ESCAPE '!'", storage.Containing(word))
	}
	if f.Category != "" {
		q = q.Where("p.category_id = ?", f.Category)
	}
	if f.VillageID != 0 {
		q = q.Where("p.village_id = ?", f.VillageID)
	}
	if f.CooperativeID != 0 {
		q = q.Where("p.cooperative_id = ?", f.CooperativeID)
	}
	if f.Among != nil {
		q = q.Where("p.id IN (?)", f.Among)
	}
	found := []Shown{}
	return found, ordered(joined(db.Table("(?) p", page(q, f))), f.Sort).Scan(&found).Error
}

// page goes on after the last product of the page before.
func page(q *gorm.DB, f Filter) *gorm.DB {
	switch {
	case f.AfterID == 0:
	case f.Sort == PriceAsc:
		q = q.Where("(p.price_fen > ? OR (p.price_fen = ? AND p.id > ?))", f.AfterPrice, f.AfterPrice, f.AfterID)
	case f.Sort == PriceDesc:
		q = q.Where("(p.price_fen < ? OR (p.price_fen = ? AND p.id < ?))", f.AfterPrice, f.AfterPrice, f.AfterID)
	default:
		q = q.Where("p.id < ?", f.AfterID)
	}
	return ordered(q, f.Sort)
}

// ordered sorts by the sort key and then by id.
func ordered(q *gorm.DB, sort string) *gorm.DB {
	switch sort {
	case PriceAsc:
		return q.Order("p.price_fen, p.id")
	case PriceDesc:
		return q.Order("p.price_fen DESC, p.id DESC")
	}
	return q.Order("p.id DESC")
}

// Get answers one product with its SKUs, or ErrNotFound.
func Get(db *gorm.DB, productID id.ID) (Shown, error) {
	var p Shown
	if err := listed(db).Where("p.id = ?", productID).Take(&p).Error; storage.IsNotFound(err) {
		return p, ErrNotFound
	} else if err != nil {
		return p, err
	}
	return p, db.Where("product_id = ?", productID).Order("price_fen, id").Find(&p.SKUs).Error
}

// Offer is a SKU with all that a cart and a checkout need to know of it.
type Offer struct {
	SKU
	Product Shown
}

// Listed tells whether the SKU exists and its cooperative offers it; the zero Offer is not.
func (o Offer) Listed() bool { return o.Product.Status == Listed }

// OnSale tells whether the SKU may be bought: it is listed, and its cooperative not suspended.
func (o Offer) OnSale() bool { return o.Listed() && o.Product.CooperativeStatus == org.Admitted }

// Offers answers the SKUs that exist, by id, on sale or not.
func Offers(db *gorm.DB, skuIDs []id.ID) (map[id.ID]Offer, error) {
	var skus []SKU
	if err := db.Where("id IN ?", skuIDs).Find(&skus).Error; err != nil {
		return nil, err
	}
	ids := make([]id.ID, 0, len(skus))
	for _, s := range skus {
		ids = append(ids, s.ProductID)
	}
	var products []Shown
	if err := shown(db).Where("p.id IN ?", ids).Scan(&products).Error; err != nil {
		return nil, err
	}
	byID := make(map[id.ID]Shown, len(products))
	for _, p := range products {
		byID[p.ID] = p
	}
	found := make(map[id.ID]Offer, len(skus))
	for _, s := range skus {
		found[s.ID] = Offer{SKU: s, Product: byID[s.ProductID]}
	}
	return found, nil
}

// ProductsOf answers the products of SKUs, by the SKU's id, as far as an order keeps them or is
// decided by them.
func ProductsOf(db *gorm.DB, skuIDs []id.ID) (map[id.ID]Shown, error) {
	var rows []struct {
		SKUID id.ID `gorm:"column:sku_id"`
		Shown `gorm:"embedded"`
	}
	err := db.Table("skus s").Select("s.id sku_id, "+soldColumns).
		Joins("JOIN products p ON p.id = s.product_id").
		Joins("JOIN villages v ON v.id = p.village_id").
		Joins("JOIN organisations o ON o.id = p.cooperative_id").
		Where("s.id IN ?", skuIDs).Scan(&rows).Error
	found := make(map[id.ID]Shown, len(rows))
	for _, r := range rows {
		found[r.SKUID] = r.Shown
	}
	return found, err
}

// OffersOf answers the SKUs of ProductsOf, with these products.
func OffersOf(db *gorm.DB, products map[id.ID]Shown) (map[id.ID]Offer, error) {
	var skus []SKU
	err := db.Where("id IN ?", slices.Collect(maps.Keys(products))).Find(&skus).Error
	return offered(skus, products), err
}

// LockOffers is OffersOf with the SKUs locked, in ascending order.
func LockOffers(tx *storage.Tx, products map[id.ID]Shown) (map[id.ID]Offer, error) {
	var skus []SKU
	err := tx.LockByID(&skus, slices.Collect(maps.Keys(products)))
	return offered(skus, products), err
}

func offered(skus []SKU, products map[id.ID]Shown) map[id.ID]Offer {
	found := make(map[id.ID]Offer, len(skus))
	for _, s := range skus {
		found[s.ID] = Offer{SKU: s, Product: products[s.ID]}
	}
	return found
}

// CategoryShown is a category with the number of products on sale in it.
type CategoryShown struct {
	Category     `gorm:"embedded"`
	ProductCount int64
}

// Categories lists all categories in their order.
func Categories(db *gorm.DB) ([]CategoryShown, error) {
	found := []CategoryShown{}
	err := db.Table("categories c").
		Select(`c.*, (SELECT COUNT(*) FROM products p JOIN organisations o ON o.id = p.cooperative_id
			WHERE p.category_id = c.id AND p.status = ? AND o.status = ?) product_count`, Listed, org.Admitted).
		Order("c.position").Scan(&found).Error
	return found, err
}

// CountByVillage answers how many products are on sale from each of the villages.
func CountByVillage(db *gorm.DB, villages []id.ID) (map[id.ID]int64, error) {
	var rows []struct {
		VillageID id.ID
		N         int64
	}
	err := db.Table("products p").Select("p.village_id, COUNT(*) n").Joins("JOIN organisations o ON o.id = p.cooperative_id").
		Where("p.village_id IN ? AND p.status = ? AND o.status = ?", villages, Listed, org.Admitted).Group("p.village_id").Scan(&rows).Error
	counts := make(map[id.ID]int64, len(rows))
	for _, r := range rows {
		counts[r.VillageID] = r.N
	}
	return counts, err
}
