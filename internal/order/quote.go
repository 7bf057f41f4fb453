package order

import (
	"gorm.io/gorm"

	"zique/internal/aidcard"
	"zique/internal/catalog"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/share"
)

// Later is the tender of a quote's rest.
const Later = "later"

// Quote prices a checkout as it would be placed now, and places nothing. It is refused
// as the checkout would be, but for a missing tender: what the cards leave is asked of
// "later".
func Quote(db *gorm.DB, now clock.Millis, c Checkout) (*Order, error) {
	if c.Tender == "" {
		c.Tender = Later
	}
	if err := c.Check(); err != nil {
		return nil, err
	}
	s, err := lookAt(db, now, touchedBy([]Checkout{c}))
	if err != nil {
		return nil, err
	}
	o := &Order{BuyerID: c.By.UserID, OrgID: c.By.OrgID, CreatedAt: now}
	if err := s.addLines(o, c); err != nil {
		return nil, err
	}
	return o, s.pay(o, c)
}

// Try answers what would refuse each of the checkouts if they were placed now, one after the
// other, and places nothing.
func Try(db *gorm.DB, now clock.Millis, asks []Checkout) ([]error, error) {
	s, err := lookAt(db, now, touchedBy(asks))
	if err != nil {
		return nil, err
	}
	refusals := make([]error, len(asks))
	for i, c := range asks {
		if refusals[i] = c.Check(); refusals[i] == nil {
			_, refusals[i] = s.accept(c)
		}
		if _, refused := fault.As(refusals[i]); refusals[i] != nil && !refused {
			return nil, refusals[i]
		}
	}
	return refusals, nil
}

// lookAt reads what checkouts touch, and locks nothing.
func lookAt(db *gorm.DB, now clock.Millis, t touched) (*shelf, error) {
	s := &shelf{now: now}
	sold, err := catalog.ProductsOf(db, t.skus)
	if err != nil {
		return nil, err
	}
	if err := s.readTerms(db, sold); err != nil {
		return nil, err
	}
	if s.rules, err = share.InForce(db, now); err != nil {
		return nil, err
	}
	if s.offers, err = catalog.OffersOf(db, sold); err != nil {
		return nil, err
	}
	if s.cards, err = aidcard.ByID(db, t.cards); err != nil {
		return nil, err
	}
	s.programs, err = aidcard.ProgramsOf(db, t.cards)
	return s, err
}
