package bulkorder

import (
	"context"
	"encoding/json"
	"errors"

	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/imports"
	"zique/internal/order"
	"zique/internal/org"
	"zique/internal/spreadsheet"
	"zique/internal/storage"
	"zique/internal/worker"
)

// Handler runs the jobs. What one does next stands on the bulk order: it goes on wherever
// another was when it was killed.
func (s *Service) Handler(db *storage.DB, files imports.FileSource) worker.Handler {
	return func(ctx context.Context, run *worker.Run) error {
		var of job
		if err := run.Payload(&of); err != nil {
			return err
		}
		for ctx.Err() == nil {
			var o Order
			if err := db.Read(ctx).Take(&o, of.BulkID).Error; err != nil {
				return err
			}
			var err error
			switch o.Status {
			case Checking:
				err = s.check(ctx, run, db, o, files)
			case Placing:
				err = s.place(ctx, db, o)
			case Cancelling:
				err = s.cancelNext(ctx, run, o)
			default:
				return nil
			}
			if err != nil {
				return err
			}
		}
		return ctx.Err()
	}
}

// check reads the list, prices the whole and writes down what came of it.
func (s *Service) check(ctx context.Context, run *worker.Run, db *storage.DB, o Order, files imports.FileSource) error {
	if err := s.judge(ctx, db, &o, files); err != nil {
		return err
	}
	return run.Step(ctx, func(tx *storage.Tx) (worker.Progress, error) {
		now, err := lock(tx, o.ID)
		if err == nil && now.Status == Checking {
			err = o.save(tx)
		}
		return worker.Progress{Total: o.OrderCount}, err
	})
}

// judge decides what becomes of a bulk order that is checked.
func (s *Service) judge(ctx context.Context, db *storage.DB, o *Order, files imports.FileSource) error {
	people, report, err := s.listOf(ctx, *o, files)
	if err != nil {
		return err
	}
	o.OrderCount = int64(len(people))
	if report.Total > 0 {
		return o.refuse(Rejected, Problem{Code: imports.ErrRejected.Code, Message: imports.ErrRejected.Message, Report: report})
	}
	if o.RecipientsCipher, err = s.seal(people); err != nil {
		return err
	}
	err = s.quote(db.Read(ctx), db.Now(), o, people)
	if refusal, known := fault.As(err); known && refusal.Kind != fault.Unavailable {
		return o.refuse(Declined, problemOf(refusal))
	}
	if err != nil {
		return err
	}
	o.Status = Placing
	if o.DryRun {
		o.Status = Quoted
	}
	return nil
}

func problemOf(f *fault.Fault) Problem {
	return Problem{Code: f.Code, Message: f.Message, Fields: f.Fields[:min(keptFields, len(f.Fields))]}
}

// listOf answers who a bulk order is for, and what is wrong with the file that says so.
func (s *Service) listOf(ctx context.Context, o Order, files imports.FileSource) (people []Recipient, report spreadsheet.Report, err error) {
	if o.FileID == 0 {
		people, err = s.recipients(o)
		return people, report, err
	}
	var a asked
	if err := json.Unmarshal([]byte(o.AskedJSON), &a); err != nil {
		return nil, report, err
	}
	content, name, err := files(ctx, o.FileID)
	if err != nil {
		return nil, report, err
	}
	people, report, err = fromFile(name, content, len(a.Items) > 0)
	if len(people)*max(1, len(a.Items)) > maxLines {
		report.Add(0, "", problem{Code: "too_many", En: "too many items for so many recipients", Zh: "人数与礼品件数之积过大"})
	}
	return people, report, err
}

// wish is what package order is asked for.
func (s *Service) wish(o Order, people []Recipient) (order.Bulk, error) {
	var a asked
	if err := json.Unmarshal([]byte(o.AskedJSON), &a); err != nil {
		return order.Bulk{}, err
	}
	items := make([]order.Item, len(a.Items))
	for i, item := range a.Items {
		items[i] = order.Item{SKUID: item.SKUID, Quantity: item.Quantity, PriceFen: item.PriceFen}
	}
	b := order.Bulk{ID: o.ID, By: audit.Actor{UserID: o.OrderedBy, OrgID: o.OrgID}, CardIDs: a.CardIDs, All: a.All}
	for _, p := range people {
		g, err := s.gift(p, items)
		if err != nil {
			return b, err
		}
		b.Gifts = append(b.Gifts, g)
	}
	return b, nil
}

func (s *Service) quote(db *gorm.DB, now clock.Millis, o *Order, people []Recipient) error {
	b, err := s.wish(*o, people)
	if err != nil {
		return err
	}
	orders, due, err := order.QuoteAll(db, now, b)
	if err != nil {
		return err
	}
	o.GoodsFen, o.FreightFen, o.DiscountFen, o.OnTopFen = 0, 0, 0, 0
	for _, one := range orders {
		o.GoodsFen += one.GoodsFen
		o.FreightFen += one.FreightFen
		o.DiscountFen += one.DiscountFen
		o.OnTopFen += one.OnTopFen
	}
	o.TotalFen, o.DueFen = order.TotalOf(orders), due
	return nil
}

