// Package catalog holds what is for sale. Invariants: a SKU's stock is never
// negative and is what its movements sum to; a product's price is the lowest of its SKUs;
// a cooperative that is not admitted sells nothing; its products come from villages that
// it serves.
package catalog

import (
	"errors"
	"slices"
	"strings"

	"github.com/mozillazg/go-pinyin"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/storage"
)

// The refusals of this package beside ErrOutOfStock.
var (
	ErrNotFound   = fault.New(fault.NotFound, "not_found", "there is no such product")
	ErrNotForSale = fault.New(fault.Conflict, "not_for_sale", "the cooperative sells nothing at the moment")
)

// Listed is the status of a product that its cooperative offers.
const Listed = "listed"

// Category groups products; its id is a short English word.
type Category struct {
	ID       string `gorm:"primaryKey"`
	Name     string
	NameEn   string
	Position int
}

// TableName is the table's name.
func (Category) TableName() string { return "categories" }

// Product is one kind of goods from one village, sold by one cooperative.
type Product struct {
	ID            id.ID `gorm:"primaryKey;autoIncrement:false"`
	CooperativeID id.ID
	VillageID     id.ID
	CategoryID    string
	Title         string
	Description   string
	CoverURL      string
	PriceFen      money.Fen // the lowest of its SKUs
	SearchText    string
	Status        string
	Demo          bool
	CreatedAt     clock.Millis

	FreightTemplateID id.ID // 0: the cooperative's default

	SKUs []SKU `gorm:"-"`
}

// TableName is the table's name.
func (Product) TableName() string { return "products" }

// SKU (规格) is what a buyer buys.
type SKU struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	ProductID id.ID
	Spec      string
	WeightG   int64
	PriceFen  money.Fen
	Stock     int64
}

// TableName is the table's name.
func (SKU) TableName() string { return "skus" }

// Add lists a product with its SKUs, whose stock is received as the first
// movement. SearchIn is searched besides the title: the names of village,
// cooperative and category. A village that the cooperative does not serve is ErrNotServed.
func Add(tx *storage.Tx, p Product, searchIn ...string) (Product, error) {
	if len(p.SKUs) == 0 {
		return p, errors.New("catalog: a product needs a SKU")
	}
	if err := mustServe(tx, p); err != nil {
		return p, err
	}
	p.ID, p.CreatedAt, p.Status = tx.NewID(), tx.Now(), Listed
	p.SearchText = searchText(append([]string{p.Title}, searchIn...))
	p.PriceFen = slices.MinFunc(p.SKUs, func(a, b SKU) int { return int(a.PriceFen - b.PriceFen) }).PriceFen
	if err := tx.Create(&p).Error; err != nil {
		return p, err
	}
	var received []Movement
	for i := range p.SKUs {
		s := &p.SKUs[i]
		s.ID, s.ProductID = tx.NewID(), p.ID
		received = append(received, Movement{SKUID: s.ID, Kind: Received, Delta: s.Stock, ReferenceID: p.ID})
	}
	if err := tx.Create(&p.SKUs).Error; err != nil {
		return p, err
	}
	return p, Record(tx, received)
}

// searchText is what queries are looked up in: the words, their pinyin and its initials.
func searchText(words []string) string {
	parts := []string{strings.ToLower(strings.Join(words, " "))}
	for _, style := range []int{pinyin.Normal, pinyin.FirstLetter} {
		args := pinyin.NewArgs()
		args.Style = style
		for _, word := range words {
			parts = append(parts, strings.Join(pinyin.LazyPinyin(word, args), ""))
		}
	}
	return strings.Join(parts, " ")
}
