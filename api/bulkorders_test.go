package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"zique/internal/aidcard"
	"zique/internal/catalog"
	"zique/internal/clock"
	"zique/internal/money"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

// bulker is the demo enterprise's secretary with cards of her own.
type bulker struct {
	basket
	userID string
}

// bulker gives the secretary cards of a face, the last quarter of which expire, and a SKU
// enough units.
func (p *program) bulker(t *testing.T, cards, face, stock int64) bulker {
	t.Helper()
	b := bulker{basket: p.basket(t)}
	shown := p.ok(t, http.StatusOK, "", "GET", "/products/"+p.goodsOfDemoCooperative(t).product, nil)
	b.sku, b.price = shown.text("skus.0.id"), shown.fen("skus.0.price_fen")
	b.token = p.signIn(t, secretaryPhone)
	b.userID = p.ok(t, http.StatusOK, b.token, "GET", "/me", nil).text("user.id")
	b.address = p.call(t, b.token, "POST", "/addresses", person(0)).text("id")
	b.cards = nil
	p.inDatabase(t, func(tx *storage.Tx) error {
		var program aidcard.Program
		if err := tx.First(&program).Error; err != nil {
			return err
		}
		b.cards = nil
		end := clock.FromTime(tx.Now().Time().AddDate(1, 0, 0))
		for _, of := range []aidcard.Issuing{{Count: cards - cards/4}, {Count: cards / 4, Kind: aidcard.Anonymous, ExpiresAt: &end}} {
			if of.Count == 0 {
				continue
			}
			of.ProgramID, of.EnterpriseID, of.FaceFen = program.ID, 2, money.Fen(face)
			_, made, err := aidcard.Issue(tx, of)
			if err != nil {
				return err
			}
			for _, c := range made {
				b.cards = append(b.cards, c.ID.String())
			}
			if err := tx.Model(&aidcard.Card{}).Where("batch_id = ?", made[0].BatchID).Updates(map[string]any{"holder_id": idOf(t, b.userID), "status": aidcard.Active}).Error; err != nil {
				return err
			}
		}
		var sku catalog.SKU
		if err := tx.Take(&sku, idOf(t, b.sku)).Error; err != nil {
			return err
		}
		if stock == 0 {
			return nil
		}
		return catalog.Move(tx, []catalog.Movement{{SKUID: sku.ID, Kind: catalog.Received, Delta: stock, ReferenceID: sku.ProductID}})
	})
	return b
}

// person is the n-th recipient.
func person(n int) map[string]any {
	return map[string]any{"name": fmt.Sprint("收礼人", n), "phone": fmt.Sprintf("137%08d", n), "province": []string{"湖南省", "广东省"}[n%2], "city": "长沙市", "district": "岳麓区", "detail": fmt.Sprint(n, " 号")}
}

func people(n int) []any {
	all := make([]any, n)
	for i := range all {
		all[i] = person(i)
	}
	return all
}

func (b bulker) gifts(quantity int, recipients []any) map[string]any {
	return map[string]any{"items": []any{map[string]any{"sku_id": b.sku, "quantity": quantity, "price_fen": b.price}}, "recipients": recipients, "all": true}
}

// bulkAsked is what a bulk order has come to once nothing works on it.
func (p *program) bulkAsked(t *testing.T, b bulker, body map[string]any) reply {
	t.Helper()
	placed := p.call(t, b.token, "POST", "/ent/bulk-orders", body, "Idempotency-Key", p.key())
	if placed.status != http.StatusAccepted {
		t.Fatalf("asked: %d %s", placed.status, placed.raw)
	}
	return p.settledBulk(t, b, placed.text("id"))
}

func (p *program) settledBulk(t *testing.T, b bulker, bulkID string) (now reply) {
	t.Helper()
	eventually(t, func() bool {
		now = p.ok(t, http.StatusOK, b.token, "GET", "/ent/bulk-orders/"+bulkID, nil)
		return !strings.HasSuffix(now.text("status"), "ing")
	})
	return now
}

