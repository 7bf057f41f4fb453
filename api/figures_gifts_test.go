//go:build figures

package main

import (
	"net/http"
	"testing"
	"time"
)

const figureGifts = 5_000

// TestFigureGiftsTo5000 checks, quotes, places and pays gifts to 5,000 recipients from a file
// while somebody else buys the same goods; the books are checked at its end.
func TestFigureGiftsTo5000(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.bulker(t, 400, 10_000_00, 2*figureGifts)
		list := make([]map[string]any, figureGifts)
		for i := range list {
			list[i] = person(i)
		}
		body := b.gifts(1, nil)
		delete(body, "recipients")
		body["dry_run"], body["file_id"] = true, p.sheet(t, b.token, "名单.csv", giftRows(list...))
		began := time.Now()
		quoted := p.bulkAsked(t, b, body)
		t.Logf("read, checked and quoted in %s", time.Since(began).Round(time.Millisecond))
		if quoted.text("status") != "quoted" || quoted.fen("due_fen") != 0 {
			t.Fatalf("quoted: %.500s", quoted.raw)
		}
		at := "/ent/bulk-orders/" + quoted.text("id")
		buyer := p.basket(t)
		buyer.sku, buyer.price = b.sku, b.price
		began = time.Now()
		p.ok(t, http.StatusAccepted, b.token, "POST", at+"/place", map[string]any{"total_fen": quoted.fen("total_fen")})
		var longest time.Duration
		statuses := map[int]int{}
		var placed reply
		for {
			asked := time.Now()
			statuses[p.place(t, buyer, buyer.order(1)).status]++
			longest = max(longest, time.Since(asked))
			if placed = p.ok(t, http.StatusOK, b.token, "GET", at, nil); placed.text("status") != "placing" {
				break
			}
		}
		t.Logf("%d gifts placed and paid in %s; meanwhile orders of the same goods were answered %v, the slowest in %s",
			figureGifts, time.Since(began).Round(time.Millisecond), statuses, longest.Round(time.Millisecond))
		if placed.text("status") != "placed" || placed.fen("progress.done") != figureGifts {
			t.Fatalf("placed: %.500s", placed.raw)
		}
		began = time.Now()
		p.ok(t, http.StatusAccepted, b.token, "POST", at+"/cancel", nil)
		var now reply
		within(t, 10*time.Minute, func() bool {
			now = p.ok(t, http.StatusOK, b.token, "GET", at, nil)
			return now.text("status") != "cancelling"
		})
		t.Logf("%d of them cancelled in %s", now.fen("progress.done"), time.Since(began).Round(time.Second))
	})
}
