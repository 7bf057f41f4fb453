package rest

import (
	"context"
	"strings"
	"time"

	"zique/internal/clock"
	"zique/internal/freight"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/org"
	"zique/internal/promotion"
	"zique/internal/storage"
)

// Who of a cooperative sets what its goods cost.
var pricers = members([]string{org.Cooperative}, org.RoleOwner, org.RoleAccountant)

// QuoteJSON is what an order would cost now.
type QuoteJSON struct {
	GoodsFen    money.Fen       `json:"goods_fen"`
	FreightFen  money.Fen       `json:"freight_fen"`
	DiscountFen money.Fen       `json:"discount_fen"`
	OnTopFen    money.Fen       `json:"on_top_fen"`
	TotalFen    money.Fen       `json:"total_fen"`
	ShareFen    money.Fen       `json:"share_fen"`
	DueFen      money.Fen       `json:"due_fen" doc:"what the cards leave for another tender"`
	Cards       []CardUsedJSON  `json:"cards"`
	SubOrders   []QuotePartJSON `json:"sub_orders"`
}

// CardUsedJSON is what a card would pay.
type CardUsedJSON struct {
	CardID       string    `json:"card_id"`
	MaskedNumber string    `json:"masked_number"`
	AmountFen    money.Fen `json:"amount_fen"`
}

// QuotePartJSON is what one cooperative's part would cost.
type QuotePartJSON struct {
	Cooperative NamedJSON `json:"cooperative"`
	GoodsFen    money.Fen `json:"goods_fen"`
	DiscountFen money.Fen `json:"discount_fen"`
	FreightFen  money.Fen `json:"freight_fen"`
}

type quoteIn struct {
	Org  string `header:"Zique-Org"`
	Body orderFields
}

func (s *Server) quote(ctx context.Context, in *quoteIn) (*body[QuoteJSON], error) {
	ask, err := s.checkout(ctx, in.Org, in.Body)
	if err != nil {
		return nil, err
	}
	o, err := order.Quote(s.DB.Read(ctx), s.DB.Now(), ask)
	if err != nil {
		return nil, err
	}
	out := QuoteJSON{GoodsFen: o.GoodsFen, FreightFen: o.FreightFen, DiscountFen: o.DiscountFen, OnTopFen: o.OnTopFen, TotalFen: o.TotalFen,
		ShareFen: o.ShareFen(), Cards: []CardUsedJSON{}, SubOrders: []QuotePartJSON{}}
	for _, p := range o.Payments {
		if p.Tender != order.TenderAidCard {
			out.DueFen += p.AmountFen
			continue
		}
		out.Cards = append(out.Cards, CardUsedJSON{p.CardID.String(), masked(p.CardNumber), p.AmountFen})
	}
	for _, sub := range o.SubOrders {
		out.SubOrders = append(out.SubOrders, QuotePartJSON{NamedJSON{sub.CooperativeID.String(), sub.CooperativeName}, sub.GoodsFen, sub.DiscountFen, sub.FreightFen})
	}
	return &body[QuoteJSON]{out}, nil
}

// FreightTemplateFields are what a cooperative charges for sending.
type FreightTemplateFields struct {
	Name    string            `json:"name" minLength:"1" maxLength:"240"`
	Unit    string            `json:"unit" enum:"piece,weight" doc:"what the steps count: pieces, or grams"`
	Default bool              `json:"default,omitempty" doc:"used by products that name no other; the first template is"`
	Zones   []FreightZoneJSON `json:"zones" minItems:"1" maxItems:"34"`
}

// FreightZoneJSON is the price for some provinces.
type FreightZoneJSON struct {
	Provinces     []string   `json:"provinces" maxItems:"34" doc:"as in 湖南; empty: everywhere else, once in each template"`
	Undeliverable bool       `json:"undeliverable,omitempty" doc:"nothing is sent there"`
	FirstUnits    int64      `json:"first_units,omitempty" doc:"pieces or grams"`
	FirstFen      money.Fen  `json:"first_fen,omitempty"`
	StepUnits     int64      `json:"step_units,omitempty"`
	StepFen       money.Fen  `json:"step_fen,omitempty"`
	FreeAboveFen  *money.Fen `json:"free_above_fen,omitempty" doc:"from this amount of goods on, sending is free"`
}

// FreightTemplateJSON is one template.
type FreightTemplateJSON struct {
	ID string `json:"id"`
	FreightTemplateFields
}

func (f FreightTemplateFields) template(cooperative id.ID) freight.Template {
	t := freight.Template{CooperativeID: cooperative, Name: f.Name, Unit: f.Unit}
	if f.Default {
		t.DefaultOf = &cooperative
	}
	for _, z := range f.Zones {
		t.Zones = append(t.Zones, freight.Zone{Provinces: strings.Join(z.Provinces, ","), Undeliverable: z.Undeliverable,
			FirstUnits: z.FirstUnits, FirstFen: z.FirstFen, StepUnits: z.StepUnits, StepFen: z.StepFen, FreeAboveFen: z.FreeAboveFen})
	}
	return t
}