// left is what each card holds, by id.
func (p *program) left(t *testing.T, b bulker) map[string]int64 {
	t.Helper()
	held := map[string]int64{}
	found := p.ok(t, http.StatusOK, b.token, "GET", "/cards", nil)
	for i := range found.at("items").([]any) {
		held[found.text(fmt.Sprintf("items.%d.id", i))] = found.fen(fmt.Sprintf("items.%d.balance_fen", i))
	}
	return held
}

func TestOneLargeOrderIsPaidWithHundredsOfCardsTheFirstToExpireFirst(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.bulker(t, 400, 5_00, 1000)
		quantity := 300*500/int(b.price) - 5
		large := map[string]any{"items": []any{map[string]any{"sku_id": b.sku, "quantity": quantity, "price_fen": b.price}}, "address_id": b.address, "all": true}
		key := p.key()
		first := p.call(t, b.token, "POST", "/ent/bulk-orders", large, "Idempotency-Key", key)
		again := p.call(t, b.token, "POST", "/ent/bulk-orders", large, "Idempotency-Key", key)
		if again.status != http.StatusAccepted || again.text("id") != first.text("id") || again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("again: %d %s", again.status, again.raw)
		}
		done := p.settledBulk(t, b, first.text("id"))
		if done.text("status") != "placed" || done.fen("orders") != 1 || done.fen("progress.done") != 1 || done.fen("goods_fen") != int64(quantity)*b.price {
			t.Fatalf("placed: %s", done.raw)
		}
		rows := p.ok(t, http.StatusOK, b.token, "GET", "/ent/bulk-orders/"+done.text("id")+"/rows", nil)
		order := p.ok(t, http.StatusOK, b.token, "GET", "/orders/"+rows.text("items.0.order_id"), nil)
		total := order.fen("total_fen")
		if payments := len(order.at("payments").([]any)); total != done.fen("total_fen") || int64(payments) != (total+499)/500 || payments < 250 {
			t.Errorf("%d cards paid %d of %s", payments, total, done.raw)
		}
		held := p.left(t, b)
		for i, cardID := range append(b.cards[300:], b.cards[:300]...) { // those that expire, then the oldest
			want := max(0, min(500, int64(i+1)*500-total))
			if held[cardID] != want {
				t.Fatalf("card %d of the order in which they are used holds %d, want %d", i, held[cardID], want)
			}
		}
	})
}

func TestABulkOrderThatCannotBePaidNamesTheCardOrTheItem(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.bulker(t, 4, 100_00, 0)
		p.sql(t, "UPDATE aid_cards SET status = 'frozen', frozen_for = 'desk' WHERE id = "+b.cards[1])
		stranger := p.basket(t).cards[0]
		large := func(change map[string]any) reply {
			body := map[string]any{"items": []any{map[string]any{"sku_id": b.sku, "quantity": 1, "price_fen": b.price}}, "address_id": b.address, "card_ids": []string{b.cards[0]}}
			for name, value := range change {
				body[name] = value
			}
			return p.bulkAsked(t, b, body)
		}
		for field, c := range map[string]struct {
			change map[string]any
			code   string
		}{
			"card_ids[1]":                {map[string]any{"card_ids": b.cards[:2]}, "card_frozen"},
			"card_ids[0]":                {map[string]any{"card_ids": []string{stranger}}, "card_not_usable"},
			"card_ids":                   {map[string]any{"items": []any{map[string]any{"sku_id": b.sku, "quantity": 100_00/b.price + 1, "price_fen": b.price}}}, "insufficient_balance"},
			"rows[1].items[0].sku_id":    {map[string]any{"items": []any{map[string]any{"sku_id": "5", "quantity": 1, "price_fen": 1}}}, "invalid_field"},
			"rows[1].items[0].quantity":  {map[string]any{"items": []any{map[string]any{"sku_id": b.sku, "quantity": 9999, "price_fen": b.price}}}, "out_of_stock"},
			"rows[1].items[0].price_fen": {map[string]any{"items": []any{map[string]any{"sku_id": b.sku, "quantity": 1, "price_fen": 1}}}, "price_changed"},
		} {
			declined := large(c.change)
			if declined.text("status") != "declined" || declined.text("problem.code") != c.code || declined.text("problem.errors.0.field") != field {
				t.Errorf("%s: %s", field, declined.raw)
			}
		}
		p.sql(t, "UPDATE card_programs SET accepts_all = 0")
		if declined := large(nil); declined.text("problem.code") != "card_not_accepted" || declined.text("problem.errors.0.field") != "card_ids[0]" || declined.text("problem.errors.1.field") != "rows[1].items[0].sku_id" {
			t.Errorf("not accepted: %s", declined.raw)
		}
		if declined := p.bulkAsked(t, b, b.gifts(1, people(1))); declined.text("problem.code") != "insufficient_balance" { // of all cards those that are taken
			t.Errorf("none accepted: %s", declined.raw)
		}
		if held := p.left(t, b); held[b.cards[0]] != 100_00 {
			t.Errorf("a declined order took %d", 100_00-held[b.cards[0]])
		}
	})
}

