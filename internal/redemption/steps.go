package redemption

import (
	"context"
	"time"

	"zique/internal/audit"
	"zique/internal/blob"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/notify"
	"zique/internal/outbox"
	"zique/internal/storage"
	"zique/internal/worker"
)

// JobKind is that of the jobs that redeem.
const JobKind = "card_redemption"

// KeptFor is how long a redemption that is not over waits, with its addresses.
const KeptFor = 30 * 24 * time.Hour

type job struct {
	RedemptionID id.ID       `json:"redemption_id"`
	By           audit.Actor `json:"by"`
}

// begins tells why a redemption cannot begin, or go on.
func (r Redemption) begins() error {
	switch {
	case r.StoppedFor == Guessing:
		return ErrGuessing
	case r.Status != Checked && r.Status != Stopped || r.StoppedFor == TooOld:
		return ErrState
	case r.Mode == AllOrNothing && r.Rejected > 0:
		return ErrRejected
	case r.Accepted == 0:
		return ErrNone
	}
	return nil
}

// begin lets a job carry a locked redemption out, or go on with it. The file that its codes
// came in has served.
func (s *Service) begin(tx *storage.Tx, by audit.Actor, r *Redemption) (err error) {
	r.Status, r.StoppedFor, r.ConfirmedBy, r.ConfirmedAt, r.FinishedAt = Running, "", by.UserID, new(tx.Now()), nil
	if r.JobID, err = worker.Enqueue(tx, worker.New{Kind: JobKind, Payload: job{r.ID, by}, OwnerID: by.UserID, OrgID: r.EnterpriseID}); err != nil {
		return err
	}
	if r.FileID != 0 {
		if err := blob.Discard(tx, r.FileID); err != nil {
			return err
		}
		r.FileID = 0
	}
	if err := r.save(tx); err != nil {
		return err
	}
	return audit.Write(tx, by.About(r.EnterpriseID), audit.Change{Action: "redemption.confirmed", Subject: "redemption", SubjectID: r.ID, After: r.told()})
}

func lockOwn(tx *storage.Tx, by audit.Actor, redemptionID id.ID) (Redemption, error) {
	r, err := lock(tx, redemptionID)
	if err == nil && r.EnterpriseID != by.OrgID {
		err = ErrNotFound
	}
	return r, err
}

// Confirm carries a redemption out that was only checked, or goes on with one that was
// stopped; in another mode than it was asked for, where one is named. Repeated, it changes nothing.
func (s *Service) Confirm(tx *storage.Tx, by audit.Actor, redemptionID id.ID, mode string) error {
	r, err := lockOwn(tx, by, redemptionID)
	if err != nil || r.Status == Running || r.Status == Done {
		return err
	}
	if mode != "" {
		r.Mode = mode
	}
	if err := r.begins(); err != nil {
		return err
	}
	return s.begin(tx, by, &r)
}

// Stop ends a redemption after the rows that are under way; Confirm goes on with it.
// Repeated, it changes nothing.
func (s *Service) Stop(tx *storage.Tx, by audit.Actor, redemptionID id.ID) error {
	r, err := lockOwn(tx, by, redemptionID)
	if err != nil || r.Status == Stopped {
		return err
	}
	if r.Status == Done {
		return ErrState
	}
	return r.stop(tx, by, ByMember)
}

func (r *Redemption) stop(tx *storage.Tx, by audit.Actor, why string) error {
	r.Status, r.StoppedFor, r.FinishedAt = Stopped, why, new(tx.Now())
	if err := r.save(tx); err != nil {
		return err
	}
	return audit.Write(tx, by.About(r.EnterpriseID), audit.Change{Action: "redemption.stopped", Subject: "redemption", SubjectID: r.ID, Reason: why, After: r.told()})
}

// Ended stops a redemption whose job failed; see worker.Runner.OnEnd.
func Ended(tx *storage.Tx, over worker.Job) error {
	var asked job
	if err := over.Order(&asked); err != nil || over.Status != worker.Failed {
		return err
	}
	r, err := lock(tx, asked.RedemptionID)
	if err != nil || r.Status != Running || r.JobID != over.ID {
		return err
	}
	return r.stop(tx, audit.System, over.Error)
}

// done ends a redemption of which every row was carried out, and tells who confirmed it.
func (r *Redemption) done(tx *storage.Tx, by audit.Actor) error {
	r.Status, r.FinishedAt = Done, new(tx.Now())
	if err := audit.Write(tx, by.About(r.EnterpriseID), audit.Change{Action: "redemption.done", Subject: "redemption", SubjectID: r.ID, After: r.told()}); err != nil {
		return err
	}
	_, err := outbox.Emit(tx, notify.Topic, notify.Message{UserIDs: []id.ID{r.ConfirmedBy}, Template: "redemption_done",
		Params: map[string]string{"redeemed": count(r.Redeemed), "failed": count(r.Failed)}, Link: "/ent/redemptions/" + r.ID.String()})
	return err
}

// Forget ends redemptions that nobody went on with since before, and forgets their addresses.
func Forget(ctx context.Context, db *storage.DB, before clock.Millis) error {
	var old []id.ID
	err := db.Read(ctx).Model(&Redemption{}).Where("status IN ? AND stopped_for <> ? AND created_at < ?", []string{Checked, Stopped}, TooOld, before).Order("id").Limit(100).Pluck("id", &old).Error
	for _, redemptionID := range old {
		if err != nil {
			return err
		}
		err = db.InTx(ctx, func(tx *storage.Tx) error {
			r, err := lock(tx, redemptionID)
			if err != nil || r.Status != Checked && r.Status != Stopped {
				return err
			}
			if err := tx.Model(&Row{}).Where("redemption_id = ?", r.ID).Update("address_cipher", nil).Error; err != nil {
				return err
			}
			return r.stop(tx, audit.System, TooOld)
		})
	}
	return err
}

// refusedBy tells whether an error is the row's, and not the engines'.
func refusedBy(err error) (*fault.Fault, bool) {
	refusal, known := fault.As(err)
	return refusal, known && refusal.Kind != fault.Unavailable && refusal.Kind != fault.TooMany
}
