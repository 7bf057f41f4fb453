package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"zique/internal/storage"
)

// sql changes the program's database behind its back, for what no call does yet.
func (p *program) sql(t *testing.T, statement string, values ...any) {
	t.Helper()
	p.inDatabase(t, func(tx *storage.Tx) error { return tx.Exec(statement, values...).Error })
}

// twoParts orders one unit each of two cooperatives that both charge freight.
func (p *program) twoParts(t *testing.T, b basket) reply {
	t.Helper()
	items, seen := []any{}, map[string]bool{}
	for i := range 100 {
		list := p.call(t, "", "GET", "/products?limit=100", nil)
		cooperative := list.text(fmt.Sprintf("items.%d.cooperative.id", i))
		if cooperative == "" || seen[cooperative] || list.fen(fmt.Sprintf("items.%d.cooperative.freight_fen", i)) == 0 {
			continue
		}
		seen[cooperative] = true
		product := p.call(t, "", "GET", "/products/"+list.text(fmt.Sprintf("items.%d.id", i)), nil)
		items = append(items, map[string]any{"sku_id": product.text("skus.0.id"), "quantity": 1, "price_fen": product.fen("skus.0.price_fen")})
		if len(items) == 2 {
			break
		}
	}
	placed := p.place(t, b, map[string]any{"items": items, "address_id": b.address, "card_ids": b.cards})
	if placed.status != http.StatusCreated || placed.text("sub_orders.1.id") == "" {
		t.Fatalf("an order of two cooperatives: %s", placed.raw)
	}
	return placed
}

func (p *program) refund(t *testing.T, b basket, orderID string, body any) reply {
	t.Helper()
	return p.call(t, b.token, "POST", "/orders/"+orderID+"/refunds", body, "Idempotency-Key", p.key())
}

func TestFreightComesBackFromTheCooperativeWhoseGoodsDo(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		placed := p.twoParts(t, b)
		second := placed.text("sub_orders.1.id")
		line := 0
		if placed.text("lines.1.sub_order_id") == second {
			line = 1
		}
		freight := placed.fen("sub_orders.1.freight_fen")
		ask := map[string]any{"reason": "不要了", "freight_fen": freight + 1,
			"lines": []any{map[string]any{"line_id": placed.text(fmt.Sprintf("lines.%d.id", line)), "quantity": 1}}}
		p.refund(t, b, placed.text("id"), ask).wants(t, http.StatusConflict, "refund_exceeds")
		ask["freight_fen"] = freight
		if r := p.refund(t, b, placed.text("id"), ask); r.status != http.StatusCreated || r.fen("freight_fen") != freight {
			t.Errorf("refund: %s", r.raw)
		}
		now := p.call(t, b.token, "GET", "/orders/"+placed.text("id"), nil)
		if now.fen("sub_orders.0.refunded_freight_fen") != 0 || now.fen("sub_orders.1.refunded_freight_fen") != freight ||
			now.text("sub_orders.0.status") != "paid" || now.text("sub_orders.1.status") != "cancelled" {
			t.Errorf("after the refund: %s", now.raw)
		}
		alone := map[string]any{"reason": "迟到", "freight_fen": 1, "sub_order_id": placed.text("sub_orders.0.id")}
		p.refund(t, b, placed.text("id"), alone).wants(t, http.StatusConflict, "refund_exceeds") // it is still to be sent
		alone["sub_order_id"] = "7"
		if unknown := p.refund(t, b, placed.text("id"), alone); unknown.status != http.StatusNotFound || unknown.text("errors.0.field") != "sub_order_id" {
			t.Errorf("a part of another order: %s", unknown.raw)
		}
	})
}

func TestOnePartOfAnOrderIsCancelledAndTheOtherStays(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		placed := p.twoParts(t, b)
		path := "/orders/" + placed.text("id") + "/cancel"
		p.call(t, b.token, "POST", path, map[string]any{"sub_order_id": ""}).wants(t, http.StatusBadRequest, "invalid_field")
		for _, verb := range []string{"/cancel", "/receipt"} {
			missing := p.call(t, b.token, "POST", "/orders/"+placed.text("id")+verb, map[string]any{"sub_order_id": "12"})
			if missing.wants(t, http.StatusNotFound, "not_found"); missing.text("errors.0.field") != "sub_order_id" {
				t.Errorf("%s: %s", verb, missing.raw)
			}
		}
		now := p.call(t, b.token, "POST", path, map[string]any{"sub_order_id": placed.text("sub_orders.0.id")})
		if now.text("sub_orders.0.status") != "cancelled" || now.text("sub_orders.1.status") != "paid" || now.text("status") != "paid" {
			t.Errorf("after the cancel: %s", now.raw)
		}
	})
}

