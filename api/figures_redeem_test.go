//go:build figures

package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/org"
	"zique/internal/pii"
	"zique/internal/redemption"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
	"zique/internal/worker"
)

// TestFigureRedeem10000Codes sets 10,000 codes that are checked and taken into a wallet beside
// bare multi-row statements that write the same rows, in one run.
func TestFigureRedeem10000Codes(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		const cards = redemption.MaxRows
		keys, err := pii.New("1", []byte(strings.Repeat("k", 32)))
		if err != nil {
			t.Fatal(err)
		}
		codes := aidcard.Codes{Pepper: []byte("p"), Rand: strings.NewReader("")}
		service := redemption.NewService(db, codes, keys, nil)
		by := audit.Actor{UserID: 5, OrgID: 7, Peer: "127.0.0.1"}
		lines, ids := make([]redemption.Line, cards), make([]id.ID, cards)
		timed(t, db, func(tx *storage.Tx) error {
			batch := aidcard.Batch{ID: 1, ProgramID: 1, EnterpriseID: 7, FaceFen: 1000, CardCount: cards, CreatedAt: tx.Now()}
			if err := tx.Create(&batch).Error; err != nil {
				return err
			}
			if err := tx.Create(&org.Organisation{ID: 7, Kind: org.Enterprise, Status: org.Admitted, Name: "x"}).Error; err != nil {
				return err
			}
			for i := range ids {
				ids[i] = tx.NewID()
			}
			if _, err := aidcard.Mint(tx, batch, ids, aidcard.Registered, nil); err != nil {
				return err
			}
			for at := 0; at < cards; at += figureChunk {
				some := map[id.ID]string{}
				for i := at; i < at+figureChunk; i++ {
					lines[i] = redemption.Line{Number: int64(i + 1), Code: fmt.Sprintf("%024d", i)}
					some[ids[i]] = lines[i].Code
				}
				if err := codes.SetCodes(tx, some); err != nil {
					return err
				}
			}
			return nil
		})
		began := time.Now()
		guess, err := aidcard.BeginGuess(context.Background(), db, by)
		if err != nil {
			t.Fatal(err)
		}
		var asked redemption.Redemption
		checking := timed(t, db, func(tx *storage.Tx) (err error) {
			asked, err = service.Add(tx, by, redemption.Order{Kind: redemption.Wallet, Mode: redemption.ValidRows, Lines: lines}, guess)
			return err
		})
		if err := worker.NewRunner(db, map[string]worker.Handler{redemption.JobKind: service.Run}).Drain(context.Background()); err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		if now, err := redemption.Get(db.Read(context.Background()), 7, asked.ID); err != nil || now.Redeemed != cards {
			t.Fatalf("redeemed %d (%v)", now.Redeemed, err)
		}
		bare := timed(t, db, func(tx *storage.Tx) error { return bareRedemption(tx, ids) })
		t.Logf("%d codes in %s (checked in %s), their rows alone in %s: %.2f of it", cards, took.Round(time.Millisecond), checking.Round(time.Millisecond), bare.Round(time.Millisecond), bare.Seconds()/took.Seconds())
	})
}

// bareRedemption writes what a redemption writes, with nothing looked up: a row of each card,
// that it is good, that it is redeemed, the card itself, and the log.
func bareRedemption(tx *storage.Tx, ids []id.ID) error {
	for len(ids) > 0 {
		some := ids[:figureChunk]
		ids = ids[figureChunk:]
		first := int64(tx.NewID())
		for range 2 * figureChunk {
			tx.NewID() // the rows' ids, which nobody else may get
		}
		var rows, log, cases, cards strings.Builder
		for i, cardID := range some {
			comma := ","
			if i == 0 {
				comma = ""
			}
			row := first + int64(i)
			fmt.Fprintf(&rows, "%s(%d, %d, %d, '%064d', '0000', 0, 0, NULL, 'accepted', '[]', NULL, 0)", comma, row, first, i+1, row)
			fmt.Fprintf(&log, `%s(%d, 5, 7, 0, 'card.redeemed', 'card', %d, '{"status":"issued"}', '{"holder_id":"7","status":"active"}', '', '127.0.0.1', '', 1)`, comma, row+figureChunk, cardID)
			fmt.Fprintf(&cases, " WHEN %d THEN %d", row, row)
			fmt.Fprintf(&cards, "%s%d", comma, cardID)
		}
		for _, statement := range []string{
			"INSERT INTO redemption_rows (id, redemption_id, line_number, code_hash, code_end, sku_id, quantity, address_cipher, status, problems, card_id, order_id) VALUES " + rows.String(),
			"UPDATE aid_cards SET status = 'active', holder_id = 7 WHERE id IN (" + cards.String() + ")",
			"INSERT INTO audit_log (id, actor_id, org_id, about_org_id, action, subject, subject_id, before_json, after_json, reason, peer, request_id, created_at) VALUES " + log.String(),
			fmt.Sprintf("UPDATE redemption_rows SET status = 'redeemed', card_id = CASE id%s END WHERE id BETWEEN %d AND %d", cases.String(), first, first+figureChunk-1),
		} {
			if err := tx.Exec(statement).Error; err != nil {
				return err
			}
		}
	}
	return nil
}