func TestWhatIsWrongWithABulkOrderIsNamedAtOnce(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.bulker(t, 0, 1, 0)
		twice := b.gifts(1, append(people(2), person(1)))
		province := person(0)
		province["province"] = "湖男省"
		phone := person(0)
		phone["phone"] = "1371234"
		nothing := b.gifts(1, people(1))
		delete(nothing, "items")
		cards := b.gifts(1, people(1))
		cards["card_ids"] = []string{"5"}
		both := b.gifts(1, people(1))
		both["address_id"] = b.address
		foreign := map[string]any{"items": nothing["items"], "address_id": p.basket(t).address, "all": true}
		file := b.gifts(1, nil)
		delete(file, "recipients")
		file["file_id"] = p.sheet(t, p.signIn(t, financePhone), "名单.csv", giftRows(person(0)))
		for field, body := range map[string]map[string]any{
			"recipients[2].phone": twice, "recipients[0].province": b.gifts(1, []any{province}), "recipients[0].phone": b.gifts(1, []any{phone}),
			"recipients[0].sku_id": nothing, "card_ids": cards, "address_id": both, "recipients": b.gifts(1, []any{}), "items[0].quantity": b.gifts(10_000, people(1)), "file_id": file,
		} {
			if bad := p.call(t, b.token, "POST", "/ent/bulk-orders", body, "Idempotency-Key", p.key()); bad.status != http.StatusBadRequest || bad.text("errors.0.field") != field {
				t.Errorf("%s: %d %s", field, bad.status, bad.raw)
			}
		}
		if bad := p.call(t, b.token, "POST", "/ent/bulk-orders", foreign, "Idempotency-Key", p.key()); bad.status != http.StatusBadRequest {
			t.Errorf("another's address: %s", bad.raw)
		}
		p.call(t, b.token, "POST", "/ent/bulk-orders", b.gifts(1, people(1))).wants(t, http.StatusBadRequest, "idempotency_key_required")
		if none := p.ok(t, http.StatusOK, b.token, "GET", "/ent/bulk-orders", nil); len(none.at("items").([]any)) != 0 {
			t.Errorf("something is left: %s", none.raw)
		}
	})
}

// giftRows is a file of recipients.
func giftRows(people ...map[string]any) []byte {
	file := "收货人,手机号,省份,城市,区县,详细地址,规格编号,数量\n"
	for _, r := range people {
		for i, key := range []string{"name", "phone", "province", "city", "district", "detail", "sku_id", "quantity"} {
			if value := r[key]; value != nil {
				file += fmt.Sprint(value)
			}
			if i < 7 {
				file += ","
			}
		}
		file += "\n"
	}
	return []byte(file)
}

