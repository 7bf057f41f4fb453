package settlement

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/storage"
	"zique/internal/village"
	"zique/internal/worker"
)

// JobKind is the job that makes a run's statements.
const JobKind = "settlement"

// accountsAtOnce bounds one transaction of a run.
const accountsAtOnce = 100

type task struct {
	SettlementID id.ID `json:"settlement_id"`
}

// progress is how far a run came: the last account looked at.
type progress struct {
	After string `json:"after"`
	Over  bool   `json:"over"`
}

// Begin starts a run up to the last sealed transaction; seal before. It fails with
// ErrRunning while another makes statements, or with a wrong `note`.
func (s *Service) Begin(tx *storage.Tx, by audit.Actor, note string) (Settlement, error) {
	note = strings.TrimSpace(note)
	if utf8.RuneCountInString(note) > fault.MaxReason || !fault.IsLine(note) {
		return Settlement{}, fault.InvalidField("note", "invalid", "must be a line of at most 500 characters")
	}
	head, err := ledger.Head(tx.DB)
	if err != nil {
		return Settlement{}, err
	}
	return begin(tx, by, head, note, nil)
}

func begin(tx *storage.Tx, by audit.Actor, cut int64, note string, month *string) (Settlement, error) {
	making := "1"
	run := Settlement{ID: tx.NewID(), ToSeq: cut, Period: month, Making: &making, Note: note, Status: Making, AskedBy: by.UserID, CreatedAt: tx.Now()}
	if err := tx.Create(&run).Error; storage.IsDuplicate(err) {
		return Settlement{}, ErrRunning
	} else if err != nil {
		return Settlement{}, err
	}
	if _, err := worker.Enqueue(tx, worker.New{Kind: JobKind, Payload: task{run.ID}, OwnerID: by.UserID}); err != nil {
		return Settlement{}, err
	}
	return run, audit.Write(tx, by, audit.Change{Action: "settlement.started", Subject: "settlement", SubjectID: run.ID, Reason: note,
		After: map[string]any{"to_seq": cut, "period": month}})
}

// Monthly starts the run of the month that has ended, once, on the first day of the next
// or as soon after as the program runs. It cuts where that month ended, whatever has been
// posted since. A journal that began later has nothing of that month.
func (s *Service) Monthly(ctx context.Context, db *storage.DB) error {
	today := db.Now().Time().In(clock.Shanghai)
	first := time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, clock.Shanghai)
	month := first.AddDate(0, -1, 0).Format("2006-01")
	var made int64
	if err := db.Read(ctx).Model(&Settlement{}).Where("period = ?", month).Count(&made).Error; err != nil || made > 0 {
		return err
	}
	if _, err := ledger.Seal(ctx, db); err != nil {
		return err
	}
	err := db.InTx(ctx, func(tx *storage.Tx) error {
		cut, err := ledger.SeqBefore(tx.DB, clock.FromTime(first))
		if err != nil || cut == 0 {
			return err
		}
		_, err = begin(tx, audit.System, cut, "", &month)
		return err
	})
	if err == ErrRunning { // another run, or another replica was faster; the next time
		return nil
	}
	return err
}

// Make is the job: it makes a run's statements, so many accounts at once, and opens the run.
func (s *Service) Make(ctx context.Context, run *worker.Run) error {
	for {
		over, err := s.chunk(ctx, run)
		if err != nil || over {
			return err
		}
	}
}

// chunk does the next part of a run, unless it is over.
func (s *Service) chunk(ctx context.Context, run *worker.Run) (over bool, err error) {
	var t task
	var at progress
	if err := errors.Join(run.Payload(&t), run.State(&at)); err != nil || at.Over {
		return at.Over, err
	}
	err = run.Step(ctx, func(tx *storage.Tx) (worker.Progress, error) {
		looked, next, err := s.makeSome(tx, t.SettlementID, at.After)
		over = next.Over
		done := run.Job.Done + int64(looked)
		return worker.Progress{Done: done, Total: done, State: next}, err
	})
	return over, err
}

// makeSome makes the statements of the next accounts; after the last it opens the run, and
// closes it where nothing is to be paid.
func (s *Service) makeSome(tx *storage.Tx, settlementID id.ID, after string) (int, progress, error) {
	run, err := lockRun(tx, settlementID)
	if err != nil {
		return 0, progress{}, err
	}
	codes, err := payable(tx, after)
	if err != nil {
		return 0, progress{}, err
	}
	made, err := s.statementsOf(tx, run, codes)
	if err != nil {
		return 0, progress{}, err
	}
	if len(made) > 0 {
		if err := tx.Create(&made).Error; err != nil {
			return 0, progress{}, err
		}
	}
	if len(codes) == accountsAtOnce {
		return len(codes), progress{After: codes[len(codes)-1]}, nil
	}
	return len(codes), progress{Over: true}, open(tx, run)
}

// payable lists the accounts that are paid out, above after.
func payable(tx *storage.Tx, after string) ([]string, error) {
	var codes []string
	for _, prefix := range []string{"cooperative:", "village:"} {
		more, err := ledger.Codes(tx.DB, prefix, ":available", after, accountsAtOnce-len(codes))
		if err != nil {
			return nil, err
		}
		codes = append(codes, more...)
		if len(codes) == accountsAtOnce {
			break
		}
	}
	return codes, nil
}

