package redemption

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/idempotency"
	"zique/internal/order"
	"zique/internal/org"
	"zique/internal/storage"
	"zique/internal/worker"
)

// Rows that one transaction carries out. Of goods it is half of what the committer takes at
// once, so that other buyers are not kept waiting.
const (
	cardsAtOnce = 500
	goodsAtOnce = 64
)

func count(n int64) string { return strconv.FormatInt(n, 10) }

// run is a redemption that is being carried out.
type run struct {
	*Service
	*worker.Run
	job
}

// Run carries a redemption out until it is done or stopped.
func (s *Service) Run(ctx context.Context, lease *worker.Run) error {
	c := run{Service: s, Run: lease}
	if err := lease.Payload(&c.job); err != nil {
		return err
	}
	var r Redemption
	if err := s.db.Read(ctx).Take(&r, c.RedemptionID).Error; err != nil {
		return err
	}
	chunk := c.intoWallet
	if r.Kind == Goods {
		chunk = c.goods
	}
	for {
		over, err := chunk(ctx)
		if over || err != nil {
			return err
		}
	}
}

// step changes the locked redemption with its rows, while it is this job's.
func (c run) step(ctx context.Context, do func(tx *storage.Tx, r *Redemption) error) (over bool, err error) {
	err = c.Step(ctx, func(tx *storage.Tx) (worker.Progress, error) {
		r, err := lock(tx, c.RedemptionID)
		if err != nil {
			return worker.Progress{}, err
		}
		if over = r.JobID != c.Job.ID; !over {
			err = do(tx, &r)
			over = r.Status != Running
		}
		return worker.Progress{Done: r.Redeemed + r.Failed, Total: r.Accepted}, err
	})
	return over, err
}

// suspended stops the redemption of an organisation that may not act any more.
func (c run) suspended(tx *storage.Tx, r *Redemption) (bool, error) {
	var o org.Organisation
	if err := tx.ForShare().Where("id = ?", r.EnterpriseID).Take(&o).Error; err != nil {
		return false, err
	}
	if o.Status == org.Admitted {
		return false, nil
	}
	return true, r.stop(tx, audit.System, org.ErrSuspended.Code)
}

// intoWallet takes cards into the wallet: some, or all where all must be good.
func (c run) intoWallet(ctx context.Context) (over bool, err error) {
	return c.step(ctx, func(tx *storage.Tx, r *Redemption) error {
		if r.Status != Running {
			return nil
		}
		if stopped, err := c.suspended(tx, r); stopped || err != nil {
			return err
		}
		some := cardsAtOnce
		if r.Mode == AllOrNothing {
			some = MaxRows
		}
		rows, err := Rows(tx.DB, *r, Accepted, 0, some)
		if err != nil {
			return err
		}
		w, err := c.locked(tx, *r, rows)
		if err != nil {
			return err
		}
		bad := 0
		for i := range rows {
			card := w.cards[rows[i].CodeHash]
			if refusal, _ := w.refusal(rows[i], tx.Now()); refusal != nil {
				rows[i].refuse(Failed, []Problem{problemOf(refusal)})
				bad++
				continue
			}
			rows[i].Status, rows[i].CardID = Redeemed, &card.ID
		}
		if r.Mode == AllOrNothing && bad > 0 {
			return r.backToChecked(tx, rows)
		}
		if err := c.take(tx, r.EnterpriseID, rows); err != nil {
			return err
		}
		return c.write(tx, r, rows)
	})
}

// locked reads the cards of rows under lock.
func (c run) locked(tx *storage.Tx, r Redemption, rows []Row) (wallet, error) {
	w, err := c.cardsOf(tx.DB, r, rows)
	if err != nil {
		return w, err
	}
	ids := make([]id.ID, 0, len(w.cards))
	for _, card := range w.cards {
		ids = append(ids, card.ID)
	}
	cards, err := aidcard.Lock(tx, ids)
	for hash, card := range w.cards {
		w.cards[hash] = cards[card.ID]
	}
	return w, err
}

// take makes the cards of the rows that are redeemed the organisation's.
func (c run) take(tx *storage.Tx, holder id.ID, rows []Row) error {
	var ids []id.ID
	var changes []audit.Change
	before, after := map[string]any{"status": aidcard.Issued}, map[string]any{"status": aidcard.Active, "holder_id": holder.String()}
	for _, row := range rows {
		if row.Status == Redeemed {
			ids = append(ids, *row.CardID)
			changes = append(changes, audit.Change{Action: aidcard.RedeemedAction, Subject: "card", SubjectID: *row.CardID, Before: before, After: after})
		}
	}
	if err := aidcard.Take(tx, holder, ids); err != nil {
		return err
	}
	return audit.Write(tx, c.By, changes...)
}

