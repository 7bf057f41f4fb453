package verify_test

import (
	"fmt"
	"testing"

	"zique/internal/ledger"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
	"zique/internal/verify"
)

func TestWhatWasSealedSinceIsCheckedAndAFaultStays(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := 0
		seal := func() {
			t.Helper()
			err := db.InTx(t.Context(), func(tx *storage.Tx) error {
				n++
				_, err := ledger.Post(tx, []ledger.Posting{{Kind: "test", Reference: fmt.Sprint(n), Entries: []ledger.Entry{{Account: "a", Amount: -5}, {Account: "b", Amount: 5}}}})
				return err
			})
			if err == nil {
				_, err = ledger.Seal(t.Context(), db)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		wants := func(seq, head, broken int64) {
			t.Helper()
			now, err := verify.Incremental(t.Context(), db)
			if err != nil {
				t.Fatal(err)
			}
			last, err := verify.Last(db.Read(t.Context()))
			want := verify.Progress{Seq: seq, Head: head, Broken: broken, CheckedAt: db.Now()}
			if err != nil || now != want || last != want {
				t.Errorf("found %+v, kept %+v (%v), want %+v", now, last, err, want)
			}
		}
		change := func(statement string) {
			t.Helper()
			if err := db.InTx(t.Context(), func(tx *storage.Tx) error { return tx.Exec(statement).Error }); err != nil {
				t.Fatal(err)
			}
		}
		wants(0, 0, 0)
		seal()
		seal()
		wants(2, 2, 0)
		for _, sabotage := range [][2]string{
			{"UPDATE ledger_entries SET amount_fen = amount_fen + 1 WHERE amount_fen > 0 AND tx_id = (SELECT id FROM ledger_transactions WHERE seq = 3)",
				"UPDATE ledger_entries SET amount_fen = amount_fen - 1 WHERE amount_fen > 0 AND tx_id = (SELECT id FROM ledger_transactions WHERE seq = 3)"},
			{"UPDATE ledger_entries SET amount_fen = 2 * amount_fen WHERE tx_id = (SELECT id FROM ledger_transactions WHERE seq = 3)",
				"UPDATE ledger_entries SET amount_fen = amount_fen / 2 WHERE tx_id = (SELECT id FROM ledger_transactions WHERE seq = 3)"},
			{"UPDATE ledger_checkpoints SET seq = 9 WHERE seq = 3", "UPDATE ledger_checkpoints SET seq = 3 WHERE seq = 9"},
			{"UPDATE ledger_transactions SET seq = 9 WHERE seq = 3", "UPDATE ledger_transactions SET seq = 3 WHERE seq = 9"},
		} {
			if n == 2 {
				seal()
			}
			change(sabotage[0])
			wants(2, 3, 1)
			change(sabotage[1])
		}
		wants(3, 3, 0)
	})
}
