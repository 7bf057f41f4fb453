//go:build figures

package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"zique/internal/aidcard"
	"zique/internal/id"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

const (
	figureCards = 100_000
	figureChunk = 1000
)

// TestFigureMint100000Cards mints a batch of 100,000 in a program that is killed three times.
func TestFigureMint100000Cards(t *testing.T) {
	for name, env := range map[string]map[string]string{
		"sqlite": {},
		"mysql":  {"ZIQUE_MYSQL_DSN": storagetest.MySQL(t), "ZIQUE_REDIS_URL": os.Getenv("ZIQUE_TEST_REDIS_URL"), "ZIQUE_MODE": "demo"},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			mintKilled(t, env, figureCards, 3)
			t.Logf("%d cards, killed three times, in %s", figureCards, time.Since(began).Round(time.Second))
		})
	}
}

// TestFigureMintRate sets the rate of minting beside that of a bare insert of the same rows,
// in turns in one run.
func TestFigureMintRate(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		batch := aidcard.Batch{ID: 1, ProgramID: 1, EnterpriseID: 2, FaceFen: 1000, CardCount: figureCards}
		var minting, bare time.Duration
		const rounds = 20
		for round := range rounds {
			minting += timed(t, db, func(tx *storage.Tx) error {
				ids := make([]id.ID, figureChunk)
				for i := range ids {
					ids[i] = tx.NewID()
				}
				_, err := aidcard.Mint(tx, batch, ids, aidcard.Registered, nil)
				return err
			})
			bare += timed(t, db, func(tx *storage.Tx) error { return bareRows(tx, round) })
		}
		rate := func(took time.Duration) float64 { return rounds * figureChunk / took.Seconds() }
		t.Logf("minting %.0f cards/s, their rows alone %.0f cards/s: %.2f of it", rate(minting), rate(bare), bare.Seconds()/minting.Seconds())
	})
}

func timed(t *testing.T, db *storage.DB, step func(tx *storage.Tx) error) time.Duration {
	t.Helper()
	began := time.Now()
	if err := db.InTx(context.Background(), step); err != nil {
		t.Fatal(err)
	}
	return time.Since(began)
}

// bareRows inserts what minting a chunk inserts, with nothing looked up and nothing made by
// reflection: a card, its account, a transaction, its mark and two entries for each.
func bareRows(tx *storage.Tx, round int) error {
	rows := map[string][]string{}
	first := int64(tx.NewID())
	for range 4 * figureChunk {
		tx.NewID() // the rows' ids, which nobody else may get
	}
	at := func(n, i int) int64 { return first + int64(n*figureChunk+i) }
	for i := range figureChunk {
		card := at(0, i)
		rows["aid_cards (id, batch_id, number, face_fen, balance_fen, status)"] = append(rows["aid_cards (id, batch_id, number, face_fen, balance_fen, status)"], fmt.Sprintf("(%d, 1, 'ZQ%019d', 1000, 1000, 'issued')", card, card))
		rows["ledger_accounts (id, code, created_at)"] = append(rows["ledger_accounts (id, code, created_at)"], fmt.Sprintf("(%d, 'card:%d', 1)", at(1, i), card))
		rows["ledger_transactions (id, kind, reference, posted_at)"] = append(rows["ledger_transactions (id, kind, reference, posted_at)"], fmt.Sprintf("(%d, 'card_issue', '%d', 1)", at(2, i), card))
		rows["ledger_entries (id, tx_id, account_id, amount_fen)"] = append(rows["ledger_entries (id, tx_id, account_id, amount_fen)"],
			fmt.Sprintf("(%d, %d, %d, 1000), (%d, %d, 7, -1000)", at(2, i), at(2, i), at(1, i), at(3, i), at(2, i)))
		rows["ledger_unsealed (tx_id)"] = append(rows["ledger_unsealed (tx_id)"], fmt.Sprintf("(%d)", at(2, i)))
	}
	for table, values := range rows {
		if err := tx.Exec("INSERT INTO " + table + " VALUES " + strings.Join(values, ", ")).Error; err != nil {
			return err
		}
	}
	return nil
}
