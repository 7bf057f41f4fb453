package rest

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"zique/internal/campaign"
	"zique/internal/catalog"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/share"
)

// NamedJSON refers to something with an id and a name.
type NamedJSON struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// VillageRefJSON refers to a product's village.
type VillageRefJSON struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Township string `json:"township,omitempty"`
}

// CooperativeJSON refers to a product's cooperative.
type CooperativeJSON struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	FreightFen money.Fen `json:"freight_fen" doc:"flat, of one sub-order"`
	Demo       bool      `json:"demo"`
}

// CategoryJSON is a category and how many products it has.
type CategoryJSON struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	NameEn       string `json:"name_en"`
	ProductCount int64  `json:"product_count"`
}

func (s *Server) listCategories(ctx context.Context, _ *struct{}) (*body[list[CategoryJSON]], error) {
	found, err := catalog.Categories(s.DB.Read(ctx))
	out := &body[list[CategoryJSON]]{list[CategoryJSON]{Items: []CategoryJSON{}}}
	for _, c := range found {
		out.Body.Items = append(out.Body.Items, CategoryJSON{c.ID, c.Name, c.NameEn, c.ProductCount})
	}
	return out, err
}

// ProductJSON is a product as a listing shows it: the price and the share of its
// cheapest SKU, the stock of all.
type ProductJSON struct {
	ID          string          `json:"id"`
	Title       string          `json:"title"`
	CoverURL    string          `json:"cover_url"`
	PriceFen    money.Fen       `json:"price_fen"`
	Stock       int64           `json:"stock"`
	ShareFen    money.Fen       `json:"share_fen" doc:"what one unit brings the village collective"`
	Village     VillageRefJSON  `json:"village"`
	Cooperative CooperativeJSON `json:"cooperative"`
	Category    NamedJSON       `json:"category"`
	Demo        bool            `json:"demo"`
}

func productJSON(p catalog.Shown, rules share.Rules) (ProductJSON, share.Rule, error) {
	rule, err := rules.For(share.Sale{CategoryID: p.CategoryID, VillageID: p.VillageID})
	return ProductJSON{
		ID: p.ID.String(), Title: p.Title, CoverURL: p.CoverURL, PriceFen: p.PriceFen, Stock: p.Stock,
		ShareFen:    share.Target(p.PriceFen, 0, rule.RateBp),
		Village:     VillageRefJSON{p.VillageID.String(), p.VillageName, p.Township},
		Cooperative: CooperativeJSON{p.CooperativeID.String(), p.CooperativeName, p.FreightFen, p.CooperativeDemo},
		Category:    NamedJSON{p.CategoryID, p.CategoryName}, Demo: p.Demo,
	}, rule, err
}

type productsIn struct {
	Paging
	Query         string `query:"q" maxLength:"100"`
	Category      string `query:"category" maxLength:"40" pattern:"^[a-z0-9_-]*$" patternDescription:"the id of a category"`
	VillageID     string `query:"village_id" maxLength:"20"`
	CooperativeID string `query:"cooperative_id" maxLength:"20"`
	CampaignID    string `query:"campaign_id" maxLength:"20"`
	Sort          string `query:"sort" enum:"newest,price_asc,price_desc" default:"newest"`
}

func (in productsIn) filter() (f catalog.Filter, err error) {
	f = catalog.Filter{Query: in.Query, Category: in.Category, Sort: in.Sort, Limit: in.Limit + 1}
	for _, ref := range []struct {
		value, field string
		into         *id.ID
	}{{in.VillageID, "village_id", &f.VillageID}, {in.CooperativeID, "cooperative_id", &f.CooperativeID}} {
		if ref.value == "" {
			continue
		}
		if *ref.into, err = parseID(ref.value, ref.field); err != nil {
			return f, err
		}
	}
	if in.Cursor == "" {
		return f, nil
	}
	sorted, at, _ := strings.Cut(in.Cursor, ".")
	price, last, _ := strings.Cut(at, ".")
	fen, bad := strconv.ParseInt(price, 10, 64)
	f.AfterPrice = money.Fen(fen)
	if f.AfterID, err = id.Parse(last); err != nil || bad != nil || sorted != in.Sort {
		return f, invalid("cursor", "invalid", "this is not a cursor of this list")
	}
	return f, nil
}

func (s *Server) listProducts(ctx context.Context, in *productsIn) (*body[list[ProductJSON]], error) {
	filter, err := in.filter()
	if err != nil {
		return nil, err
	}
	if in.CampaignID != "" {
		campaignID, err := parseID(in.CampaignID, "campaign_id")
		if err != nil {
			return nil, err
		}
		filter.Among = campaign.Products(s.DB.Read(ctx), campaignID)
	}
	found, err := catalog.List(s.DB.Read(ctx), filter)
	if err != nil {
		return nil, err
	}
	rules, err := share.InForce(s.DB.Read(ctx), s.DB.Now())
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(p catalog.Shown) string { return fmt.Sprintf("%s.%d.%d", in.Sort, p.PriceFen, p.ID) })
	out := &body[list[ProductJSON]]{list[ProductJSON]{Items: []ProductJSON{}, NextCursor: next}}
	for _, p := range page {
		shown, _, err := productJSON(p, rules)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, shown)
	}
	return out, nil
}

// SKUJSON is one size or grade of a product.
type SKUJSON struct {
	ID       string    `json:"id"`
	Spec     string    `json:"spec"`
	WeightG  int64     `json:"weight_g"`
	PriceFen money.Fen `json:"price_fen"`
	Stock    int64     `json:"stock"`
	ShareFen money.Fen `json:"share_fen"`
}

// ProductDetailJSON is a whole product.
type ProductDetailJSON struct {
	ProductJSON
	Description  string      `json:"description"`
	RateBp       int64       `json:"rate_bp" doc:"the share's rate in basis points"`
	ShareBearer  string      `json:"share_bearer" enum:"seller,buyer,campaign" doc:"a seller gives the share from the price, a buyer pays it on top"`
	SKUs         []SKUJSON   `json:"skus"`
	Certificates []NamedJSON `json:"certificates"`
}

func (s *Server) getProduct(ctx context.Context, in *PathID) (*body[ProductDetailJSON], error) {
	productID, err := in.parse(catalog.ErrNotFound)
	if err != nil {
		return nil, err
	}
	p, err := catalog.Get(s.DB.Read(ctx), productID)
	if err != nil {
		return nil, err
	}
	rules, err := share.InForce(s.DB.Read(ctx), s.DB.Now())
	if err != nil {
		return nil, err
	}
	shown, rule, err := productJSON(p, rules)
	out := ProductDetailJSON{ProductJSON: shown, Description: p.Description, RateBp: int64(rule.RateBp), ShareBearer: rule.Bearer, SKUs: []SKUJSON{}, Certificates: []NamedJSON{}}
	for _, k := range p.SKUs {
		out.SKUs = append(out.SKUs, SKUJSON{k.ID.String(), k.Spec, k.WeightG, k.PriceFen, k.Stock, share.Target(k.PriceFen, 0, rule.RateBp)})
	}
	return &body[ProductDetailJSON]{out}, err
}
