package order

import (
	"fmt"
	"math"
	"slices"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/catalog"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/freight"
	"zique/internal/id"
	"zique/internal/idempotency"
	"zique/internal/identity"
	"zique/internal/money"
	"zique/internal/promotion"
	"zique/internal/share"
)

// Bounds of one checkout.
const (
	MaxQuantity = 9_999
	MaxItems    = 200
	MaxCards    = 50
)

// Item is what is asked for. A PriceFen that is given must still be the price.
type Item struct {
	SKUID    id.ID
	Quantity int64
	PriceFen *money.Fen
}

// Checkout is one buyer's wish to order and pay. Cards are used in the order given; the
// rest is asked of the gateway that Tender names, if any, and the order waits for it.
// Encode makes the answer, which is stored with the key and replayed verbatim.
//
// Where CodeHash is given, By brings the code of the one card that pays: nobody holds it
// yet, and with the order it becomes the organisation's for which By acts.
type Checkout struct {
	Key           idempotency.Key
	By            audit.Actor // the buyer
	Items         []Item
	CardIDs       []id.ID
	CodeHash      string
	Tender        string // empty: the cards pay all of it
	Province      string // where it goes, for the freight
	AddressCipher []byte
	Encode        func(placed *Order, declined *fault.Fault) (idempotency.Encoded, error)
}

// Check finds everything that is wrong with the checkout by itself.
func (c Checkout) Check() error {
	var wrong fault.Problems
	if len(c.Items) == 0 || len(c.Items) > MaxItems {
		wrong.Add("items", "count", fmt.Sprintf("an order takes 1 to %d items", MaxItems))
	}
	if len(c.CardIDs) == 0 && c.Tender == "" || len(c.CardIDs) > MaxCards {
		wrong.Add("card_ids", "count", fmt.Sprintf("an order takes 1 to %d cards, or none and a tender", MaxCards))
	}
	seen := map[id.ID]bool{}
	for i, item := range c.Items {
		if item.Quantity < 1 || item.Quantity > MaxQuantity {
			wrong.Add(fmt.Sprintf("items[%d].quantity", i), "range", fmt.Sprintf("the quantity is a whole number from 1 to %d", MaxQuantity))
		}
		if seen[item.SKUID] {
			wrong.Add(fmt.Sprintf("items[%d].sku_id", i), "duplicate", "this SKU stands in the order already")
		}
		seen[item.SKUID] = true
	}
	cards := map[id.ID]bool{}
	for i, cardID := range c.CardIDs {
		if cards[cardID] {
			wrong.Add(fmt.Sprintf("card_ids[%d]", i), "duplicate", "this card stands in the order already")
		}
		cards[cardID] = true
	}
	return wrong.Err()
}

// shelf is what a batch of checkouts decides on: everything they touch, read
// under lock, and changed in memory as each is accepted.
type shelf struct {
	now    clock.Millis
	gone   map[id.ID]bool // buyers whose accounts were deleted meanwhile
	offers map[id.ID]catalog.Offer
	cards  map[id.ID]aidcard.Card
	rules  share.Rules
	timing Timing

	programs   map[id.ID]aidcard.Program // by card
	tariff     freight.Tariff
	promotions promotion.Running
	campaigns  map[id.ID]id.ID // in which products are on sale
}

// accept decides one checkout and takes its units and money off the shelf. A
// refusal leaves the shelf as it was.
func (s *shelf) accept(c Checkout) (*Order, error) {
	if s.gone[c.By.UserID] {
		return nil, identity.ErrUnauthenticated
	}
	o := &Order{BuyerID: c.By.UserID, OrgID: c.By.OrgID, AddressCipher: c.AddressCipher, CreatedAt: s.now}
	if err := s.addLines(o, c); err != nil {
		return nil, err
	}
	if err := s.pay(o, c); err != nil {
		return nil, err
	}
	o.begin(s.now, s.timing)
	s.takeUnits(o)
	s.takeMoney(o)
	if c.CodeHash != "" { // the card is the organisation's now
		card := s.cards[c.CardIDs[0]]
		card.Status, card.HolderID = aidcard.Active, &o.OrgID
		s.cards[card.ID] = card
	}
	return o, nil
}

func (s *shelf) takeUnits(o *Order) {
	for _, l := range o.Lines {
		offer := s.offers[l.SKUID]
		offer.Stock -= l.Quantity
		s.offers[l.SKUID] = offer
	}
}

func (s *shelf) takeMoney(o *Order) {
	for _, p := range o.Payments {
		if p.Tender == TenderAidCard {
			card := s.cards[p.CardID]
			card.BalanceFen -= p.AmountFen
			s.cards[p.CardID] = card
		}
	}
}

