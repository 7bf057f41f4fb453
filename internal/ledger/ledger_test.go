package ledger

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

func transfer(ref string, amount money.Fen) []Posting {
	return []Posting{{Kind: "test", Reference: ref, Entries: []Entry{{"a", -amount}, {"b", amount}}}}
}

func post(db *storage.DB, postings []Posting) error {
	return db.InTx(context.Background(), func(tx *storage.Tx) error {
		_, err := Post(tx, postings)
		return err
	})
}

func TestPostingsBalanceAndNeverRepeat(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		if err := post(db, transfer("1", 500)); err != nil {
			t.Fatal(err)
		}
		if err := post(db, transfer("1", 500)); !storage.IsDuplicate(err) {
			t.Errorf("the same reference again: %v, want a duplicate", err)
		}
		lopsided := []Posting{{Kind: "test", Reference: "2", Entries: []Entry{{"a", -5}, {"b", 4}}}}
		if err := post(db, lopsided); !errors.Is(err, ErrUnbalanced) {
			t.Errorf("entries that do not sum to zero: %v", err)
		}
		wantBalance(t, db, "b", 500)
	})
}

func TestSealingKeepsBalancesAndLeavesNoGap(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := context.Background()
		var wg sync.WaitGroup
		for w := range 4 {
			wg.Go(func() {
				for i := range 10 {
					if err := post(db, transfer(fmt.Sprint(w, "-", i), 1)); err != nil {
						t.Error(err)
					}
					if _, err := Seal(ctx, db); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if _, err := Seal(ctx, db); err != nil {
			t.Fatal(err)
		}
		wantBalance(t, db, "b", 40)
		var shape struct{ N, Low, High, Waiting int64 }
		db.Read(ctx).Raw(`SELECT COUNT(*) n, MIN(seq) low, MAX(seq) high, (SELECT COUNT(*) FROM ledger_unsealed) waiting FROM ledger_transactions`).Scan(&shape)
		if shape.N != 40 || shape.Low != 1 || shape.High != 40 || shape.Waiting != 0 {
			t.Errorf("sealed %+v, want seq 1 to 40 and nothing waiting", shape)
		}
	})
}

func wantBalance(t *testing.T, db *storage.DB, code string, want money.Fen) {
	t.Helper()
	got, err := Balances(db.Read(context.Background()), []string{code})
	if err != nil || got[code] != want {
		t.Errorf("balance of %s = %d (%v), want %d", code, got[code], err, want)
	}
}

// sealed posts each amount from a to b in a transaction of its own and seals it.
func sealed(t *testing.T, db *storage.DB, amounts ...money.Fen) {
	t.Helper()
	for i, amount := range amounts {
		db.Clock().Advance(time.Second)
		if err := post(db, transfer(fmt.Sprint("s", i), amount)); err != nil {
			t.Fatal(err)
		}
		if _, err := Seal(t.Context(), db); err != nil {
			t.Fatal(err)
		}
	}
}

func TestABalanceIsKnownAtEverySeqAndInstant(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		begun := db.Now()
		sealed(t, db, 5, 7, 11)
		view := db.Read(t.Context())
		for seq, want := range []money.Fen{0, 5, 12, 23, 23} {
			got, err := BalancesAt(view, []string{"b", "never"}, int64(seq))
			if err != nil || got["b"] != want {
				t.Errorf("after %d: %v (%v), want %d", seq, got, err, want)
			}
			at, err := SeqAt(view, begun.Add(time.Duration(seq)*time.Second))
			if err != nil || at != min(int64(seq), 3) {
				t.Errorf("at second %d the journal had %d transactions (%v)", seq, at, err)
			}
		}
		if head, err := Head(view); err != nil || head != 3 {
			t.Errorf("head %d (%v)", head, err)
		}
	})
}

// An early posting that commits late is not in what was reported before it.
func TestAsOfGoesByTheSealAndNotByIdOrPostedTime(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		sealed(t, db, 5)
		reported := db.Now()
		before, err := SeqAt(db.Read(t.Context()), reported)
		if err != nil {
			t.Fatal(err)
		}
		db.Clock().Advance(20 * time.Second)
		if err := post(db, transfer("late", 100)); err != nil {
			t.Fatal(err)
		}
		exec(t, db, "UPDATE ledger_transactions SET posted_at = ? WHERE reference = 'late'", reported.Add(-time.Hour))
		if _, err := Seal(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		after, err := SeqAt(db.Read(t.Context()), reported)
		if err != nil || after != before {
			t.Errorf("as of then it was %d, now it is %d (%v)", before, after, err)
		}
	})
}