// backToChecked rejects what is not good any more: nothing of the others happens.
func (r *Redemption) backToChecked(tx *storage.Tx, rows []Row) error {
	bad := rows[:0:0]
	for _, row := range rows {
		if row.Status == Failed {
			row.Status = Rejected
			bad = append(bad, row)
		}
	}
	if err := writeRows(tx, bad); err != nil {
		return err
	}
	r.Accepted, r.Rejected, r.Status = r.Accepted-int64(len(bad)), r.Rejected+int64(len(bad)), Checked
	return r.save(tx)
}

// writeTaken changes rows whose cards went into the wallet: each has the card of its code.
func writeTaken(tx *storage.Tx, ids []id.ID) error {
	for len(ids) > 0 {
		some := ids[:min(cardsAtOnce, len(ids))]
		ids = ids[len(some):]
		change := tx.Exec("UPDATE redemption_rows SET status = ?, card_id = (SELECT c.id FROM aid_cards c WHERE c.secret_hash = redemption_rows.code_hash) WHERE id IN ? AND status = ?", Redeemed, some, Accepted)
		if change.Error == nil && change.RowsAffected != int64(len(some)) {
			return ErrState
		}
		if change.Error != nil {
			return change.Error
		}
	}
	return nil
}

// write keeps what became of rows, and ends the redemption with its last.
func (c run) write(tx *storage.Tx, r *Redemption, rows []Row) error {
	var taken []id.ID
	var others []Row
	for _, row := range rows {
		if row.Status == Redeemed {
			r.Redeemed++
		} else {
			r.Failed++
		}
		if row.Status == Redeemed && row.OrderID == 0 {
			taken = append(taken, row.ID)
		} else {
			others = append(others, row)
		}
	}
	if err := writeTaken(tx, taken); err != nil {
		return err
	}
	if err := writeRows(tx, others); err != nil {
		return err
	}
	if r.Redeemed+r.Failed == r.Accepted {
		if err := r.done(tx, c.By); err != nil {
			return err
		}
	}
	return r.save(tx)
}

// writeRows changes rows that were accepted, many with each statement.
func writeRows(tx *storage.Tx, rows []Row) error {
	for len(rows) > 0 {
		some := rows[:min(cardsAtOnce/2, len(rows))]
		rows = rows[len(some):]
		var statuses, problems, cards, orders strings.Builder
		var values [4][]any
		ids := make([]id.ID, len(some))
		for i, row := range some {
			ids[i] = row.ID
			for j, c := range []struct {
				into  *strings.Builder
				value any
			}{{&statuses, row.Status}, {&problems, row.Problems}, {&cards, row.CardID}, {&orders, row.OrderID}} {
				c.into.WriteString(" WHEN ? THEN ?")
				values[j] = append(values[j], row.ID, c.value)
			}
		}
		all := append(append(append(append(values[0], values[1]...), values[2]...), values[3]...), ids, Accepted)
		change := tx.Exec("UPDATE redemption_rows SET address_cipher = NULL, status = CASE id"+statuses.String()+" END, problems = CASE id"+problems.String()+
			" END, card_id = CASE id"+cards.String()+" END, order_id = CASE id"+orders.String()+" END WHERE id IN ? AND status = ?", all...)
		if change.Error == nil && change.RowsAffected != int64(len(some)) {
			return ErrState
		}
		if change.Error != nil {
			return change.Error
		}
	}
	return nil
}

// goods orders the goods of some rows, and keeps what became of them.
func (c run) goods(ctx context.Context) (over bool, err error) {
	var r Redemption
	over, err = c.step(ctx, func(tx *storage.Tx, now *Redemption) error {
		if now.Status == Stopped {
			return c.writeOrdered(tx, now)
		}
		if stopped, err := c.suspended(tx, now); stopped || err != nil {
			return err
		}
		err := c.start(tx, now)
		r = *now
		return err
	})
	if over || err != nil {
		return over, err
	}
	rows, err := Rows(c.db.Read(ctx), r, Accepted, 0, goodsAtOnce)
	if err != nil {
		return false, err
	}
	w, err := c.cardsOf(c.db.Read(ctx), r, rows)
	if err != nil {
		return false, err
	}
	decided, failed := c.place(ctx, w, r, rows)
	if len(decided) == 0 {
		return false, failed
	}
	over, err = c.step(ctx, func(tx *storage.Tx, now *Redemption) error { // also where it was stopped meanwhile
		return c.write(tx, now, decided)
	})
	if err == nil {
		err = failed
	}
	return over, err
}

// start looks, before the first row, whether all are good where all must be. It is never
// asked again: then the cards of rows that were ordered are not there any more.
func (c run) start(tx *storage.Tx, r *Redemption) error {
	if r.BegunAt != nil {
		return nil
	}
	if r.Mode == AllOrNothing {
		if err := c.allGood(tx, r); err != nil || r.Status != Running {
			return err
		}
	}
	r.BegunAt = new(tx.Now())
	return r.save(tx)
}

