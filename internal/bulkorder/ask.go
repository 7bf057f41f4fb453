package bulkorder

import (
	"encoding/json"
	"fmt"

	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/storage"
	"zique/internal/worker"
)

// JobKind is the kind of the jobs that check, place and cancel.
const JobKind = "bulk_order"

type job struct {
	BulkID id.ID `json:"bulk_id"`
}

// Wish is what a member asks for. The list is in a file, or it is named here.
type Wish struct {
	Items      []Item
	Recipients []Recipient
	FileID     id.ID
	CardIDs    []id.ID // used in this order
	All        bool    // instead: every card that can be used, the first to expire first
	DryRun     bool    // only check and quote; Place goes on
}

// Ask takes a wish in, and has a job check it. It fails with every field that is wrong.
func (s *Service) Ask(tx *storage.Tx, by audit.Actor, w Wish) (Order, error) {
	if err := w.check(); err != nil {
		return Order{}, err
	}
	raw, err := json.Marshal(asked{w.Items, w.CardIDs, w.All})
	if err != nil {
		return Order{}, err
	}
	o := Order{ID: tx.NewID(), OrgID: by.OrgID, OrderedBy: by.UserID, Status: Checking, DryRun: w.DryRun, AskedJSON: string(raw),
		FileID: w.FileID, OrderCount: int64(len(w.Recipients)), CreatedAt: tx.Now()}
	if len(w.Recipients) > 0 {
		if o.RecipientsCipher, err = s.seal(w.Recipients); err != nil {
			return Order{}, err
		}
	}
	if o.JobID, err = enqueue(tx, o); err != nil {
		return Order{}, err
	}
	if err := tx.Create(&o).Error; err != nil {
		return Order{}, err
	}
	return o, audit.Write(tx, by, audit.Change{Action: "bulk_order.asked", Subject: "bulk_order", SubjectID: o.ID,
		After: map[string]any{"dry_run": w.DryRun, "recipients": len(w.Recipients), "file_id": w.FileID, "cards": len(w.CardIDs), "all": w.All}})
}

func enqueue(tx *storage.Tx, o Order) (id.ID, error) {
	return worker.Enqueue(tx, worker.New{Kind: JobKind, Payload: job{o.ID}, OwnerID: o.OrderedBy, OrgID: o.OrgID})
}

func (w *Wish) check() error {
	var p fault.Problems
	if len(w.Items) > MaxItems {
		p.Add("items", "count", fmt.Sprintf("a recipient gets at most %d items", MaxItems))
	}
	skus := map[id.ID]bool{}
	for i, item := range w.Items {
		at := fmt.Sprintf("items[%d].", i)
		if item.Quantity < 1 || item.Quantity > order.MaxQuantity {
			p.Add(at+"quantity", "range", checkQuantity("0").En)
		}
		if skus[item.SKUID] {
			p.Add(at+"sku_id", "duplicate", "this SKU stands in the order already")
		}
		skus[item.SKUID] = true
	}
	if (w.FileID != 0) == (len(w.Recipients) > 0) {
		p.Add("recipients", "required", "name recipients, or a file of them, or one address")
	}
	if len(w.Recipients) > MaxRecipients || len(w.Recipients)*len(w.Items) > maxLines {
		p.Add("recipients", "count", fmt.Sprintf("at most %d recipients, and %d lines in all", MaxRecipients, maxLines))
	}
	checkPeople(&p, w.Recipients, len(w.Items) > 0)
	w.checkCards(&p)
	return p.Err()
}

func (w *Wish) checkCards(p *fault.Problems) {
	if w.All == (len(w.CardIDs) > 0) || len(w.CardIDs) > order.MaxBulkCards {
		p.Add("card_ids", "count", fmt.Sprintf("name 1 to %d cards, or all: true", order.MaxBulkCards))
	}
	cards := map[id.ID]bool{}
	for i, cardID := range w.CardIDs {
		if cards[cardID] {
			p.Add(fmt.Sprintf("card_ids[%d]", i), "duplicate", "this card stands in the order already")
		}
		cards[cardID] = true
	}
}

// Place is the word to place what was quoted, at the sum that was read. Repeated, it changes
// nothing; what was declined is tried again.
func (s *Service) Place(tx *storage.Tx, by audit.Actor, bulkID id.ID, total money.Fen) error {
	o, err := lockOwn(tx, by, bulkID)
	if err != nil {
		return err
	}
	switch o.Status {
	case Placing, Placed:
		return nil
	case Quoted, Declined:
	default:
		return ErrState
	}
	if total != o.TotalFen {
		return order.ErrPriceChanged.With("total_fen", "price_changed", fmt.Sprintf("it was quoted at %d fen", o.TotalFen))
	}
	o.Status, o.ProblemJSON = Placing, ""
	if o.JobID, err = enqueue(tx, o); err != nil {
		return err
	}
	if err := o.save(tx); err != nil {
		return err
	}
	return audit.Write(tx, by, audit.Change{Action: "bulk_order.confirmed", Subject: "bulk_order", SubjectID: o.ID, After: map[string]any{"total_fen": o.TotalFen}})
}

// Cancel gives up what is not placed, and has a job cancel what is, of which nothing was
// sent. Repeated, it changes nothing.
func (s *Service) Cancel(tx *storage.Tx, by audit.Actor, bulkID id.ID) error {
	o, err := lockOwn(tx, by, bulkID)
	if err != nil {
		return err
	}
	before := o.Status
	switch o.Status {
	case Cancelling, Cancelled, PartlyCancelled:
		return nil
	case Rejected, Quoted, Declined:
		now := tx.Now()
		o.Status, o.RecipientsCipher, o.CancelledAt = Cancelled, nil, &now
	case Placed:
		sent, err := order.CountSent(tx.DB, o.ID)
		if err != nil {
			return err
		}
		if sent > 0 {
			return ErrSent
		}
		o.Status = Cancelling
		if o.JobID, err = enqueue(tx, o); err != nil {
			return err
		}
	default:
		return ErrState
	}
	if err := o.save(tx); err != nil {
		return err
	}
	return audit.Write(tx, by, audit.Change{Action: "bulk_order.cancelled", Subject: "bulk_order", SubjectID: o.ID,
		Before: map[string]string{"status": before}, After: map[string]string{"status": o.Status}})
}

// lockOwn locks a bulk order of the actor's organisation, which the actor ordered.
func lockOwn(tx *storage.Tx, by audit.Actor, bulkID id.ID) (Order, error) {
	o, err := lock(tx, bulkID)
	switch {
	case err != nil:
		return o, err
	case o.OrgID != by.OrgID:
		return o, ErrNotFound
	case o.OrderedBy != by.UserID:
		return o, ErrNotYours
	}
	return o, nil
}
