package approval_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

const (
	asker    = id.ID(1)
	stranger = id.ID(2)
	decider  = id.ID(10) // and everybody above
	locked   = id.ID(99) // a thing that cannot be changed
	ttl      = 20 * time.Second
)

var errLocked = fault.New(fault.Conflict, "locked", "the thing is locked")

// toys is a desk with one kind, whose effect is a row of the audit log.
func toys() *approval.Desk {
	desk := approval.NewDesk()
	desk.Register(approval.Kind{
		Name: "toy.change", TTL: ttl,
		Decides: func(_ *gorm.DB, userID id.ID) (approval.Condition, error) {
			switch {
			case userID > decider:
				return approval.Condition{SQL: "1 = 1"}, nil
			case userID == decider:
				return approval.Condition{SQL: "a.org_id IN ?", Args: []any{[]id.ID{7}}}, nil
			}
			return approval.Condition{}, nil
		},
		Carry: func(tx *storage.Tx, by audit.Actor, a approval.Approval) error {
			var colour string
			if err := a.Open(&colour); err != nil {
				return err
			}
			if a.SubjectID == locked {
				return errLocked
			}
			return audit.Write(tx, by, audit.Change{Action: "toy.changed", Subject: "toy", SubjectID: a.SubjectID, After: colour})
		},
		Settled: func(tx *storage.Tx, a approval.Approval) error {
			return audit.Write(tx, audit.System, audit.Change{Action: "toy.told", Subject: "toy", SubjectID: a.SubjectID, After: a.Status})
		},
	})
	return desk
}

func as(user id.ID) audit.Actor { return audit.Actor{UserID: user} }

func request(toy id.ID) approval.Request {
	return approval.Request{Kind: "toy.change", Subject: "toy", SubjectID: toy, OrgID: 7, Reason: "旧了", Before: "red", After: "blue", Payload: "blue"}
}

func ask(t *testing.T, db *storage.DB, desk *approval.Desk, toy id.ID) approval.Approval {
	t.Helper()
	a, err := tryAsk(t, db, desk, request(toy))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func tryAsk(t *testing.T, db *storage.DB, desk *approval.Desk, r approval.Request) (a approval.Approval, err error) {
	t.Helper()
	err = db.InTx(t.Context(), func(tx *storage.Tx) (err error) {
		a, err = desk.Ask(tx, as(asker), r)
		return err
	})
	return a, err
}

func withdraw(t *testing.T, db *storage.DB, desk *approval.Desk, by, approvalID id.ID) (a approval.Approval, err error) {
	t.Helper()
	err = db.InTx(t.Context(), func(tx *storage.Tx) (err error) {
		a, err = desk.Withdraw(tx, as(by), approvalID)
		return err
	})
	return a, err
}

// rows counts the audit rows of an action.
func rows(t *testing.T, db *storage.DB, action string) int {
	t.Helper()
	found, err := audit.List(db.Read(t.Context()), audit.Filter{Action: action, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

func wantErr(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func wantReason(t *testing.T, err error) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Field != "reason" {
		t.Errorf("got %v, want a wrong reason", err)
	}
}

func TestOneAsksAndAnotherDecides(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		desk, ctx := toys(), t.Context()
		asked := ask(t, db, desk, 5)
		_, err := desk.Decide(ctx, db, as(asker), asked.ID, true, "")
		wantErr(t, err, approval.ErrOwnRequest)
		_, err = desk.Decide(ctx, db, as(stranger), asked.ID, true, "")
		wantErr(t, err, approval.ErrNotFound)
		_, err = desk.Decide(ctx, db, as(decider), asked.ID+1, true, "")
		wantErr(t, err, approval.ErrNotFound)
		_, err = desk.Decide(ctx, db, as(decider), asked.ID, false, " ")
		wantReason(t, err)
		_, err = desk.Decide(ctx, db, as(decider), asked.ID, true, strings.Repeat("长", fault.MaxReason+1))
		wantReason(t, err)
		if n := rows(t, db, "toy.changed"); n != 0 {
			t.Fatalf("carried out %d times before the decision", n)
		}
		for range 2 { // repeated, it changes nothing
			decided, err := desk.Decide(ctx, db, as(decider), asked.ID, true, "好")
			if err != nil || decided.Status != approval.Approved || decided.DecidedBy != decider {
				t.Fatalf("decided %+v, %v", decided, err)
			}
		}
		_, err = desk.Decide(ctx, db, as(decider), asked.ID, false, "不好")
		wantErr(t, err, approval.ErrDecided)
		_, err = desk.Decide(ctx, db, as(decider+1), asked.ID, true, "")
		wantErr(t, err, approval.ErrDecided)
		_, err = withdraw(t, db, desk, asker, asked.ID)
		wantErr(t, err, approval.ErrDecided)
		for action, want := range map[string]int{"toy.changed": 1, "toy.told": 1, "approval.requested": 1, "approval.approved": 1} {
			if n := rows(t, db, action); n != want {
				t.Errorf("%d rows %s, want %d", n, action, want)
			}
		}
	})
}

func TestARejectionChangesNothing(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		desk := toys()
		asked := ask(t, db, desk, 5)
		rejected, err := desk.Decide(t.Context(), db, as(decider), asked.ID, false, "不必")
		if err != nil || rejected.Status != approval.Rejected || rejected.DecisionReason != "不必" {
			t.Fatalf("%+v, %v", rejected, err)
		}
		if n := rows(t, db, "toy.changed"); n != 0 {
			t.Errorf("carried out %d times", n)
		}
		ask(t, db, desk, 5) // there is room again
	})
}

