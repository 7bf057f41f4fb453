package order

import (
	"encoding/base32"
	"io"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/campaign"
	"zique/internal/catalog"
	"zique/internal/fault"
	"zique/internal/freight"
	"zique/internal/id"
	"zique/internal/idempotency"
	"zique/internal/identity"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/payment"
	"zique/internal/promotion"
	"zique/internal/share"
	"zique/internal/storage"
)

// write is the transaction: look for earlier answers, lock SKUs and cards, decide in
// memory, write the accepted with multi-row statements, store every answer. It lets the
// next batch begin when what is left needs a moment only.
func (c *Committer) write(tx *storage.Tx, batch []*waiting, turn *turn) error {
	undecided, err := unanswered(tx, batch)
	if err != nil || len(undecided) == 0 {
		return err
	}
	stock, err := stockUp(tx, touchedBy(checkouts(undecided)), c.timing)
	if err != nil {
		return err
	}
	d, err := c.decide(tx, stock, undecided)
	if err != nil {
		return err
	}
	if err := insert(tx, d.placed); err != nil {
		return err
	}
	if err := move(tx, d.placed); err != nil {
		return err
	}
	for holder, cards := range d.taken {
		if err := aidcard.Take(tx, holder, cards); err != nil {
			return err
		}
	}
	turn.Release()
	if err := audit.WriteAll(tx, d.deeds); err != nil {
		return err
	}
	return idempotency.Store(tx, d.outcomes)
}

// unanswered answers what was answered before, and leaves the others.
func unanswered(tx *storage.Tx, batch []*waiting) (left []*waiting, err error) {
	earlier, err := idempotency.Look(tx.DB, keysOf(batch))
	if err != nil {
		return nil, err
	}
	for i, w := range batch {
		w.answer, w.err = idempotency.Answer{}, earlier[i].Err
		switch {
		case w.err != nil:
		case earlier[i].Answer != nil:
			w.answer = *earlier[i].Answer
		default:
			left = append(left, w)
		}
	}
	return left, nil
}

func keysOf(batch []*waiting) []idempotency.Key {
	keys := make([]idempotency.Key, len(batch))
	for i, w := range batch {
		keys[i] = w.Key
	}
	return keys
}

// decided is what a batch comes to.
type decided struct {
	placed   []*Order
	taken    map[id.ID][]id.ID // cards that become an organisation's with their orders
	deeds    []audit.Deed
	outcomes []idempotency.Outcome
}

// decide accepts or refuses each checkout, in the order of their arrival. A refusal other
// than a conflict leaves its key free.
func (c *Committer) decide(tx *storage.Tx, stock *shelf, batch []*waiting) (d decided, err error) {
	for _, w := range batch {
		o, err := stock.accept(w.Checkout)
		refusal, refused := fault.As(err)
		switch {
		case refused && refusal.Kind != fault.Conflict:
			w.err = refusal
			continue
		case !refused && err != nil:
			return d, err
		case !refused:
			if err := c.identify(tx, o); err != nil {
				return d, err
			}
			d.placed = append(d.placed, o)
			d.deeds = append(d.deeds, audit.Deed{By: w.By, Change: audit.Change{
				Action: "order.placed", Subject: "order", SubjectID: o.ID, After: termsOf(o),
			}})
			if w.CodeHash != "" {
				d.take(w.Checkout, o)
			}
		}
		encoded, err := w.Encode(o, refusal)
		if err != nil {
			return d, err
		}
		w.answer = idempotency.Answer{Status: encoded.Status, Body: encoded.Body}
		d.outcomes = append(d.outcomes, idempotency.Outcome{Key: w.Key, Encoded: encoded})
	}
	return d, nil
}

// take gives the card that was brought by its code to the organisation, and says so in the log.
func (d *decided) take(c Checkout, o *Order) {
	if d.taken == nil {
		d.taken = map[id.ID][]id.ID{}
	}
	cardID := c.CardIDs[0]
	d.taken[o.OrgID] = append(d.taken[o.OrgID], cardID)
	d.deeds = append(d.deeds, audit.Deed{By: c.By, Change: audit.Change{Action: aidcard.RedeemedAction, Subject: "card", SubjectID: cardID,
		Before: map[string]any{"status": aidcard.Issued}, After: map[string]any{"status": aidcard.Active, "holder_id": o.OrgID.String(), "order_id": o.ID.String()}}})
}