// place makes all orders, or says why not. It takes too long for a step, under which the
// lease could not be renewed; the status, changed with the orders, says that it happened.
func (s *Service) place(ctx context.Context, db *storage.DB, o Order) error {
	people, err := s.recipients(o)
	if err != nil {
		return err
	}
	b, err := s.wish(o, people)
	if err != nil {
		return err
	}
	err = db.InTx(ctx, func(tx *storage.Tx) error {
		now, err := lock(tx, o.ID)
		if err != nil || now.Status != Placing {
			return err
		}
		if err := stillActs(tx, now); err != nil {
			return err
		}
		if err := s.committer.PlaceAll(tx, b, now.TotalFen); err != nil {
			return err
		}
		at := tx.Now()
		now.Status, now.PlacedAt, now.RecipientsCipher, now.DueFen = Placed, &at, nil, 0
		if err := now.save(tx); err != nil {
			return err
		}
		return audit.Write(tx, b.By, audit.Change{Action: "bulk_order.placed", Subject: "bulk_order", SubjectID: o.ID,
			After: map[string]any{"orders": now.OrderCount, "total_fen": now.TotalFen}})
	})
	if refusal, known := fault.As(err); known && refusal.Kind != fault.Unavailable {
		return s.decline(ctx, db, o.ID, people, refusal)
	}
	return err
}

// decline writes down why it was not placed, and what it would cost now.
func (s *Service) decline(ctx context.Context, db *storage.DB, bulkID id.ID, people []Recipient, why *fault.Fault) error {
	return db.InTx(ctx, func(tx *storage.Tx) error {
		o, err := lock(tx, bulkID)
		if err != nil || o.Status != Placing {
			return err
		}
		if err := s.quote(tx.DB, tx.Now(), &o, people); err != nil {
			if _, known := fault.As(err); !known {
				return err
			}
		}
		if err := o.refuse(Declined, problemOf(why)); err != nil {
			return err
		}
		return o.save(tx)
	})
}

// stillActs wants that who ordered is of the organisation, and that it may buy.
func stillActs(tx *storage.Tx, o Order) error {
	acts, err := org.Memberships(tx.DB, o.OrderedBy)
	if err != nil {
		return err
	}
	for _, m := range acts {
		if m.OrgID == o.OrgID && m.Acts() && m.Status == org.Admitted {
			return nil
		}
	}
	return org.ErrSuspended
}

// cancelNext cancels one order more, or ends the cancellation. One at a time, so that locks
// are taken in the one order.
func (s *Service) cancelNext(ctx context.Context, run *worker.Run, o Order) error {
	return run.Step(ctx, func(tx *storage.Tx) (worker.Progress, error) {
		now, err := lock(tx, o.ID)
		progress := worker.Progress{Done: now.CancelledCount, Total: now.OrderCount}
		if err != nil || now.Status != Cancelling {
			return progress, err
		}
		orderID, row, err := order.NextOfBulk(tx.DB, now.ID, now.CancelPassed)
		if err != nil {
			return progress, err
		}
		if orderID == 0 {
			at := tx.Now()
			now.Status, now.CancelledAt = Cancelled, &at
			if now.CancelledCount < now.OrderCount {
				now.Status = PartlyCancelled
			}
			return progress, now.save(tx)
		}
		err = s.lifecycle.Cancel(tx, audit.Actor{UserID: now.OrderedBy, OrgID: now.OrgID}, orderID, nil)
		switch {
		case err == nil:
			now.CancelledCount++
		case !errors.Is(err, order.ErrState): // otherwise it was sent meanwhile, and stays
			return progress, err
		}
		now.CancelPassed = row
		progress.Done = now.CancelledCount
		return progress, now.save(tx)
	})
}

// Ended says of a bulk order whose job failed that nothing was placed.
func Ended(tx *storage.Tx, over worker.Job) error {
	var of job
	if err := over.Order(&of); err != nil || over.Status != worker.Failed {
		return err
	}
	o, err := lock(tx, of.BulkID)
	if err != nil || (o.Status != Checking && o.Status != Placing) {
		return err
	}
	if err := o.refuse(Declined, Problem{Code: over.Error, Message: "it could not be placed"}); err != nil {
		return err
	}
	return o.save(tx)
}

// Forget gives up what waited for its word since before then, with its list.
func Forget(ctx context.Context, db *storage.DB, before clock.Millis) error {
	return db.InTx(ctx, func(tx *storage.Tx) error {
		return tx.Model(&Order{}).Where("status IN ? AND created_at < ?", []string{Rejected, Quoted, Declined}, before).
			Updates(map[string]any{"status": Cancelled, "recipients_cipher": nil, "cancelled_at": tx.Now()}).Error
	})
}
