package order

import (
	"context"
	"encoding/base32"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"gorm.io/gorm"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/catalog"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/freight"
	"zique/internal/id"
	"zique/internal/idempotency"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/payment"
	"zique/internal/promotion"
	"zique/internal/share"
	"zique/internal/storage"
)

const (
	queueLength = 1024
	batchSize   = 128
	resolveIn   = 3 * time.Second
	commitIn    = 10 * time.Second
)

var errBusy = fault.New(fault.Unavailable, "unavailable", "too many orders are waiting; try again shortly").After(time.Second)

// Committer is the one way to an order. It takes the checkouts that are waiting,
// one or many, and commits them in one database transaction, in arrival order; a
// refused checkout spoils nobody else's. Under load the commit, the round trips
// and the locks on popular SKUs are shared.
type Committer struct {
	db     *storage.DB
	rand   io.Reader
	timing Timing
	queue  chan *waiting
}

// overlap is how many batches are under way at once: while one waits for its COMMIT the
// next reads and decides. Their locks are taken in the one order, so none waits in a circle.
const overlap = 2

type waiting struct {
	Checkout
	ctx    context.Context
	answer idempotency.Answer
	err    error
	done   chan struct{}
}

// NewCommitter makes a committer; Run does its work. Proof codes are drawn from rand.
func NewCommitter(db *storage.DB, rand io.Reader, timing Timing) *Committer {
	return &Committer{db: db, rand: rand, timing: timing, queue: make(chan *waiting, queueLength)}
}

// Checkout places and pays an order, or refuses it, and answers the encoded
// outcome. When ctx ends first the outcome is open: the same key replays it.
func (c *Committer) Checkout(ctx context.Context, ask Checkout) (idempotency.Answer, error) {
	if err := ask.Check(); err != nil {
		return idempotency.Answer{}, err
	}
	w := &waiting{Checkout: ask, ctx: ctx, done: make(chan struct{})}
	select {
	case c.queue <- w:
	default:
		return idempotency.Answer{}, errBusy
	}
	select {
	case <-w.done:
		return w.answer, w.err
	case <-ctx.Done():
		return idempotency.Answer{}, storage.ErrOutcomeUnknown
	}
}

// Run commits batches until ctx ends, and then what is still waiting.
func (c *Committer) Run(ctx context.Context) {
	var running sync.WaitGroup
	for range overlap {
		running.Go(func() { c.loop(ctx) })
	}
	running.Wait()
}

func (c *Committer) loop(ctx context.Context) {
	var held []*waiting
	for {
		var batch []*waiting
		if batch, held = c.next(ctx, held); len(batch) == 0 {
			return
		}
		work, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitIn)
		c.commit(work, batch)
		cancel()
		for _, w := range batch {
			close(w.done)
		}
	}
}

// next waits for a checkout and takes all that wait with it; at most one for each key.
// Those that share a key with one of the batch are held for the next.
func (c *Committer) next(ctx context.Context, candidates []*waiting) (batch, held []*waiting) {
	if len(candidates) == 0 {
		select {
		case w := <-c.queue:
			candidates = append(candidates, w)
		case <-ctx.Done():
		}
	}
	for len(candidates) < batchSize {
		select {
		case w := <-c.queue:
			candidates = append(candidates, w)
			continue
		default:
		}
		break
	}
	taken := map[idempotency.Key]bool{}
	for _, w := range candidates {
		key := w.Key
		key.Body = ""
		if taken[key] {
			held = append(held, w)
			continue
		}
		taken[key] = true
		batch = append(batch, w)
	}
	return batch, held
}

// commit settles every checkout of the batch. A batch that cannot be written is
// halved until the checkout that spoils it stands alone.
func (c *Committer) commit(ctx context.Context, batch []*waiting) {
	live := batch[:0:0]
	for _, w := range batch {
		if w.err = w.ctx.Err(); w.err == nil {
			live = append(live, w)
		}
	}
	if len(live) == 0 {
		return
	}
	err := c.db.InTx(ctx, func(tx *storage.Tx) error { return c.write(tx, live) })
	switch {
	case err == nil:
	case errors.Is(err, storage.ErrOutcomeUnknown):
		c.resolve(ctx, live)
	case len(live) == 1 || fault.IsKind(err, fault.Unavailable):
		for _, w := range live {
			w.answer, w.err = idempotency.Answer{}, err
		}
	default:
		c.commit(ctx, live[:len(live)/2])
		c.commit(ctx, live[len(live)/2:])
	}
}