// terms is an order as it was placed. Until it is paid nothing is posted that would tell
// when somebody edits whom it pays, and the log is only inserted into: verify compares the
// order, and each part by its id, with what stands here.
type terms struct {
	Lines    map[id.ID]string `json:"lines"`
	Parts    map[id.ID]string `json:"parts"`
	TotalFen money.Fen        `json:"total_fen"`
}

func termsOf(o *Order) terms {
	t := terms{make(map[id.ID]string, len(o.Lines)), make(map[id.ID]string, len(o.SubOrders)), o.TotalFen}
	for _, l := range o.Lines {
		t.Lines[l.ID] = join(int64(l.SubOrderID), int64(l.ProductID), int64(l.SKUID), int64(l.VillageID), l.Quantity, int64(l.NetFen),
			int64(l.RuleID), int64(l.RateBp), int64(l.ShareCampaignID)) + ":" + l.ShareBearer
	}
	for _, s := range o.SubOrders {
		t.Parts[s.ID] = join(int64(s.CooperativeID), int64(s.GoodsFen), int64(s.DiscountFen), int64(s.FreightFen))
	}
	return t
}

func join(numbers ...int64) string {
	var text []byte
	for i, n := range numbers {
		if i > 0 {
			text = append(text, ':')
		}
		text = strconv.AppendInt(text, n, 10)
	}
	return string(text)
}

// identify gives the order, its parts and its proof their names.
func (c *Committer) identify(tx *storage.Tx, o *Order) error {
	raw := make([]byte, 15) // 120 bits
	if _, err := io.ReadFull(c.rand, raw); err != nil {
		return err
	}
	o.ID, o.ProofCode = tx.NewID(), base32.StdEncoding.EncodeToString(raw)
	ofCooperative := map[id.ID]id.ID{}
	for i := range o.SubOrders {
		s := &o.SubOrders[i]
		s.ID, s.OrderID = tx.NewID(), o.ID
		ofCooperative[s.CooperativeID] = s.ID
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		l.ID, l.OrderID, l.SubOrderID = tx.NewID(), o.ID, ofCooperative[l.CooperativeID]
	}
	for i := range o.Payments {
		p := &o.Payments[i]
		p.ID, p.OrderID = tx.NewID(), o.ID
		if p.Status == Awaited {
			p.ChargeID = tx.NewID()
		}
		if p.Tender == payment.BankTransfer {
			code, err := payment.NewRemittanceCode(c.rand)
			if err != nil {
				return err
			}
			p.RemittanceCode = &code
		}
	}
	return nil
}

// touched is what checkouts are about.
type touched struct{ buyers, skus, cards []id.ID }

func touchedBy(asks []Checkout) (t touched) {
	for _, c := range asks {
		t.buyers = append(t.buyers, c.By.UserID)
		for _, item := range c.Items {
			t.skus = append(t.skus, item.SKUID)
		}
		t.cards = append(t.cards, c.CardIDs...)
	}
	slices.Sort(t.skus)
	t.skus = slices.Compact(t.skus)
	return t
}

func checkouts(batch []*waiting) []Checkout {
	asks := make([]Checkout, len(batch))
	for i, w := range batch {
		asks[i] = w.Checkout
	}
	return asks
}

// stockUp reads all that checkouts touch. What nobody locks is read first, while the
// batch before still holds its locks.
func stockUp(tx *storage.Tx, t touched, timing Timing) (*shelf, error) {
	sold, err := catalog.ProductsOf(tx.DB, t.skus)
	if err != nil {
		return nil, err
	}
	s := &shelf{now: tx.Now(), timing: timing}
	if err := s.readTerms(tx.DB, sold); err != nil {
		return nil, err
	}
	if s.programs, err = aidcard.ProgramsOf(tx.DB, t.cards); err != nil {
		return nil, err
	}
	if s.gone, err = identity.Gone(tx, t.buyers); err != nil {
		return nil, err
	}
	if s.rules, err = share.Hold(tx, s.now); err != nil {
		return nil, err
	}
	if s.offers, err = catalog.LockOffers(tx, sold); err != nil {
		return nil, err
	}
	s.cards, err = aidcard.Lock(tx, t.cards)
	return s, err
}