func exec(t *testing.T, db *storage.DB, statement string, values ...any) {
	t.Helper()
	if err := db.InTx(t.Context(), func(tx *storage.Tx) error { return tx.Exec(statement, values...).Error }); err != nil {
		t.Fatal(err)
	}
}

func TestAStatementPagesFromItsOpeningToItsClosingBalance(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		sealed(t, db, 1, 2, 4, 8, 16)
		view := db.Read(t.Context())
		trial, err := TrialBalance(view, Trial{Seq: 5, Prefix: "b", Limit: 10})
		if err != nil || len(trial) != 1 {
			t.Fatal(trial, err)
		}
		var got []money.Fen
		for from := int64(0); ; {
			page, err := AccountStatement(view, trial[0].ID, Period{1, 4}, from, 2)
			if err != nil {
				t.Fatal(err)
			}
			if page.Code != "b" || page.Opening != 1 || page.Closing != 15 {
				t.Errorf("%+v, want b from 1 to 15", page)
			}
			for _, l := range page.Lines {
				got, from = append(got, l.AmountFen, l.BalanceFen), l.Seq
			}
			if len(page.Lines) < 2 {
				break
			}
		}
		if diff := cmp.Diff([]money.Fen{2, 3, 4, 7, 8, 15}, got); diff != "" {
			t.Error(diff)
		}
		if _, err := AccountStatement(view, 1, Period{}, 0, 2); !errors.Is(err, ErrNoAccount) {
			t.Errorf("an account that is not there: %v", err)
		}
	})
}

func TestATrialBalanceSumsToZeroAtEverySeq(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		for i, p := range []Posting{
			{Entries: []Entry{{"bank", -100}, {"card:1", 60}, {"card:2", 40}}},
			{Entries: []Entry{{"card:1", -50}, {"coop:1:pending", 50}}},
			{Entries: []Entry{{"coop_x:1", -1}, {"card:2", 1}}},
		} {
			p.Kind, p.Reference = "test", fmt.Sprint(i)
			if err := post(db, []Posting{p}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := Seal(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		view := db.Read(t.Context())
		for seq := int64(0); seq <= 3; seq++ {
			var sum, classes money.Fen
			var codes []string
			for after := ""; ; {
				page, err := TrialBalance(view, Trial{Seq: seq, After: after, Limit: 2})
				if err != nil {
					t.Fatal(err)
				}
				for _, a := range page {
					sum, after, codes = sum+a.BalanceFen, a.Code, append(codes, a.Code)
				}
				if len(page) < 2 {
					break
				}
			}
			totals, err := Totals(view, seq)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range totals {
				classes += c.BalanceFen
			}
			if sum != 0 || classes != 0 {
				t.Errorf("after %d the accounts sum to %d and the classes to %d", seq, sum, classes)
			}
			if seq < 2 {
				continue
			}
			if got := totals[1]; seq == 2 && (len(codes) != 4 || got != ClassTotal{"card", 2, 50}) {
				t.Errorf("after 2: accounts %v, %+v", codes, totals)
			}
		}
		if page, err := TrialBalance(view, Trial{Seq: 3, Prefix: "coop:", Limit: 9}); err != nil || len(page) != 1 || page[0].Code != "coop:1:pending" {
			t.Errorf("coop: %v (%v)", page, err)
		}
	})
}

func TestACorrectionIsReversedOnceAndNothingElseIs(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var wrong []id.ID
		err := db.InTx(t.Context(), func(tx *storage.Tx) (err error) {
			correction := transfer("wrong", 30)[0]
			correction.Kind = Correction
			wrong, err = Post(tx, append(transfer("a sale", 5), correction))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		reverse := func(txID id.ID) (back id.ID, err error) {
			return back, db.InTx(t.Context(), func(tx *storage.Tx) error {
				back, err = Reverse(tx, txID)
				return err
			})
		}
		results := make(chan error, 4)
		var back id.ID
		var mu sync.Mutex
		for range 4 {
			go func() {
				made, err := reverse(wrong[1])
				if err == nil {
					mu.Lock()
					back = made
					mu.Unlock()
				}
				results <- err
			}()
		}
		happened := 0
		for range 4 {
			switch err := <-results; {
			case err == nil:
				happened++
			case !errors.Is(err, ErrReversed):
				t.Errorf("again: %v", err)
			}
		}
		if happened != 1 {
			t.Errorf("reversed %d times", happened)
		}
		if _, err := reverse(back); !errors.Is(err, ErrIrreversible) {
			t.Errorf("a reversal reversed: %v", err)
		}
		if _, err := reverse(wrong[0]); !errors.Is(err, ErrIrreversible) {
			t.Errorf("a transaction of others reversed: %v", err)
		}
		if _, err := reverse(1); !errors.Is(err, ErrNoTransaction) {
			t.Errorf("nothing reversed: %v", err)
		}
		wantBalance(t, db, "b", 5)
		if got, err := Get(db.Read(t.Context()), wrong[1]); err != nil || got.ReversedBy != back {
			t.Errorf("%+v (%v), want it reversed by %d", got, err, back)
		}
	})
}

func TestVouchersAreEveryEntryOfThePeriodOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		const n = vouchersAtOnce + 20
		postings := make([]Posting, n)
		for i := range postings {
			postings[i] = transfer(fmt.Sprint(i), money.Fen(i+1))[0]
		}
		if err := post(db, postings); err != nil {
			t.Fatal(err)
		}
		if _, err := Seal(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		var debit, credit money.Fen
		last, rows := int64(10), 0
		err := Vouchers(db.Read(t.Context()), Period{10, n}, func(page []Voucher) error {
			for _, v := range page {
				if v.Seq != last && v.Seq != last+1 {
					t.Errorf("%d follows %d", v.Seq, last)
				}
				last, rows, debit, credit = v.Seq, rows+1, debit+v.Debit(), credit+v.Credit()
			}
			return nil
		})
		if err != nil || last != n || rows != 2*(n-10) || debit != credit || debit == 0 {
			t.Errorf("%d rows up to %d, debit %d, credit %d (%v)", rows, last, debit, credit, err)
		}
	})
}