func open(tx *storage.Tx, run Settlement) error {
	now := tx.Now()
	err := tx.Model(&Settlement{}).Where("id = ? AND status = ?", run.ID, Making).
		Updates(map[string]any{"status": Open, "making": nil, "made_at": now}).Error
	if err != nil {
		return err
	}
	// By the sign of what they say, not by status: payees may have been faster than the run.
	var made struct {
		Issued  int64 `json:"issued"`
		Carried int64 `json:"carried"`
	}
	err = tx.Model(&Statement{}).Select("COALESCE(SUM(CASE WHEN closing_fen > 0 THEN 1 ELSE 0 END), 0) issued, COALESCE(SUM(CASE WHEN closing_fen > 0 THEN 0 ELSE 1 END), 0) carried").
		Where("settlement_id = ?", run.ID).Scan(&made).Error
	if err != nil {
		return err
	}
	err = audit.Write(tx, audit.System, audit.Change{Action: "settlement.made", Subject: "settlement", SubjectID: run.ID,
		Before: map[string]string{"status": Making}, After: map[string]any{"status": Open, "statements": made}})
	if err == nil && made.Issued == 0 {
		err = finished(tx, audit.System, run.ID, 0)
	}
	return err
}

// Ended opens a run whose job was given up: what it made is right, and the accounts that
// it did not reach come with the next run.
func Ended(tx *storage.Tx, job worker.Job) error {
	if job.Status != worker.Failed {
		return nil
	}
	var t task
	if err := job.Order(&t); err != nil {
		return err
	}
	run, err := lockRun(tx, t.SettlementID)
	if err != nil || run.Status != Making {
		return err
	}
	return open(tx, run)
}

func (s *Service) statementsOf(tx *storage.Tx, run Settlement, codes []string) ([]Statement, error) {
	orgs, err := owners(tx, codes)
	if err != nil {
		return nil, err
	}
	carried, err := carriedOn(tx, codes)
	if err != nil {
		return nil, err
	}
	var made []Statement
	for _, code := range codes {
		var before Statement
		if err := tx.Where("account = ?", code).Order("from_seq DESC").Limit(1).Find(&before).Error; err != nil {
			return nil, err
		}
		st := Statement{SettlementID: run.ID, Account: code, FromSeq: before.ToSeq, ToSeq: run.ToSeq, OpeningFen: sumOf(carried[code])}
		if st.FromSeq >= st.ToSeq {
			continue
		}
		if st.MovedFen, st.ItemCount, err = ledger.Moved(tx.DB, code, st.period(), PayoutPosting); err != nil {
			return nil, err
		}
		if st.ItemCount == 0 && st.OpeningFen == 0 {
			continue
		}
		owner, known := orgs[code]
		if !known {
			return nil, fmt.Errorf("settlement: account %s belongs to nobody", code)
		}
		st.ID, st.OrgID, st.Kind, st.CreatedAt, st.ChangedAt = tx.NewID(), owner.id, owner.kind, tx.Now(), tx.Now()
		st.ClosingFen = st.OpeningFen + st.MovedFen
		st.issue(tx.Now().Add(s.confirm))
		if err := st.takeOver(tx, carried[code]); err != nil {
			return nil, err
		}
		made = append(made, st)
	}
	return made, nil
}

func (s *Statement) period() ledger.Period { return ledger.Period{After: s.FromSeq, Until: s.ToSeq} }

// issue lets the payee look at it until then; where there is nothing to pay it is carried on.
func (s *Statement) issue(until clock.Millis) {
	s.Status = Carried
	if s.ClosingFen > 0 {
		s.Status, s.ConfirmBy = Issued, &until
	}
}

type owner struct {
	id   id.ID
	kind string
}

// owners finds the organisations that accounts belong to, by their codes.
func owners(tx *storage.Tx, codes []string) (map[string]owner, error) {
	found := map[string]owner{}
	villages := map[id.ID]string{}
	for _, code := range codes {
		parts := strings.Split(code, ":")
		subject, err := id.Parse(parts[1])
		switch {
		case err != nil:
			return nil, fmt.Errorf("settlement: account %s: %w", code, err)
		case code == org.AvailableAccount(subject):
			found[code] = owner{subject, org.Cooperative}
		case code == village.AvailableAccount(subject):
			villages[subject] = code
		}
	}
	var ids []id.ID
	for v := range villages {
		ids = append(ids, v)
	}
	collectives, err := org.CollectivesOf(tx.DB, ids)
	for v, collective := range collectives {
		found[villages[v]] = owner{collective, org.VillageCollective}
	}
	return found, err
}

// Close ends a run whose statements are all paid or carried on; else ErrOpen. Repeated, it
// changes nothing.
func Close(tx *storage.Tx, by audit.Actor, settlementID id.ID) error {
	run, err := lockRun(tx, settlementID)
	switch {
	case err != nil || run.Status == Closed:
		return err
	case run.Status != Open:
		return ErrState
	}
	counts, err := countsOf(tx.DB, []id.ID{run.ID})
	if err != nil {
		return err
	}
	var paid money.Fen
	for _, c := range counts {
		switch c.Status {
		case Paid:
			paid = c.ClosingFen
		case Carried:
		default:
			return ErrOpen
		}
	}
	err = tx.Model(&Statement{}).Where("settlement_id = ? AND status IN ?", run.ID, moves[finish].from).
		Updates(map[string]any{"status": moves[finish].to, "changed_at": tx.Now()}).Error
	if err != nil {
		return err
	}
	return finished(tx, by, run.ID, paid)
}

func finished(tx *storage.Tx, by audit.Actor, settlementID id.ID, paid money.Fen) error {
	err := tx.Model(&Settlement{}).Where("id = ?", settlementID).Updates(map[string]any{"status": Closed, "closed_at": tx.Now()}).Error
	if err != nil {
		return err
	}
	return audit.Write(tx, by, audit.Change{Action: "settlement.closed", Subject: "settlement", SubjectID: settlementID,
		Before: map[string]any{"status": Open}, After: map[string]any{"status": Closed, "paid_fen": paid}})
}