// readTerms reads the freights, promotions and campaigns for what is sold.
func (s *shelf) readTerms(db *gorm.DB, sold map[id.ID]catalog.Shown) (err error) {
	var cooperatives []id.ID
	for _, p := range sold {
		cooperatives = append(cooperatives, p.CooperativeID)
	}
	slices.Sort(cooperatives)
	cooperatives = slices.Compact(cooperatives)
	if s.tariff, err = freight.Of(db, cooperatives); err != nil {
		return err
	}
	if s.promotions, err = promotion.InForce(db, cooperatives, s.now); err != nil {
		return err
	}
	s.campaigns, err = campaign.OnSale(db, sold, s.now)
	return err
}

// rowsAtOnce is how many rows one statement inserts: see package ledger.
const rowsAtOnce = 100

// insert writes all rows of orders and posts them. It changes nothing that others may want.
func insert(tx *storage.Tx, placed []*Order) error {
	if len(placed) == 0 {
		return nil
	}
	var subs []SubOrder
	var lines []Line
	var payments []Payment
	var charges []payment.Charge
	for _, o := range placed {
		subs = append(subs, o.SubOrders...)
		lines = append(lines, o.Lines...)
		payments = append(payments, o.Payments...)
		for _, p := range o.Payments {
			if p.Tender != TenderAidCard {
				charges = append(charges, payment.Charge{ID: p.ChargeID, OrderID: o.ID, Gateway: p.Tender, AmountFen: p.AmountFen,
					Status: payment.Open, ExpiresAt: *o.PayBy, CreatedAt: o.CreatedAt, RemittanceCode: p.RemittanceCode})
			}
		}
	}
	for _, rows := range []any{&placed, &subs, &lines, &payments} {
		if err := tx.CreateInBatches(rows, rowsAtOnce).Error; err != nil {
			return err
		}
	}
	if err := payment.Ask(tx, charges); err != nil {
		return err
	}
	if err := catalog.Record(tx, soldBy(placed)); err != nil {
		return err
	}
	return postPlaced(tx, placed)
}

// move takes the units and the money of orders from SKUs and cards that are locked.
func move(tx *storage.Tx, placed []*Order) error {
	spent := map[id.ID]money.Fen{}
	for _, o := range placed {
		for _, p := range o.Payments {
			if p.Tender == TenderAidCard {
				spent[p.CardID] -= p.AmountFen
			}
		}
	}
	if err := catalog.Apply(tx, soldBy(placed)); err != nil {
		return err
	}
	return aidcard.Move(tx, spent)
}

func soldBy(placed []*Order) []catalog.Movement {
	var movements []catalog.Movement
	for _, o := range placed {
		for _, l := range o.Lines {
			movements = append(movements, catalog.Movement{SKUID: l.SKUID, Kind: catalog.Sold, Delta: -l.Quantity, ReferenceID: l.ID})
		}
	}
	return movements
}

// postPlaced posts the sales that are paid, and what cards hold for the others.
func postPlaced(tx *storage.Tx, placed []*Order) error {
	var postings []ledger.Posting
	var sales []*Order
	for _, o := range placed {
		if o.PaidAt != nil {
			sales = append(sales, o)
			postings = append(postings, paymentPosting(o))
		}
	}
	for _, o := range placed {
		if o.PaidAt == nil && len(o.held()) > 0 {
			postings = append(postings, heldPosting(o, HoldPosting, -1))
		}
	}
	posted, err := ledger.Post(tx, postings)
	if err != nil {
		return err
	}
	var shares []share.Entry
	for i, o := range sales {
		shares = append(shares, sharesOf(o, posted[i])...)
	}
	return share.Record(tx, shares)
}