func TestWhatCannotBeCarriedOutStaysPending(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		desk := toys()
		asked := ask(t, db, desk, locked)
		_, err := desk.Decide(t.Context(), db, as(decider), asked.ID, true, "")
		wantErr(t, err, errLocked)
		seen, err := desk.Get(db.Read(t.Context()), db.Now(), decider, asked.ID)
		if err != nil || seen.Status != approval.Pending || !seen.MayDecide || rows(t, db, "approval.approved") != 0 {
			t.Errorf("%+v, %v", seen, err)
		}
	})
}

func TestTwentyDecidersCarryOutOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		desk := toys()
		asked := ask(t, db, desk, 5)
		var first atomic.Int32
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				_, err := desk.Decide(t.Context(), db, as(decider+id.ID(i)), asked.ID, true, "")
				if err == nil {
					first.Add(1)
				} else if !errors.Is(err, approval.ErrDecided) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := rows(t, db, "toy.changed"); n != 1 || first.Load() != 1 {
			t.Errorf("carried out %d times, %d deciders were the first", n, first.Load())
		}
	})
}

func TestOneRequestForOneThing(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		desk := toys()
		var filed atomic.Int32
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				_, err := tryAsk(t, db, desk, request(5))
				if err == nil {
					filed.Add(1)
				} else if !errors.Is(err, approval.ErrPending) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if filed.Load() != 1 {
			t.Errorf("%d requests are pending", filed.Load())
		}
		ask(t, db, desk, 6) // another thing
		nameless := request(8)
		nameless.Reason = "\n"
		_, err := tryAsk(t, db, desk, nameless)
		wantReason(t, err)
	})
}

func TestWithdrawing(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		desk := toys()
		asked := ask(t, db, desk, 5)
		_, err := withdraw(t, db, desk, decider, asked.ID)
		wantErr(t, err, approval.ErrNotFound)
		for range 2 {
			if a, err := withdraw(t, db, desk, asker, asked.ID); err != nil || a.Status != approval.Withdrawn {
				t.Fatalf("%+v, %v", a, err)
			}
		}
		_, err = desk.Decide(t.Context(), db, as(decider), asked.ID, true, "")
		wantErr(t, err, approval.ErrDecided)
		if n := rows(t, db, "approval.withdrawn"); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestWhatRanOutIsNeverCarriedOut(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		desk, ctx := toys(), t.Context()
		late, swept, renewed := ask(t, db, desk, 5), ask(t, db, desk, 6), ask(t, db, desk, 7)
		db.Clock().Advance(ttl)
		seen, err := desk.Get(db.Read(ctx), db.Now(), decider, late.ID)
		if err != nil || seen.Status != approval.Expired || seen.MayDecide {
			t.Errorf("it reads as %+v, %v", seen, err)
		}
		for range 2 {
			_, err = desk.Decide(ctx, db, as(decider), late.ID, true, "")
			wantErr(t, err, approval.ErrExpired)
		}
		_, err = withdraw(t, db, desk, asker, swept.ID)
		wantErr(t, err, approval.ErrExpired)
		if n := rows(t, db, "approval.expired"); n != 1 {
			t.Errorf("the late decision marked %d", n)
		}
		again := ask(t, db, desk, 7)
		if again.ID == renewed.ID || rows(t, db, "approval.expired") != 2 {
			t.Errorf("asking anew marked nothing")
		}
		for range 2 {
			if err := desk.Expire(ctx, db); err != nil {
				t.Fatal(err)
			}
		}
		if n := rows(t, db, "approval.expired"); n != 3 {
			t.Errorf("%d are marked, want 3", n)
		}
		if n, oldest, err := desk.Waiting(db.Read(ctx), db.Now()); err != nil || n != 1 || oldest == nil || *oldest != again.CreatedAt {
			t.Errorf("%d wait since %v, %v", n, oldest, err)
		}
		if n := rows(t, db, "toy.changed"); n != 0 {
			t.Errorf("carried out %d times", n)
		}
	})
}