// Several replicas seal at once while others post: what one reports, all report.
func TestManySealersMakeOneJournal(t *testing.T) {
	dsn := storagetest.MySQL(t)
	var replicas []*storage.DB
	for range 3 {
		db, err := storage.Open(t.Context(), storage.Config{MySQLDSN: dsn}, clock.System())
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		replicas = append(replicas, db)
	}
	const each = 400
	var wg sync.WaitGroup
	for r, db := range replicas {
		wg.Go(func() {
			for i := range each / 20 {
				var postings []Posting
				for j := range 20 {
					postings = append(postings, transfer(fmt.Sprint(r, "-", i, "-", j), 1)...)
				}
				if err := post(db, postings); err != nil {
					t.Error(err)
				}
				if _, err := Seal(t.Context(), db); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	var shape struct{ N, Low, High, Waiting, Broken int64 }
	err := replicas[0].Read(t.Context()).Raw(`SELECT COUNT(*) n, MIN(c.seq) low, MAX(c.seq) high, (SELECT COUNT(*) FROM ledger_unsealed) waiting,
		COALESCE(SUM(c.balance_fen <> c.seq), 0) broken
		FROM ledger_checkpoints c JOIN ledger_accounts a ON a.id = c.account_id WHERE a.code = 'b'`).Scan(&shape).Error
	want := struct{ N, Low, High, Waiting, Broken int64 }{3 * each, 1, 3 * each, 0, 0}
	if err != nil || shape != want {
		t.Errorf("%+v (%v), want %+v", shape, err, want)
	}
}

// BenchmarkSeal tells how many transactions of four entries a second are sealed.
func BenchmarkSeal(b *testing.B) {
	db, err := storage.Open(b.Context(), storage.Config{MySQLDSN: os.Getenv("ZIQUE_BENCH_MYSQL_DSN"), Folder: b.TempDir()}, clock.System())
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	const n = 5000
	for b.Loop() {
		b.StopTimer()
		postings := make([]Posting, n)
		for i := range postings {
			postings[i] = Posting{Kind: "bench", Reference: rand.Text(), Entries: []Entry{
				{fmt.Sprint("card:", i), -1000}, {fmt.Sprint("cooperative:", i%20), 900}, {fmt.Sprint("village:", i%50), 50}, {fmt.Sprint("freight:", i%20), 50}}}
		}
		if err := post(db, postings); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if _, err := Seal(b.Context(), db); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "tx/s")
}