// writeOrdered keeps what became of rows whose orders were placed by a run that was killed
// before it could, and that were stopped since.
func (c run) writeOrdered(tx *storage.Tx, r *Redemption) error {
	rows, err := Rows(tx.DB, *r, Accepted, 0, goodsAtOnce)
	if err != nil || len(rows) == 0 {
		return err
	}
	w, err := c.cardsOf(tx.DB, *r, rows)
	if err != nil {
		return err
	}
	keys := make([]idempotency.Key, len(rows))
	for i, row := range rows {
		keys[i] = r.key(row)
	}
	found, err := idempotency.Look(tx.DB, keys)
	if err != nil {
		return err
	}
	ordered := rows[:0:0]
	for i, row := range rows {
		if found[i].Answer == nil {
			continue
		}
		var told outcome
		if err := json.Unmarshal(found[i].Answer.Body, &told); err != nil {
			return err
		}
		c.settle(w, &row, told)
		ordered = append(ordered, row)
	}
	return c.write(tx, r, ordered)
}

// allGood refuses to begin where a row is not good any more.
func (c run) allGood(tx *storage.Tx, r *Redemption) error {
	rows, err := Rows(tx.DB, *r, Accepted, 0, MaxRows)
	if err != nil {
		return err
	}
	w, err := c.cardsOf(tx.DB, *r, rows)
	if err != nil {
		return err
	}
	found := make([][]Problem, len(rows))
	for i, row := range rows {
		if refusal, _ := w.refusal(row, tx.Now()); refusal != nil {
			found[i] = []Problem{problemOf(refusal)}
		}
	}
	if err := c.try(tx.DB, c.By, w, rows, found); err != nil {
		return err
	}
	bad := 0
	for i := range rows {
		if len(found[i]) > 0 {
			rows[i].refuse(Failed, found[i])
			bad++
		}
	}
	if bad == 0 {
		return nil
	}
	return r.backToChecked(tx, rows)
}

// outcome is what is kept under a row's key, which tells it however often it is asked.
type outcome struct {
	OrderID id.ID     `json:"order_id,omitempty"`
	Wrong   []Problem `json:"wrong,omitempty"`
}

func encode(placed *order.Order, declined *fault.Fault) (idempotency.Encoded, error) {
	told, status := outcome{}, http.StatusCreated
	if declined != nil {
		told.Wrong, status = problemsOf(declined), http.StatusConflict
	} else {
		told.OrderID = placed.ID
	}
	raw, err := json.Marshal(told)
	return idempotency.Encoded{Status: status, Body: raw, ResultID: told.OrderID}, err
}

// KeyRoute is under which a row's order is kept.
const KeyRoute = "redeem-row"

// place orders the goods of rows at once, so that the committer takes them together, and
// answers those rows of which the outcome is known.
func (c run) place(ctx context.Context, w wallet, r Redemption, rows []Row) (decided []Row, failed error) {
	outcomes, errs := make([]outcome, len(rows)), make([]error, len(rows))
	var all sync.WaitGroup
	for i, row := range rows {
		all.Go(func() { outcomes[i], errs[i] = c.placeOne(ctx, w, r, row) })
	}
	all.Wait()
	for i, row := range rows {
		refusal, refused := refusedBy(errs[i])
		if errs[i] != nil && !refused {
			failed = errs[i]
			continue
		}
		if refused {
			outcomes[i].Wrong = problemsOf(refusal)
		}
		c.settle(w, &row, outcomes[i])
		decided = append(decided, row)
	}
	return decided, failed
}

// settle is what became of a row. Of an own card the reason is told.
func (c run) settle(w wallet, row *Row, told outcome) {
	card := w.cards[row.CodeHash]
	if told.OrderID != 0 {
		row.Status, row.CardID, row.OrderID = Redeemed, &card.ID, told.OrderID
		return
	}
	if refusal, _ := w.refusal(*row, c.db.Now()); refusal != nil {
		told.Wrong = []Problem{problemOf(refusal)}
	}
	row.refuse(Failed, told.Wrong)
}

// key is a row's, whoever carries it out.
func (r Redemption) key(row Row) idempotency.Key {
	return idempotency.Key{Caller: r.AskedBy, Route: KeyRoute, Key: row.ID.String(),
		Body: idempotency.Fingerprint(http.MethodPost, KeyRoute, []byte(row.CodeHash+" "+row.SKUID.String()+" "+count(row.Quantity)))}
}

func (c run) placeOne(ctx context.Context, w wallet, r Redemption, row Row) (told outcome, err error) {
	if _, found := w.cards[row.CodeHash]; !found {
		return told, aidcard.ErrNotUsable.With("card_ids", aidcard.ErrNotUsable.Code, aidcard.ErrNotUsable.Message)
	}
	ask, err := c.ask(c.By, w, row)
	if err != nil {
		return told, err
	}
	ask.Key, ask.Encode = r.key(row), encode
	answer, err := c.checkout.Checkout(ctx, ask)
	if err == nil {
		err = json.Unmarshal(answer.Body, &told)
	}
	return told, err
}