// addLines prices the order: goods, discounts of the cooperatives, freight to the
// address, and the share of each line from what is paid for it.
func (s *shelf) addLines(o *Order, c Checkout) error {
	if err := s.check(c.Items); err != nil {
		return err
	}
	for _, item := range c.Items {
		offer := s.offers[item.SKUID]
		if int64(offer.PriceFen) > math.MaxInt64/(MaxQuantity*MaxItems*10_000) {
			return fmt.Errorf("the price of SKU %d is beyond reckoning", offer.ID)
		}
		goods := offer.PriceFen * money.Fen(item.Quantity)
		sub := o.subOrder(offer.Product)
		sub.GoodsFen += goods
		o.GoodsFen += goods
		o.Lines = append(o.Lines, Line{
			ProductID: offer.ProductID, SKUID: offer.ID, VillageID: offer.Product.VillageID,
			Title: offer.Product.Title, Spec: offer.Spec, CoverURL: offer.Product.CoverURL,
			Quantity: item.Quantity, PriceFen: offer.PriceFen, NetFen: goods,
			VillageName: offer.Product.VillageName, CooperativeID: sub.CooperativeID, CampaignID: s.campaigns[offer.ProductID],
		})
	}
	s.discount(o)
	if err := s.addFreight(o, c); err != nil {
		return err
	}
	if err := s.addShares(o); err != nil {
		return err
	}
	o.TotalFen = o.GoodsFen + o.FreightFen - o.DiscountFen + o.OnTopFen
	return nil
}

// discount takes each cooperative's best promotion off its lines, in proportion to them.
func (s *shelf) discount(o *Order) {
	for i := range o.SubOrders {
		sub := &o.SubOrders[i]
		best := s.promotions.Best(sub.CooperativeID, sub.GoodsFen)
		sub.DiscountFen, sub.PromotionID = best.OffFen, best.ID
		o.DiscountFen += best.OffFen
		lines := o.soldBy(sub.CooperativeID)
		weights := make([]money.Fen, len(lines))
		for i, l := range lines {
			weights[i] = l.NetFen
		}
		for i, part := range money.Allocate(best.OffFen, weights) {
			lines[i].DiscountFen = part
			lines[i].NetFen -= part
		}
	}
}

// addFreight charges each sub-order for what is sent under each of its templates.
func (s *shelf) addFreight(o *Order, c Checkout) error {
	nowhere := map[sentUnder]bool{}
	for i := range o.SubOrders {
		sub := &o.SubOrders[i]
		loads := map[id.ID]freight.Load{}
		templates := map[id.ID]freight.Template{}
		for _, l := range o.soldBy(sub.CooperativeID) {
			offer := s.offers[l.SKUID]
			t := s.tariff.For(sub.CooperativeID, offer.Product.FreightTemplateID)
			load := loads[t.ID]
			load.Pieces += l.Quantity
			load.Grams += l.Quantity * offer.WeightG
			load.GoodsFen += l.NetFen
			loads[t.ID], templates[t.ID] = load, t
		}
		for templateID, load := range loads {
			fee, err := templates[templateID].Fee(c.Province, load)
			if err != nil {
				nowhere[sentUnder{sub.CooperativeID, templateID}] = true
			}
			sub.FreightFen += fee
		}
		o.FreightFen += sub.FreightFen
	}
	if len(nowhere) == 0 {
		return nil
	}
	refused := freight.ErrUndeliverable
	for i, item := range c.Items {
		p := s.offers[item.SKUID].Product
		if nowhere[sentUnder{p.CooperativeID, s.tariff.For(p.CooperativeID, p.FreightTemplateID).ID}] {
			refused = refused.With(fmt.Sprintf("items[%d].sku_id", i), "undeliverable", "this is not sent to the address")
		}
	}
	return refused
}

// sentUnder names a template of a cooperative's; one that has none has the template 0.
type sentUnder struct{ cooperative, template id.ID }

// addShares freezes the rule of each line and what it brings the village.
func (s *shelf) addShares(o *Order) error {
	for i := range o.Lines {
		l := &o.Lines[i]
		rule, err := s.rules.For(share.Sale{CategoryID: s.offers[l.SKUID].Product.CategoryID, VillageID: l.VillageID, Channel: o.Channel})
		if err != nil {
			return err
		}
		l.RuleID, l.RateBp, l.ShareBearer, l.ShareCampaignID = rule.ID, rule.RateBp, rule.Bearer, rule.CampaignID
		l.ShareFen = share.Target(l.NetFen, 0, rule.RateBp)
		if rule.Bearer == share.BearerBuyer {
			l.OnTopFen = l.ShareFen
			o.OnTopFen += l.ShareFen
		}
	}
	return nil
}

// check names every item that is unknown, or else every one whose cooperative sells
// nothing now, or whose price changed, or of which too little is left.
func (s *shelf) check(items []Item) error {
	unknown := fault.New(fault.Invalid, "invalid_field", "the order has fields that cannot be accepted")
	closed, changed, short := catalog.ErrNotForSale, ErrPriceChanged, catalog.ErrOutOfStock
	for i, item := range items {
		offer := s.offers[item.SKUID]
		switch {
		case !offer.Listed():
			unknown = unknown.With(fmt.Sprintf("items[%d].sku_id", i), "unknown", "there is no such SKU on sale")
		case !offer.OnSale():
			closed = closed.With(fmt.Sprintf("items[%d].sku_id", i), closed.Code, closed.Message)
		case item.PriceFen != nil && *item.PriceFen != offer.PriceFen:
			changed = changed.With(fmt.Sprintf("items[%d].price_fen", i), "price_changed", "the price is another now")
		case item.Quantity > offer.Stock:
			short = short.With(fmt.Sprintf("items[%d].quantity", i), "out_of_stock", "fewer are left")
		}
	}
	for _, refusal := range []*fault.Fault{unknown, closed, changed, short} {
		if len(refusal.Fields) > 0 {
			return refusal
		}
	}
	return nil
}