func TestTheQueueShowsTheOldestFirstAndOnlyOnesOwn(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		desk := toys()
		var ids []id.ID
		for toy := range 7 {
			r := request(id.ID(toy + 100))
			if toy%2 == 1 {
				r.OrgID = 8 // beyond the reach of `decider`
			}
			a, err := tryAsk(t, db, desk, r)
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, a.ID)
			db.Clock().Advance(time.Millisecond)
		}
		list := func(user id.ID, status string, after id.ID, limit int) (found []id.ID) {
			t.Helper()
			page, err := desk.List(db.Read(t.Context()), db.Now(), approval.Query{UserID: user, Status: status, After: after, Limit: limit})
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range page {
				if a.MayDecide != (user >= decider && a.RequestedBy != user && status == approval.Pending) {
					t.Errorf("%d may decide: %v", user, a.MayDecide)
				}
				found = append(found, a.ID)
			}
			return found
		}
		for _, c := range []struct {
			user   id.ID
			status string
			after  id.ID
			limit  int
			want   []id.ID
		}{
			{asker, approval.Pending, 0, 10, ids},
			{asker, approval.Pending, ids[1], 2, ids[2:4]},
			{decider + 1, approval.Pending, 0, 3, ids[:3]},
			{decider, approval.Pending, 0, 3, []id.ID{ids[0], ids[2], ids[4]}},
			{stranger, approval.Pending, 0, 2, nil},
			{decider, approval.Pending, ids[0], 2, []id.ID{ids[2], ids[4]}},
			{asker, approval.Approved, 0, 10, nil},
		} {
			if got := list(c.user, c.status, c.after, c.limit); !slices.Equal(got, c.want) {
				t.Errorf("%+v: got %v", c, got)
			}
		}
		for _, one := range ids[:3] {
			if _, err := desk.Decide(t.Context(), db, as(decider+1), one, true, ""); err != nil {
				t.Fatal(err)
			}
		}
		if got := list(asker, approval.Approved, 0, 2); !slices.Equal(got, []id.ID{ids[2], ids[1]}) {
			t.Errorf("approved, the newest first: %v", got)
		}
		if got := list(asker, approval.Approved, ids[1], 2); !slices.Equal(got, ids[:1]) {
			t.Errorf("the next page: %v", got)
		}
		_, err := desk.Get(db.Read(t.Context()), db.Now(), stranger, ids[0])
		wantErr(t, err, approval.ErrNotFound)
		db.Clock().Advance(ttl)
		if got := list(asker, approval.Expired, 0, 10); len(got) != 4 {
			t.Errorf("expired: %v", got)
		}
	})
}

// What is asked beside an erasure comes before it, which then finds it, or after it.
func TestWhoWasErasedAsksForNothing(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		desk := toys()
		err := db.InTx(t.Context(), func(tx *storage.Tx) error {
			return tx.Exec("INSERT INTO users (id, phone_hash, phone_cipher, name, password_hash, token_version, status, phone_verified, created_at) VALUES (?, 'a', 'a', '', '', 1, 'deleted', FALSE, 0), (?, 'b', 'b', '', '', 1, 'deleted', FALSE, 0)", asker, stranger).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tryAsk(t, db, desk, request(1)); !fault.IsKind(err, fault.NotFound) {
			t.Errorf("whoever was erased asks: %v", err)
		}
		about := request(2)
		about.AboutUser = stranger
		err = db.InTx(t.Context(), func(tx *storage.Tx) error {
			_, err := desk.Ask(tx, as(decider), about)
			return err
		})
		if err != nil {
			t.Errorf("somebody asks about who was erased: %v", err)
		}
	})
}

func TestAKindIsRegisteredOnce(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("two kinds of one name were accepted")
		}
	}()
	toys().Register(approval.Kind{Name: "other"})
	desk := toys()
	desk.Register(approval.Kind{Name: "toy.change"})
}
