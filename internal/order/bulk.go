package order

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/money"
	"zique/internal/storage"
)

// MaxBulkCards is how many cards pay a bulk order at most.
const MaxBulkCards = 2_000

// Bulk is what one buyer orders for many at once: an order for each gift, all of them or none.
type Bulk struct {
	ID      id.ID
	By      audit.Actor
	Gifts   []Gift
	CardIDs []id.ID // used in this order
	All     bool    // instead: every card that can be used, the first to expire first
}

// Gift is what goes to one address.
type Gift struct {
	Row           int // by which refusals name it
	Items         []Item
	Province      string
	AddressCipher []byte
}

func (b Bulk) touched() touched {
	t := touched{buyers: []id.ID{b.By.UserID}, cards: b.CardIDs}
	for _, p := range b.Gifts {
		for _, item := range p.Items {
			t.skus = append(t.skus, item.SKUID)
		}
	}
	slices.Sort(t.skus)
	t.skus = slices.Compact(t.skus)
	return t
}

// chooseCards fills in which ones pay, where all may.
func (b *Bulk) chooseCards(db *gorm.DB, now clock.Millis) (err error) {
	if b.All {
		b.CardIDs, err = aidcard.Spendable(db, b.By.UserID, now, MaxBulkCards)
	}
	return err
}

// QuoteAll prices a bulk order as it would be placed now, and places nothing. It is refused
// as placing it would be, but for money: it answers how much the cards leave.
func QuoteAll(db *gorm.DB, now clock.Millis, b Bulk) (orders []*Order, due money.Fen, err error) {
	if err := b.chooseCards(db, now); err != nil {
		return nil, 0, err
	}
	s, err := lookAt(db, now, b.touched())
	if err != nil {
		return nil, 0, err
	}
	return s.acceptAll(b)
}

// PlaceAll places a bulk order that costs what was said, and pays it with cards. It writes
// everything as it stands before it asks for a lock, then locks what it touches and decides
// again: others wait for its SKUs and cards no longer than for those of one order. Where
// something moved meanwhile it is undone and runs again.
func (c *Committer) PlaceAll(tx *storage.Tx, b Bulk, total money.Fen) error {
	if err := b.chooseCards(tx.DB, tx.Now()); err != nil {
		return err
	}
	seen, err := lookAt(tx.DB, tx.Now(), b.touched())
	if err != nil {
		return err
	}
	seen.timing = c.timing
	orders, err := paidAll(seen.acceptAll(b))
	if err != nil {
		return err
	}
	if sum := TotalOf(orders); sum != total {
		return ErrPriceChanged.With("total_fen", "price_changed", fmt.Sprintf("it costs %d fen now", sum))
	}
	if err := c.writeAll(tx, b, orders); err != nil {
		return err
	}
	held, err := stockUp(tx, b.touched(), c.timing)
	if err != nil {
		return err
	}
	again, err := paidAll(held.acceptAll(b))
	if err != nil {
		return err
	}
	if !slices.EqualFunc(orders, again, (*Order).isSold) {
		return storage.ErrAgain
	}
	return move(tx, orders)
}

// writeAll writes orders that move nothing yet.
func (c *Committer) writeAll(tx *storage.Tx, b Bulk, orders []*Order) error {
	deeds := make([]audit.Deed, len(orders))
	for i, o := range orders {
		if err := c.identify(tx, o); err != nil {
			return err
		}
		deeds[i] = audit.Deed{By: b.By, Change: audit.Change{Action: "order.placed", Subject: "order", SubjectID: o.ID, After: termsOf(o)}}
	}
	if err := insert(tx, orders); err != nil {
		return err
	}
	return audit.WriteAll(tx, deeds)
}

func paidAll(orders []*Order, due money.Fen, err error) ([]*Order, error) {
	if err == nil && due > 0 {
		err = insufficient(due)
	}
	return orders, err
}

// TotalOf is what orders cost together.
func TotalOf(orders []*Order) (sum money.Fen) {
	for _, o := range orders {
		sum += o.TotalFen
	}
	return sum
}

// isSold tells whether another decision about the same gift came to the same.
func (o *Order) isSold(other *Order) bool {
	return o.TotalFen == other.TotalFen && o.FreightFen == other.FreightFen &&
		slices.EqualFunc(o.SubOrders, other.SubOrders, func(a, b SubOrder) bool {
			return a.CooperativeID == b.CooperativeID && a.FreightFen == b.FreightFen && a.DiscountFen == b.DiscountFen && a.PromotionID == b.PromotionID
		}) &&
		slices.EqualFunc(o.Lines, other.Lines, func(a, b Line) bool {
			return a.SKUID == b.SKUID && a.ProductID == b.ProductID && a.VillageID == b.VillageID && a.PriceFen == b.PriceFen && a.NetFen == b.NetFen &&
				a.RuleID == b.RuleID && a.RateBp == b.RateBp && a.ShareBearer == b.ShareBearer && a.ShareCampaignID == b.ShareCampaignID && a.CampaignID == b.CampaignID
		}) &&
		slices.EqualFunc(o.Payments, other.Payments, func(a, b Payment) bool { return a.CardID == b.CardID && a.AmountFen == b.AmountFen })
}

