package order

import (
	"context"
	"maps"
	"slices"
	"time"

	"zique/internal/aidcard"
	"zique/internal/catalog"
	"zique/internal/id"
	"zique/internal/storage"
)

// row is a SKU or a card, which checkouts may have to wait for.
type row struct {
	isCard bool
	id     id.ID
}

type rows map[row]bool

func (w *waiting) rows() []row {
	var needed []row
	for _, item := range w.Items {
		needed = append(needed, row{id: item.SKUID})
	}
	for _, cardID := range w.CardIDs {
		needed = append(needed, row{isCard: true, id: cardID})
	}
	return needed
}

func (w *waiting) needs(held rows) bool {
	return slices.ContainsFunc(w.rows(), func(r row) bool { return held[r] })
}

// findHeld notes which rows somebody holds that a batch could not have in time, and tells
// whether there are any.
func (c *Committer) findHeld(ctx context.Context, batch []*waiting) bool {
	needed := rows{}
	for _, w := range batch {
		for _, r := range w.rows() {
			needed[r] = true
		}
	}
	held := c.heldLong(ctx, needed)
	c.note(needed, held)
	return len(held) > 0
}

// passHeld refuses those of a batch that need a row of which it is known that somebody
// holds it, and still does, and answers the others: they do not wait with them.
func (c *Committer) passHeld(ctx context.Context, batch []*waiting) []*waiting {
	c.holding.Lock()
	known := maps.Clone(c.held)
	c.holding.Unlock()
	needed := rows{}
	for _, w := range batch {
		for _, r := range w.rows() {
			if known[r] {
				needed[r] = true
			}
		}
	}
	if len(needed) == 0 {
		return batch
	}
	held := c.heldLong(ctx, needed)
	c.note(needed, held)
	others := batch[:0:0]
	for _, w := range batch {
		if w.needs(held) {
			w.refuse(errHeld)
			continue
		}
		others = append(others, w)
	}
	return others
}

// note remembers of rows that were looked at which ones are held.
func (c *Committer) note(looked, held rows) {
	c.holding.Lock()
	defer c.holding.Unlock()
	maps.DeleteFunc(c.held, func(r row, _ bool) bool { return looked[r] })
	maps.Copy(c.held, held)
}

// lookAgainAfter tells who holds a row for long from another batch that is just writing.
const lookAgainAfter = 50 * time.Millisecond

// heldLong answers which of the rows others hold, now and a moment later. What cannot be
// asked is not held: the batch itself will tell.
func (c *Committer) heldLong(ctx context.Context, among rows) rows {
	held := c.heldNow(ctx, among)
	if len(held) == 0 {
		return nil
	}
	select {
	case <-ctx.Done():
		return nil
	case <-time.After(lookAgainAfter):
	}
	return c.heldNow(ctx, held)
}

func (c *Committer) heldNow(ctx context.Context, among rows) (held rows) {
	var skus, cards []id.ID
	for r := range among {
		if r.isCard {
			cards = append(cards, r.id)
		} else {
			skus = append(skus, r.id)
		}
	}
	err := c.db.InTx(ctx, func(tx *storage.Tx) error {
		heldSKUs, err := tx.HeldByOthers(&catalog.SKU{}, skus)
		if err != nil {
			return err
		}
		heldCards, err := tx.HeldByOthers(&aidcard.Card{}, cards)
		held = rows{}
		for _, skuID := range heldSKUs {
			held[row{id: skuID}] = true
		}
		for _, cardID := range heldCards {
			held[row{isCard: true, id: cardID}] = true
		}
		return err
	})
	if err != nil {
		return nil
	}
	return held
}