func TestGiftsFromAFileAreCheckedQuotedPlacedAndCancelledAsAWhole(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		const n = 30
		b := p.bulker(t, 40, 500_00, 1000)
		before := p.left(t, b)
		wrong, own, list := person(1), person(2), []map[string]any{}
		wrong["province"], wrong["phone"] = "湖男省", "1"
		own["sku_id"], own["quantity"] = b.sku, 3
		upload := func(people ...map[string]any) map[string]any {
			body := b.gifts(1, nil)
			delete(body, "recipients")
			body["dry_run"], body["file_id"] = true, p.sheet(t, b.token, "名单.csv", giftRows(people...))
			return body
		}
		rejected := p.bulkAsked(t, b, upload(person(0), wrong, person(0)))
		if rejected.text("status") != "rejected" || rejected.fen("problem.rows_total") != 3 || rejected.fen("problem.row_errors.0.row") != 3 || rejected.text("problem.row_errors.2.code") != "repeated" {
			t.Errorf("rejected: %s", rejected.raw)
		}
		if file := p.fetch(t, b.token, "GET", "/ent/bulk-orders/"+rejected.text("id")+"/errors", nil); file.status != http.StatusOK || !strings.Contains(string(file.raw), "错误") {
			t.Errorf("the file with what is wrong: %d %s", file.status, file.raw)
		}
		p.call(t, b.token, "POST", "/ent/bulk-orders/"+rejected.text("id")+"/place", map[string]any{"total_fen": 0}).wants(t, http.StatusConflict, "state_conflict")

		for i := range n {
			if list = append(list, person(i)); i == 2 {
				list[i] = own
			}
		}
		quoted := p.bulkAsked(t, b, upload(list...))
		if quoted.text("status") != "quoted" || quoted.fen("orders") != n || quoted.fen("goods_fen") != (n+2)*b.price || quoted.fen("due_fen") != 0 || quoted.fen("progress.done") != 0 {
			t.Fatalf("quoted: %s", quoted.raw)
		}
		at := "/ent/bulk-orders/" + quoted.text("id")
		if rows := p.ok(t, http.StatusOK, b.token, "GET", at+"/rows?limit=2", nil); rows.text("items.1.name") != "收**" || rows.text("items.1.order_id") != "" || rows.text("next_cursor") == "" {
			t.Errorf("rows before: %s", rows.raw)
		}
		p.call(t, b.token, "POST", at+"/place", map[string]any{"total_fen": quoted.fen("total_fen") - 1}).wants(t, http.StatusConflict, "price_changed")
		p.call(t, p.signIn(t, financePhone), "POST", at+"/place", map[string]any{"total_fen": quoted.fen("total_fen")}).wants(t, http.StatusForbidden, "forbidden")
		var both sync.WaitGroup // the word twice places it once
		for range 2 {
			both.Go(func() {
				p.ok(t, http.StatusAccepted, b.token, "POST", at+"/place", map[string]any{"total_fen": quoted.fen("total_fen")})
			})
		}
		both.Wait()
		placed := p.settledBulk(t, b, quoted.text("id"))
		if placed.text("status") != "placed" || placed.fen("progress.done") != n || placed.fen("total_fen") != quoted.fen("total_fen") {
			t.Fatalf("placed: %s", placed.raw)
		}
		p.ok(t, http.StatusAccepted, b.token, "POST", at+"/place", map[string]any{"total_fen": placed.fen("total_fen")}) // repeated
		var rows, sum int64
		for cursor := ""; ; {
			page := p.ok(t, http.StatusOK, b.token, "GET", at+"/rows?limit=20"+cursor, nil)
			for i := range page.at("items").([]any) {
				rows++
				sum += page.fen(fmt.Sprintf("items.%d.total_fen", i))
				if page.text(fmt.Sprintf("items.%d.status", i)) != "paid" {
					t.Errorf("row: %s", page.raw)
				}
			}
			if cursor = page.text("next_cursor"); cursor == "" {
				break
			}
			cursor = "&cursor=" + cursor
		}
		var spent int64
		for cardID, held := range p.left(t, b) {
			spent += before[cardID] - held
		}
		if rows != n || sum != placed.fen("total_fen") || spent != sum {
			t.Errorf("%d rows of %d fen, and cards paid %d of %s", rows, sum, spent, placed.raw)
		}
		sheet := p.fetch(t, b.token, "GET", at+"/file?format=csv", nil)
		if lines := strings.Count(string(sheet.raw), "\n"); sheet.status != http.StatusOK || lines != n+1 || strings.Contains(string(sheet.raw), "13700000003") {
			t.Errorf("the sheet: %d, %d lines: %s", sheet.status, lines, sheet.raw)
		}

		for range 2 {
			p.ok(t, http.StatusAccepted, b.token, "POST", at+"/cancel", nil)
		}
		cancelled := p.settledBulk(t, b, quoted.text("id"))
		if cancelled.text("status") != "cancelled" || cancelled.fen("progress.done") != n {
			t.Errorf("cancelled: %s", cancelled.raw)
		}
		for cardID, held := range p.left(t, b) {
			if held != before[cardID] {
				t.Errorf("card %s holds %d, held %d", cardID, held, before[cardID])
			}
		}
	})
}