// resolve learns the fate of a batch whose COMMIT went unanswered, by reading its
// keys under lock: the batch was written whole or not at all.
func (c *Committer) resolve(ctx context.Context, batch []*waiting) {
	ctx, cancel := context.WithTimeout(ctx, resolveIn)
	defer cancel()
	for _, w := range batch {
		w.answer, w.err = idempotency.Answer{}, storage.ErrOutcomeUnknown
	}
	for ctx.Err() == nil {
		err := c.db.InTx(ctx, func(tx *storage.Tx) error {
			for _, w := range batch {
				found, err := idempotency.Find(tx, w.Key)
				if err != nil {
					return err
				}
				if found != nil {
					w.answer, w.err = *found, nil
				}
			}
			return nil
		})
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// write is the transaction: claim keys, lock SKUs and cards, decide in memory,
// write the accepted with multi-row statements, store every answer.
func (c *Committer) write(tx *storage.Tx, batch []*waiting) error {
	keys := make([]idempotency.Key, len(batch))
	for i, w := range batch {
		keys[i] = w.Key
		w.answer, w.err = idempotency.Answer{}, nil
	}
	claims, err := idempotency.Take(tx, keys)
	if err != nil {
		return err
	}
	fresh := map[*waiting]*idempotency.Claim{}
	var undecided []*waiting
	for i, w := range batch {
		switch {
		case claims[i].Err != nil:
			w.err = claims[i].Err
		case claims[i].Earlier != nil:
			w.answer = *claims[i].Earlier
		default:
			fresh[w] = claims[i]
			undecided = append(undecided, w)
		}
	}
	if len(undecided) == 0 {
		return nil
	}
	stock, err := stockUp(tx, undecided, c.timing)
	if err != nil {
		return err
	}
	var placed []*Order
	var deeds []audit.Deed
	outcomes := make([]idempotency.Outcome, 0, len(undecided))
	for _, w := range undecided {
		o, err := stock.accept(w.Checkout)
		if err == nil {
			err = c.identify(tx, o)
		}
		outcome := idempotency.Outcome{Claim: fresh[w]}
		refusal, refused := fault.As(err)
		switch {
		case err == nil:
			placed = append(placed, o)
			deeds = append(deeds, audit.Deed{By: w.By, Change: audit.Change{
				Action: "order.placed", Subject: "order", SubjectID: o.ID, After: map[string]any{"total_fen": o.TotalFen},
			}})
			outcome.Encoded, err = w.Encode(o, nil)
		case refused && refusal.Kind == fault.Conflict:
			outcome.Encoded, err = w.Encode(nil, refusal)
		case refused:
			w.err, err = err, nil
		}
		if err != nil {
			return err
		}
		w.answer = idempotency.Answer{Status: outcome.Status, Body: outcome.Body}
		outcomes = append(outcomes, outcome)
	}
	if err := insert(tx, placed); err != nil {
		return err
	}
	if err := audit.WriteAll(tx, deeds); err != nil {
		return err
	}
	return idempotency.Store(tx, outcomes)
}

// stockUp reads, under lock, all that the checkouts touch.
func stockUp(tx *storage.Tx, batch []*waiting, timing Timing) (*shelf, error) {
	var skuIDs, cardIDs []id.ID
	for _, w := range batch {
		for _, item := range w.Items {
			skuIDs = append(skuIDs, item.SKUID)
		}
		cardIDs = append(cardIDs, w.CardIDs...)
	}
	s := &shelf{now: tx.Now(), timing: timing}
	var err error
	if s.offers, err = catalog.LockOffers(tx, skuIDs); err != nil {
		return nil, err
	}
	if s.cards, err = aidcard.Lock(tx, cardIDs); err != nil {
		return nil, err
	}
	return s, s.readTerms(tx.DB)
}

// readTerms reads what is not locked: the rules of shares, freights and promotions.
func (s *shelf) readTerms(db *gorm.DB) (err error) {
	var cooperatives []id.ID
	for _, offer := range s.offers {
		cooperatives = append(cooperatives, offer.Product.CooperativeID)
	}
	slices.Sort(cooperatives)
	cooperatives = slices.Compact(cooperatives)
	if s.rules, err = share.InForce(db, s.now); err != nil {
		return err
	}
	if s.tariff, err = freight.Of(db, cooperatives); err != nil {
		return err
	}
	s.promotions, err = promotion.InForce(db, cooperatives, s.now)
	return err
}

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
	s := &shelf{now: now}
	var skuIDs []id.ID
	for _, item := range c.Items {
		skuIDs = append(skuIDs, item.SKUID)
	}
	var err error
	if s.offers, err = catalog.Offers(db, skuIDs); err != nil {
		return nil, err
	}
	if s.cards, err = aidcard.ByID(db, c.CardIDs); err != nil {
		return nil, err
	}
	if err := s.readTerms(db); err != nil {
		return nil, err
	}
	o := &Order{BuyerID: c.By.UserID, CreatedAt: now}
	if err := s.addLines(o, c); err != nil {
		return nil, err
	}
	return o, s.pay(o, c.CardIDs, c.Tender)
}

// Later is the tender of a quote's rest.
const Later = "later"

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
		l.ID, l.OrderID, l.SubOrderID = tx.NewID(), o.ID, ofCooperative[l.SubOrderID]
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

func insert(tx *storage.Tx, placed []*Order) error {
	if len(placed) == 0 {
		return nil
	}
	var subs []SubOrder
	var lines []Line
	var payments []Payment
	var movements []catalog.Movement
	var charges []payment.Charge
	spent := map[id.ID]money.Fen{}
	for _, o := range placed {
		subs = append(subs, o.SubOrders...)
		lines = append(lines, o.Lines...)
		payments = append(payments, o.Payments...)
		for _, l := range o.Lines {
			movements = append(movements, catalog.Movement{SKUID: l.SKUID, Kind: catalog.Sold, Delta: -l.Quantity, ReferenceID: l.ID})
		}
		for _, p := range o.Payments {
			if p.Tender == TenderAidCard {
				spent[p.CardID] -= p.AmountFen
				continue
			}
			charges = append(charges, payment.Charge{ID: p.ChargeID, OrderID: o.ID, Gateway: p.Tender, AmountFen: p.AmountFen,
				Status: payment.Open, ExpiresAt: *o.PayBy, CreatedAt: o.CreatedAt, RemittanceCode: p.RemittanceCode})
		}
	}
	for _, rows := range []any{&placed, &subs, &lines, &payments} {
		if err := tx.CreateInBatches(rows, 500).Error; err != nil {
			return err
		}
	}
	if err := payment.Ask(tx, charges); err != nil {
		return err
	}
	if err := catalog.Move(tx, movements); err != nil {
		return err
	}
	if err := aidcard.Move(tx, spent); err != nil {
		return err
	}
	return postPlaced(tx, placed)
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