// subOrder is the order's part for the product's cooperative.
func (o *Order) subOrder(p catalog.Shown) *SubOrder {
	for i := range o.SubOrders {
		if o.SubOrders[i].CooperativeID == p.CooperativeID {
			return &o.SubOrders[i]
		}
	}
	o.SubOrders = append(o.SubOrders, SubOrder{CooperativeID: p.CooperativeID, CooperativeName: p.CooperativeName})
	return &o.SubOrders[len(o.SubOrders)-1]
}

// pay takes the total from the cards in the order given, and asks the tender for the rest.
func (s *shelf) pay(o *Order, c Checkout) error {
	for i, cardID := range c.CardIDs {
		if err := s.usable(c.By, i, cardID, c.CodeHash); err != nil {
			return err
		}
		if err := s.accepted(o, i, cardID); err != nil {
			return err
		}
	}
	due, tender := s.draw(o, c.CardIDs), c.Tender
	switch {
	case due > 0 && tender == "":
		return insufficient(due)
	case due > 0:
		o.Payments = append(o.Payments, Payment{Position: len(o.Payments) + 1, Tender: tender, AmountFen: due})
	}
	return nil
}

func insufficient(missing money.Fen) error {
	return aidcard.ErrInsufficient.With("card_ids", "insufficient_balance", fmt.Sprintf("%d fen are missing", missing))
}

// usable refuses a card with which somebody cannot pay: it is neither theirs, nor in the
// wallet of the organisation that they order for, nor one whose code they bring.
func (s *shelf) usable(by audit.Actor, i int, cardID id.ID, codeHash string) error {
	card, known := s.cards[cardID]
	err := error(aidcard.ErrNotUsable)
	switch {
	case !known:
	case codeHash != "":
		err = card.OpenTo(codeHash, s.now)
	case by.OrgID != 0 && card.HolderID != nil && *card.HolderID == by.OrgID:
		err = card.UsableBy(by.OrgID, s.now)
	default:
		err = card.UsableBy(by.UserID, s.now)
	}
	if refusal, ok := fault.As(err); ok {
		return refusal.With(fmt.Sprintf("card_ids[%d]", i), refusal.Code, refusal.Message)
	}
	return err
}

// draw takes what it can of the total from the cards that all its cooperatives take, and
// answers what they leave.
func (s *shelf) draw(o *Order, cardIDs []id.ID) (due money.Fen) {
	due = o.TotalFen
	for _, cardID := range cardIDs {
		if due == 0 {
			break
		}
		card := s.cards[cardID]
		part := min(due, card.BalanceFen)
		if part == 0 || slices.ContainsFunc(o.SubOrders, func(sub SubOrder) bool { return !s.programs[cardID].Accepts(sub.CooperativeID) }) {
			continue
		}
		due -= part
		o.Payments = append(o.Payments, Payment{
			Position: len(o.Payments) + 1, Tender: TenderAidCard, CardID: cardID, AmountFen: part, CardNumber: card.Number,
		})
	}
	return due
}

// accepted refuses a card that a cooperative of the order does not take, and names both and
// what it sells.
func (s *shelf) accepted(o *Order, i int, cardID id.ID) error {
	refused := aidcard.ErrNotAccepted
	for _, sub := range o.SubOrders {
		if s.programs[cardID].Accepts(sub.CooperativeID) {
			continue
		}
		refused = refused.With(fmt.Sprintf("card_ids[%d]", i), refused.Code, sub.CooperativeName+" does not take this card")
		for j, l := range o.Lines {
			if l.CooperativeID == sub.CooperativeID {
				refused = refused.With(fmt.Sprintf("items[%d].sku_id", j), refused.Code, "the cooperative does not take the card")
			}
		}
	}
	if len(refused.Fields) > 0 {
		return refused
	}
	return nil
}

// begin gives the order its first status: paid, or waiting for a gateway. A share is
// nobody's before the sale is paid.
func (o *Order) begin(now clock.Millis, timing Timing) {
	o.Status, o.PaidAt = Paid, &now
	if o.waited() {
		payBy := now.Add(timing.payWithin(o.Payments[len(o.Payments)-1].Tender))
		o.Status, o.PaidAt, o.PayBy = AwaitingPayment, nil, &payBy
		for i := range o.Lines {
			o.Lines[i].ShareFen = 0
		}
	}
	for i := range o.SubOrders {
		o.SubOrders[i].Status = o.Status
	}
	for i := range o.Payments {
		p := &o.Payments[i]
		switch {
		case o.Status == Paid:
			p.Status = Captured
		case p.Tender == TenderAidCard:
			p.Status = Held
		default:
			p.Status = Awaited
		}
	}
}