func (p *program) stockOf(t *testing.T, sku string) (stock int64) {
	t.Helper()
	p.inDatabase(t, func(tx *storage.Tx) error {
		return tx.Raw("SELECT stock FROM skus WHERE id = ?", sku).Scan(&stock).Error
	})
	return stock
}

func TestABulkOrderIsWholeOrNotThere(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.bulker(t, 8, 500_00, 2000)
		stock := p.stockOf(t, b.sku)
		body := b.gifts(1, people(10))
		body["dry_run"] = true
		quoted := p.bulkAsked(t, b, body)
		at := "/ent/bulk-orders/" + quoted.text("id")
		p.sql(t, "INSERT INTO stock_movements (id, sku_id, kind, delta, reference_id, created_at) SELECT 77, id, 'received', 9 - stock, product_id, 1 FROM skus WHERE id = "+b.sku)
		p.sql(t, "UPDATE skus SET stock = 9 WHERE id = "+b.sku)
		p.ok(t, http.StatusAccepted, b.token, "POST", at+"/place", map[string]any{"total_fen": quoted.fen("total_fen")})
		declined := p.settledBulk(t, b, quoted.text("id"))
		if declined.text("status") != "declined" || declined.text("problem.code") != "out_of_stock" || declined.text("problem.errors.0.field") != "rows[10].items[0].quantity" || p.stockOf(t, b.sku) != 9 {
			t.Errorf("declined: %s, %d units left", declined.raw, p.stockOf(t, b.sku))
		}
		p.sql(t, "UPDATE stock_movements SET delta = delta + ? - 9 WHERE id = 77", stock)
		p.sql(t, "UPDATE skus SET stock = ? WHERE id = "+b.sku, stock)
		p.sql(t, "DELETE FROM stock_movements WHERE id = 77")

		p.sql(t, "UPDATE bulk_orders SET status = 'placing', problem_json = '' WHERE id = "+quoted.text("id")) // who was suspended meanwhile buys nothing
		p.sql(t, "UPDATE organisations SET status = 'suspended' WHERE id = (SELECT org_id FROM bulk_orders WHERE id = "+quoted.text("id")+")")
		p.sql(t, "UPDATE jobs SET status = 'queued', finished_at = NULL WHERE id = (SELECT job_id FROM bulk_orders WHERE id = "+quoted.text("id")+")")
		if suspended := p.settledBulk(t, b, quoted.text("id")); suspended.text("status") != "declined" || suspended.text("problem.code") != "org_suspended" {
			t.Errorf("suspended: %s", suspended.raw)
		}
		p.sql(t, "UPDATE organisations SET status = 'admitted' WHERE status = 'suspended'")

		var all sync.WaitGroup // two at once for cards that pay for one
		half := b.gifts(int(8*500_00/b.price/12), people(10))
		ends := make([]reply, 2)
		for i := range ends {
			all.Go(func() { ends[i] = p.bulkAsked(t, b, half) })
		}
		all.Wait()
		statuses := map[string]int{ends[0].text("status"): 1}
		statuses[ends[1].text("status")]++
		if statuses["placed"] != 1 || statuses["declined"] != 1 {
			t.Errorf("of two one should be there: %s %s", ends[0].raw, ends[1].raw)
		}
		p.ok(t, http.StatusAccepted, b.token, "POST", at+"/cancel", nil) // gives the list up
		if gone := p.ok(t, http.StatusOK, b.token, "GET", at, nil); gone.text("status") != "cancelled" {
			t.Errorf("given up: %s", gone.raw)
		}
		if rows := p.ok(t, http.StatusOK, b.token, "GET", at+"/rows", nil); len(rows.at("items").([]any)) != 0 {
			t.Errorf("the list is still there: %s", rows.raw)
		}
	})
}

