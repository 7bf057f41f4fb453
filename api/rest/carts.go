package rest

import (
	"context"
	"fmt"

	"zique/internal/cart"
	"zique/internal/catalog"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/share"
)

// CartJSON is a cart at today's prices. Totals count what is available.
type CartJSON struct {
	Items      []CartItemJSON `json:"items"`
	TotalFen   money.Fen      `json:"total_fen" doc:"goods, without freight"`
	FreightFen money.Fen      `json:"freight_fen" doc:"one flat freight per cooperative"`
	ShareFen   money.Fen      `json:"share_fen"`
}

// CartItemJSON is one SKU in a cart.
type CartItemJSON struct {
	SKUID        string          `json:"sku_id"`
	ProductID    string          `json:"product_id"`
	Title        string          `json:"title"`
	Spec         string          `json:"spec"`
	CoverURL     string          `json:"cover_url"`
	Quantity     int64           `json:"quantity"`
	Stock        int64           `json:"stock"`
	PriceFen     money.Fen       `json:"price_fen"`
	PriceChanged bool            `json:"price_changed" doc:"since it was put into the cart"`
	Available    bool            `json:"available" doc:"on sale, and the quantity is in stock"`
	ShareFen     money.Fen       `json:"share_fen" doc:"of the whole quantity"`
	Cooperative  CooperativeJSON `json:"cooperative"`
	Village      VillageRefJSON  `json:"village"`
}

func (s *Server) getCart(ctx context.Context, _ *struct{}) (*body[CartJSON], error) {
	return s.showCart(ctx)
}

func (s *Server) showCart(ctx context.Context) (*body[CartJSON], error) {
	items, err := s.Carts.Get(ctx, caller(ctx).UserID)
	if err != nil {
		return nil, err
	}
	ids := make([]id.ID, len(items))
	for i, item := range items {
		ids[i] = item.SKUID
	}
	offers, err := catalog.Offers(s.DB.Read(ctx), ids)
	if err != nil {
		return nil, err
	}
	rules, err := share.InForce(s.DB.Read(ctx), s.DB.Now())
	if err != nil {
		return nil, err
	}
	out := CartJSON{Items: []CartItemJSON{}}
	sending := map[id.ID]bool{}
	for _, item := range items {
		offer, known := offers[item.SKUID]
		if !known {
			continue
		}
		line, err := cartItemJSON(item, offer, rules)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, line)
		if !line.Available {
			continue
		}
		out.TotalFen += offer.PriceFen * money.Fen(item.Quantity)
		out.ShareFen += line.ShareFen
		if !sending[offer.Product.CooperativeID] {
			sending[offer.Product.CooperativeID] = true
			out.FreightFen += offer.Product.FreightFen
		}
	}
	return &body[CartJSON]{out}, nil
}

func cartItemJSON(item cart.Item, offer catalog.Offer, rules share.Rules) (CartItemJSON, error) {
	product, rule, err := productJSON(offer.Product, rules)
	return CartItemJSON{
		SKUID: item.SKUID.String(), ProductID: product.ID, Title: product.Title, Spec: offer.Spec, CoverURL: product.CoverURL,
		Quantity: item.Quantity, Stock: offer.Stock, PriceFen: offer.PriceFen,
		PriceChanged: item.SeenFen != offer.PriceFen, Available: offer.OnSale() && item.Quantity <= offer.Stock,
		ShareFen:    share.Target(offer.PriceFen*money.Fen(item.Quantity), 0, rule.RateBp),
		Cooperative: product.Cooperative, Village: product.Village,
	}, err
}

var errNoSKU = fault.New(fault.NotFound, "not_found", "there is no such SKU on sale")

type setCartIn struct {
	SKUID string `path:"sku_id" maxLength:"20"`
	Body  struct {
		Quantity int64 `json:"quantity" minimum:"0" maximum:"9999" doc:"absolute; 0 takes it out"`
	}
}

func (s *Server) setCartItem(ctx context.Context, in *setCartIn) (*body[CartJSON], error) {
	skuID, err := id.Parse(in.SKUID)
	if err != nil {
		return nil, errNoSKU
	}
	offers, err := catalog.Offers(s.DB.Read(ctx), []id.ID{skuID})
	if err != nil {
		return nil, err
	}
	offer := offers[skuID]
	if !offer.OnSale() && in.Body.Quantity > 0 {
		return nil, errNoSKU
	}
	if in.Body.Quantity > offer.SKU.Stock {
		return nil, catalog.ErrOutOfStock.With("quantity", "out_of_stock", fmt.Sprintf("%d are left", offer.SKU.Stock))
	}
	item := cart.Item{SKUID: skuID, Quantity: in.Body.Quantity, SeenFen: offer.PriceFen}
	if err := s.Carts.Set(ctx, caller(ctx).UserID, item); err != nil {
		return nil, err
	}
	return s.showCart(ctx)
}