func TestRefundsThatAskForNothingAreRefused(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		placed := p.place(t, b, b.order(2))
		line := placed.text("lines.0.id")
		for field, ask := range map[string]map[string]any{
			"freight_fen":         {"reason": "x", "freight_fen": 0},
			"lines":               {"reason": "x"},
			"reason":              {"lines": []any{map[string]any{"line_id": line, "quantity": 1}}},
			"lines[0].quantity":   {"reason": "x", "lines": []any{map[string]any{"line_id": line, "quantity": 0}}},
			"lines[0].line_id":    {"reason": "x", "lines": []any{map[string]any{"line_id": "7", "quantity": 1}}},
			"lines[1].line_id":    {"reason": "x", "lines": []any{map[string]any{"line_id": line, "quantity": 1}, map[string]any{"line_id": "x", "quantity": 1}}},
			"lines[0].amount_fen": {"reason": "x", "lines": []any{map[string]any{"line_id": line, "quantity": 1, "amount_fen": 0}}},
		} {
			r := p.refund(t, b, placed.text("id"), ask)
			r.wants(t, http.StatusBadRequest, "invalid_field")
			if r.text("errors.0.field") != field {
				t.Errorf("%s: %s", field, r.raw)
			}
		}
		for _, reason := range []string{" ", "坏\x00果"} {
			unsaid := p.refund(t, b, placed.text("id"), map[string]any{"reason": reason, "lines": []any{map[string]any{"line_id": line, "quantity": 1}}})
			if unsaid.wants(t, http.StatusBadRequest, "invalid_field"); unsaid.text("errors.0.field") != "reason" {
				t.Errorf("the reason %q: %s", reason, unsaid.raw)
			}
		}
		tooMuch := map[string]any{"reason": "x", "lines": []any{map[string]any{"line_id": line, "quantity": 3}}}
		p.refund(t, b, placed.text("id"), tooMuch).wants(t, http.StatusConflict, "refund_exceeds")
		stranger := b
		stranger.token = p.signIn(t, "13900000006")
		p.refund(t, stranger, placed.text("id"), tooMuch).wants(t, http.StatusNotFound, "not_found")
		p.call(t, stranger.token, "POST", "/orders/"+placed.text("id")+"/cancel", nil).wants(t, http.StatusNotFound, "not_found")
	})
}

func TestACartSaysWhatChangedAndNoOrderGoesOverIt(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		body := map[string]any{"from_cart": true, "address_id": b.address, "card_ids": b.cards}
		p.call(t, b.token, "PUT", "/cart/items/"+b.sku, map[string]any{"quantity": 1})
		p.sql(t, "UPDATE skus SET price_fen = price_fen + 100 WHERE product_id = (SELECT product_id FROM (SELECT product_id FROM skus WHERE id = ?) one)", b.sku)
		p.sql(t, "UPDATE products SET price_fen = price_fen + 100 WHERE id = (SELECT product_id FROM skus WHERE id = ?)", b.sku)
		cart := p.call(t, b.token, "GET", "/cart", nil)
		if cart.at("items.0.price_changed") != true || cart.fen("items.0.price_fen") != b.price+100 {
			t.Errorf("the cart after a rise: %s", cart.raw)
		}
		p.place(t, b, body).wants(t, http.StatusConflict, "price_changed")
		p.call(t, b.token, "PUT", "/cart/items/"+b.sku, map[string]any{"quantity": 1}) // seen and accepted
		p.sql(t, "UPDATE products SET status = 'delisted' WHERE id = (SELECT product_id FROM skus WHERE id = ?)", b.sku)
		cart = p.call(t, b.token, "GET", "/cart", nil)
		if cart.at("items.0.available") != false || cart.fen("total_fen") != 0 {
			t.Errorf("the cart after a delisting: %s", cart.raw)
		}
		p.place(t, b, body).wants(t, http.StatusConflict, "cart_changed")
		p.place(t, b, b.order(1)).wants(t, http.StatusBadRequest, "invalid_field")
		p.call(t, b.token, "PUT", "/cart/items/"+b.sku, map[string]any{"quantity": 2}).wants(t, http.StatusNotFound, "not_found")
		if emptied := p.call(t, b.token, "PUT", "/cart/items/"+b.sku, map[string]any{"quantity": 0}); emptied.text("items.0.sku_id") != "" {
			t.Errorf("the cart after taking it out: %s", emptied.raw)
		}
	})
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		nowhere := p.call(t, b.token, "POST", "/addresses", map[string]any{
			"name": "张三", "phone": "13912345678", "province": "火星省", "city": "长沙市", "district": "岳麓区", "detail": "1 号"})
		nowhere.wants(t, http.StatusBadRequest, "invalid_field") // freight goes by the province
		if nowhere.text("errors.0.field") != "province" || nowhere.text("errors.0.code") != "province" {
			t.Errorf("an unknown province: %s", nowhere.raw)
		}
		r := p.call(t, b.token, "POST", "/addresses", map[string]any{"name": "张三"})
		r.wants(t, http.StatusBadRequest, "invalid_field")
		for _, field := range []string{"phone", "province", "city", "district", "detail"} {
			if !strings.Contains(string(r.raw), `{"field":"`+field+`","code":"required"`) {
				t.Errorf("%s is not named: %s", field, r.raw)
			}
		}
		r = p.place(t, b, map[string]any{"items": []any{map[string]any{"quantity": 1, "price_fen": 1}}, "address_id": "x", "card_ids": []any{"y"}})
		if r.text("errors.0.field") != "items[0].sku_id" || r.text("errors.0.code") != "required" {
			t.Errorf("a nested field: %s", r.raw)
		}
		r = p.place(t, b, map[string]any{"items": []any{map[string]any{"sku_id": "a", "quantity": 1, "price_fen": 1}}, "address_id": "x", "card_ids": []any{"y"}})
		if errors, _ := r.at("errors").([]any); len(errors) != 3 {
			t.Errorf("not every wrong id is named: %s", r.raw)
		}
	})
}