func freightTemplateJSON(t freight.Template) FreightTemplateJSON {
	out := FreightTemplateJSON{t.ID.String(), FreightTemplateFields{Name: t.Name, Unit: t.Unit, Default: t.DefaultOf != nil, Zones: []FreightZoneJSON{}}}
	for _, z := range t.Zones {
		provinces := []string{}
		if z.Provinces != "" {
			provinces = strings.Split(z.Provinces, ",")
		}
		out.Zones = append(out.Zones, FreightZoneJSON{provinces, z.Undeliverable, z.FirstUnits, z.FirstFen, z.StepUnits, z.StepFen, z.FreeAboveFen})
	}
	return out
}

func (s *Server) listFreightTemplates(ctx context.Context, _ *struct{}) (*body[list[FreightTemplateJSON]], error) {
	found, err := freight.List(s.DB.Read(ctx), acting(ctx).OrgID)
	out := &body[list[FreightTemplateJSON]]{list[FreightTemplateJSON]{Items: []FreightTemplateJSON{}}}
	for _, t := range found {
		out.Body.Items = append(out.Body.Items, freightTemplateJSON(t))
	}
	return out, err
}

func (s *Server) addFreightTemplate(ctx context.Context, in *struct{ Body FreightTemplateFields }) (*body[FreightTemplateJSON], error) {
	return s.putFreightTemplate(ctx, in.Body.template(acting(ctx).OrgID))
}

type changeFreightIn struct {
	PathID
	Body FreightTemplateFields
}

func (s *Server) changeFreightTemplate(ctx context.Context, in *changeFreightIn) (*body[FreightTemplateJSON], error) {
	templateID, err := in.parse(freight.ErrNotFound)
	if err != nil {
		return nil, err
	}
	t := in.Body.template(acting(ctx).OrgID)
	t.ID = templateID
	return s.putFreightTemplate(ctx, t)
}

func (s *Server) putFreightTemplate(ctx context.Context, t freight.Template) (*body[FreightTemplateJSON], error) {
	err := s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		t, err = freight.Put(tx, actor(ctx), t)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &body[FreightTemplateJSON]{freightTemplateJSON(t)}, nil
}

func (s *Server) removeFreightTemplate(ctx context.Context, in *PathID) (*struct{}, error) {
	templateID, err := in.parse(freight.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return nil, s.DB.InTx(ctx, func(tx *storage.Tx) error { return freight.Remove(tx, actor(ctx), acting(ctx).OrgID, templateID) })
}

// PromotionFields are a full reduction (满减).
type PromotionFields struct {
	ThresholdFen money.Fen `json:"threshold_fen" doc:"of the cooperative's goods in one order"`
	OffFen       money.Fen `json:"off_fen" doc:"less than the threshold; the cooperative bears it"`
	ValidFrom    time.Time `json:"valid_from"`
	ValidUntil   time.Time `json:"valid_until" doc:"exclusive"`
}

// PromotionJSON is one full reduction.
type PromotionJSON struct {
	ID string `json:"id"`
	PromotionFields
}

func promotionJSON(p promotion.Promotion) PromotionJSON {
	return PromotionJSON{p.ID.String(), PromotionFields{p.ThresholdFen, p.OffFen, p.ValidFrom.Time(), p.ValidUntil.Time()}}
}

func (s *Server) listPromotions(ctx context.Context, _ *struct{}) (*body[list[PromotionJSON]], error) {
	found, err := promotion.List(s.DB.Read(ctx), acting(ctx).OrgID, s.DB.Now())
	out := &body[list[PromotionJSON]]{list[PromotionJSON]{Items: []PromotionJSON{}}}
	for _, p := range found {
		out.Body.Items = append(out.Body.Items, promotionJSON(p))
	}
	return out, err
}

func (s *Server) addPromotion(ctx context.Context, in *struct{ Body PromotionFields }) (*body[PromotionJSON], error) {
	p := promotion.Promotion{ThresholdFen: in.Body.ThresholdFen, OffFen: in.Body.OffFen,
		ValidFrom: clock.FromTime(in.Body.ValidFrom), ValidUntil: clock.FromTime(in.Body.ValidUntil)}
	err := s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		p, err = promotion.Add(tx, actor(ctx), p)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &body[PromotionJSON]{promotionJSON(p)}, nil
}

func (s *Server) endPromotion(ctx context.Context, in *PathID) (*struct{}, error) {
	promotionID, err := in.parse(promotion.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return nil, s.DB.InTx(ctx, func(tx *storage.Tx) error { return promotion.End(tx, actor(ctx), promotionID) })
}