// acceptAll decides a bulk order, and answers what the cards leave of it.
func (s *shelf) acceptAll(b Bulk) (orders []*Order, due money.Fen, err error) {
	if s.gone[b.By.UserID] {
		return nil, 0, identity.ErrUnauthenticated
	}
	cards, err := s.cardsOf(b)
	if err != nil {
		return nil, 0, err
	}
	asked := map[id.ID]bool{}
	for _, p := range b.Gifts {
		o := &Order{BuyerID: b.By.UserID, OrgID: b.By.OrgID, AddressCipher: p.AddressCipher, CreatedAt: s.now, BulkID: b.ID, BulkRow: p.Row}
		if err := s.addLines(o, Checkout{Items: p.Items, Province: p.Province}); err != nil {
			return nil, 0, ofRow(err, p.Row)
		}
		if err := s.takenBy(o, b, asked); err != nil {
			return nil, 0, ofRow(err, p.Row)
		}
		s.takeUnits(o)
		for len(cards) > 0 && s.cards[cards[0]].BalanceFen == 0 {
			cards = cards[1:]
		}
		due += s.draw(o, cards)
		o.begin(s.now, s.timing)
		s.takeMoney(o)
		orders = append(orders, o)
	}
	return orders, due, nil
}

// cardsOf are the cards that pay. One that was named must be good; of all, those that are.
func (s *shelf) cardsOf(b Bulk) (cards []id.ID, err error) {
	for i, cardID := range b.CardIDs {
		err := s.usable(b.By, i, cardID, "")
		switch {
		case err == nil:
			cards = append(cards, cardID)
		case !b.All:
			return nil, err
		}
	}
	return cards, nil
}

// takenBy wants that each cooperative of an order takes every card that was named; asked are
// those that were looked at for an order before.
func (s *shelf) takenBy(o *Order, b Bulk, asked map[id.ID]bool) error {
	if b.All || !slices.ContainsFunc(o.SubOrders, func(sub SubOrder) bool { return !asked[sub.CooperativeID] }) {
		return nil
	}
	for i, cardID := range b.CardIDs {
		if err := s.accepted(o, i, cardID); err != nil {
			return err
		}
	}
	for _, sub := range o.SubOrders {
		asked[sub.CooperativeID] = true
	}
	return nil
}

// ofRow names the recipient in a refusal of their order; cards are everybody's.
func ofRow(err error, row int) error {
	refused, ok := fault.As(err)
	if !ok {
		return err
	}
	named := *refused
	named.Fields = nil
	for _, f := range refused.Fields {
		if !strings.HasPrefix(f.Field, "card_ids") {
			f.Field = fmt.Sprintf("rows[%d].%s", row, f.Field)
		}
		named = *named.With(f.Field, f.Code, f.Message)
	}
	return &named
}

// NextOfBulk answers the order of a bulk order's next row; 0: there is none.
func NextOfBulk(db *gorm.DB, bulkID id.ID, after int64) (orderID id.ID, row int64, err error) {
	var next []Order
	err = db.Select("id, bulk_row").Where("bulk_id = ? AND bulk_row > ?", bulkID, after).Order("bulk_row").Limit(1).Find(&next).Error
	if err != nil || len(next) == 0 {
		return 0, 0, err
	}
	return next[0].ID, int64(next[0].BulkRow), nil
}

// CountSent counts the parts of a bulk order's orders of which something was sent.
func CountSent(db *gorm.DB, bulkID id.ID) (n int64, err error) {
	err = db.Model(&SubOrder{}).Where("shipped_at IS NOT NULL AND order_id IN (?)", db.Model(&Order{}).Select("id").Where("bulk_id = ?", bulkID)).Count(&n).Error
	return n, err
}

// OfBulk answers a page of a bulk order's orders, whole, by their rows.
func OfBulk(db *gorm.DB, bulkID id.ID, after int64, limit int) ([]Order, error) {
	orders := []Order{}
	if err := db.Where("bulk_id = ? AND bulk_row > ?", bulkID, after).Order("bulk_row").Limit(limit).Find(&orders).Error; err != nil {
		return nil, err
	}
	return orders, fill(db, orders)
}