func TestWhatWasSentOfABulkOrderStays(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.bulker(t, 8, 500_00, 100)
		placed := p.bulkAsked(t, b, b.gifts(1, people(3)))
		at := "/ent/bulk-orders/" + placed.text("id")
		rows := p.ok(t, http.StatusOK, b.token, "GET", at+"/rows", nil)
		order := p.ok(t, http.StatusOK, b.token, "GET", "/orders/"+rows.text("items.1.order_id"), nil)
		p.call(t, p.signIn(t, demoCooperative), "POST", "/coop/orders/"+order.text("sub_orders.0.id")+"/shipments", parcelBody(), "Idempotency-Key", p.key()).made(t)
		shown := p.ok(t, http.StatusOK, b.token, "GET", at+"/rows", nil)
		if shown.text("items.1.status") != "shipped" || shown.text("items.1.shipments.0.tracking_no") == "" {
			t.Errorf("sent: %s", shown.raw)
		}
		p.call(t, b.token, "POST", at+"/cancel", nil).wants(t, http.StatusConflict, "state_conflict")
		p.sql(t, "UPDATE bulk_orders SET status = 'cancelling' WHERE id = "+placed.text("id")) // as if it was asked before
		p.sql(t, "UPDATE jobs SET status = 'queued', finished_at = NULL WHERE id = (SELECT job_id FROM bulk_orders WHERE id = "+placed.text("id")+")")
		part := p.settledBulk(t, b, placed.text("id"))
		if part.text("status") != "partly_cancelled" || part.fen("progress.done") != 2 {
			t.Errorf("cancelled while some was sent: %s", part.raw)
		}
	})
}

// TestGiftsSurviveKill9 kills the program while gifts are cancelled and others are placed:
// each is there once, and ended once.
func TestGiftsSurviveKill9(t *testing.T) {
	for name, env := range map[string]map[string]string{
		"sqlite": {},
		"mysql":  {"ZIQUE_MYSQL_DSN": storagetest.MySQL(t), "ZIQUE_REDIS_URL": os.Getenv("ZIQUE_TEST_REDIS_URL"), "ZIQUE_MODE": "demo"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const n = 60
			env["ZIQUE_DATA"], env["ZIQUE_ADDR"] = t.TempDir(), "127.0.0.1:0"
			running := spawn(t, env)
			b := running.bulker(t, 8, 1000_00, 1000)
			first := running.bulkAsked(t, b, b.gifts(1, people(n)))
			at := "/ent/bulk-orders/" + first.text("id")
			running.ok(t, http.StatusAccepted, b.token, "POST", at+"/cancel", nil)
			eventually(t, func() bool { return running.ok(t, http.StatusOK, b.token, "GET", at, nil).fen("progress.done") > 0 })
			second := running.call(t, b.token, "POST", "/ent/bulk-orders", b.gifts(1, people(n)), "Idempotency-Key", "killed")
			running.kill()
			running = spawn(t, env)
			b.token = running.signIn(t, secretaryPhone)
			if gone := running.settledBulk(t, b, first.text("id")); gone.text("status") != "cancelled" || gone.fen("progress.done") != n {
				t.Errorf("cancelled: %s", gone.raw)
			}
			placed := running.settledBulk(t, b, second.text("id"))
			if placed.text("status") != "placed" || placed.fen("progress.done") != n {
				t.Errorf("placed: %s", placed.raw)
			}
			var spent int64
			for cardID, held := range running.left(t, b) {
				if slices.Contains(b.cards, cardID) {
					spent += 1000_00 - held
				}
			}
			if spent != placed.fen("total_fen") {
				t.Errorf("cards paid %d of %s", spent, placed.raw)
			}
			running.kill()
			var report bytes.Buffer
			if err := run(context.Background(), []string{"verify"}, running.getenv, &report); err != nil {
				t.Errorf("verify: %v\n%s", err, report.String())
			}
		})
	}
}