// What no client of ours sends, others do: each is a 4xx problem and changes nothing.
func TestOddBodiesAreRefused(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		raw, _ := json.Marshal(b.order(1))
		valid := string(raw)
		for name, body := range map[string]string{
			"garbage after it": valid + "x", "a second document": valid + valid, "a byte order mark": "\ufeff" + valid,
			"an array": "[" + valid + "]", "null": "null", "text": `"x"`, "bad UTF-8": strings.Replace(valid, b.address, "\xff", 1),
			"null among the items": strings.Replace(valid, `"items":[`, `"items":[null,`, 1), "deep": strings.Repeat("[", 50_000),
			"a card twice": strings.Replace(valid, `"card_ids":[`, `"card_ids":["`+b.cards[0]+`",`, 1),
		} {
			r := p.place(t, b, body)
			if r.status != http.StatusBadRequest || r.text("code") == "" {
				t.Errorf("%s: %d %s", name, r.status, r.raw)
			}
		}
		if r := p.place(t, b, `{"x":"`+strings.Repeat("x", 2<<20)+`"}`); r.status != http.StatusRequestEntityTooLarge {
			t.Errorf("2 MB: %d", r.status)
		}
		p.call(t, b.token, "POST", "/orders", valid, "Idempotency-Key", p.key(), "Content-Type", "text/plain").wants(t, http.StatusUnsupportedMediaType, "unsupported_media_type")
		p.call(t, "", "GET", "/products?limit=0", nil).wants(t, http.StatusBadRequest, "invalid_field")
		p.call(t, "", "GET", "/products?limit=101", nil).wants(t, http.StatusBadRequest, "invalid_field")
		p.call(t, "", "GET", "/products?colour=red", nil).wants(t, http.StatusBadRequest, "invalid_field")
		p.call(t, "", "GET", "/products?cursor=x", nil).wants(t, http.StatusBadRequest, "invalid_field")
		p.call(t, "", "GET", "/products?campaign_id=x", nil).wantsField(t, "campaign_id", "not_an_id")
		if none := p.ok(t, http.StatusOK, "", "GET", "/products?campaign_id=1", nil); none.at("items.0") != nil || none.text("next_cursor") != "" {
			t.Errorf("of a campaign that is not there: %s", none.raw)
		}
		if orders := p.call(t, b.token, "GET", "/orders", nil); orders.text("items.0.id") != "" {
			t.Errorf("something was ordered: %s", orders.raw)
		}
	})
}

func TestAnEmptyCardAndTheLastUnitOverHTTP(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		p.sql(t, "UPDATE stock_movements SET delta = delta + 1 - (SELECT stock FROM skus s WHERE s.id = sku_id) WHERE kind = 'received' AND sku_id = ?", b.sku)
		p.sql(t, "UPDATE skus SET stock = 1 WHERE id = ?", b.sku)
		statuses := make(chan int, 50)
		for range 50 {
			go func() { statuses <- p.place(t, b, b.order(1)).status }()
		}
		placed := 0
		for range 50 {
			switch status := <-statuses; status {
			case http.StatusCreated:
				placed++
			case http.StatusConflict:
			default:
				t.Errorf("status %d", status)
			}
		}
		if placed != 1 {
			t.Errorf("%d orders of the last unit", placed)
		}
	})
}

func TestTheSameKeyOfAnotherCallerIsAnotherKey(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		first := p.basket(t)
		if r := p.call(t, first.token, "POST", "/orders", first.order(1), "Idempotency-Key", "same"); r.status != http.StatusCreated {
			t.Fatalf("%s", r.raw)
		}
		second := first
		second.token = p.signIn(t, "13900000006")
		p.call(t, second.token, "POST", "/orders", first.order(1), "Idempotency-Key", "same").wants(t, http.StatusBadRequest, "invalid_field") // another's address
	})
}

func TestVerifyFindsOneEntryEditedByHand(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		p.place(t, b, b.order(1))
		books := func() (string, error) {
			var report bytes.Buffer
			err := run(context.Background(), []string{"verify"}, p.getenv, &report)
			return report.String(), err
		}
		if report, err := books(); err != nil {
			t.Fatalf("before: %v\n%s", err, report)
		}
		edit := "UPDATE ledger_entries SET amount_fen = amount_fen + ? WHERE id = (SELECT id FROM (SELECT MIN(id) id FROM ledger_entries) one)"
		p.sql(t, edit, 2)
		if report, err := books(); err == nil || !strings.Contains(report, "entries of a transaction sum to zero and are at least two — ledger_transactions [") {
			t.Errorf("verify did not find it: %v\n%s", err, report)
		}
		p.sql(t, edit, -2)
	})
}
