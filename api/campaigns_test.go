package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"zique/internal/clock"
)

// dayFromNow is a day of Shanghai, so many days from today.
func dayFromNow(days int) string {
	return time.Now().In(clock.Shanghai).AddDate(0, 0, days).Format(time.DateOnly)
}

func seasonBody(from, until int) map[string]any {
	return map[string]any{"kind": "season", "title": "秋季消费帮扶季", "description": "买一份，帮一村。", "opens_on": dayFromNow(from), "closes_on": dayFromNow(until)}
}

// season is a published campaign of yesterday to tomorrow with these goods.
func (p *program) season(t *testing.T, operator string, products ...string) string {
	t.Helper()
	campaign := p.ok(t, http.StatusCreated, operator, "POST", "/ops/campaigns", seasonBody(-1, 1)).text("id")
	for _, product := range products {
		p.ok(t, http.StatusOK, operator, "PUT", "/ops/campaigns/"+campaign+"/products/"+product, nil)
	}
	p.ok(t, http.StatusOK, operator, "POST", "/ops/campaigns/"+campaign+"/publish", nil)
	return campaign
}

// goods are some that one owner sells.
type goods struct{ owner, product, other string }

func (p *program) goodsOfDemoCooperative(t *testing.T) goods {
	t.Helper()
	g := goods{owner: p.signIn(t, demoCooperative)}
	cooperative := p.ok(t, http.StatusOK, g.owner, "GET", "/me", nil).text("memberships.0.org_id")
	own := p.ok(t, http.StatusOK, "", "GET", "/products?cooperative_id="+cooperative, nil)
	g.product, g.other = own.text("items.0.id"), own.text("items.1.id")
	return g
}

// buy orders two units of the first SKU of each product.
func (p *program) buy(t *testing.T, b basket, products ...string) reply {
	t.Helper()
	items := []any{}
	for _, product := range products {
		shown := p.ok(t, http.StatusOK, "", "GET", "/products/"+product, nil)
		items = append(items, map[string]any{"sku_id": shown.text("skus.0.id"), "quantity": 2, "price_fen": shown.fen("skus.0.price_fen")})
	}
	placed := p.place(t, b, map[string]any{"items": items, "address_id": b.address, "card_ids": b.cards})
	placed.made(t)
	return placed
}

func TestASeasonCountsWhatWasOrderedOfItsGoodsOnItsDays(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b, own, county := p.basket(t), p.goodsOfDemoCooperative(t), p.signIn(t, "13900000004")
		p.buy(t, b, own.product) // before there is a season
		older, newer := p.season(t, county, own.product), p.season(t, county, own.product)
		next := p.ok(t, http.StatusCreated, county, "POST", "/ops/campaigns", seasonBody(3, 9)).text("id")
		p.ok(t, http.StatusOK, county, "PUT", "/ops/campaigns/"+next+"/products/"+own.product, nil)
		p.ok(t, http.StatusOK, county, "POST", "/ops/campaigns/"+next+"/publish", nil)

		placed := p.buy(t, b, own.product, own.other)
		line := 0
		if placed.text("lines.0.product_id") != own.product {
			line = 1
		}
		at := fmt.Sprintf("lines.%d.", line)
		shown := p.ok(t, http.StatusOK, "", "GET", "/products/"+own.product, nil)
		p.unpaid(t, basket{token: b.token, address: b.address, sku: shown.text("skus.0.id"), price: shown.fen("skus.0.price_fen")}, 1) // counts once it is paid
		p.totals(t, newer, 1, placed.fen(at+"net_fen"), placed.fen(at+"share_fen"))
		for _, empty := range []string{older, next} {
			p.totals(t, empty, 0, 0, 0)
		}
		refund := p.refund(t, b, placed.text("id"), map[string]any{"reason": "x", "lines": []any{map[string]any{"line_id": placed.text(at + "id"), "quantity": 1}}})
		p.totals(t, newer, 1, placed.fen(at+"net_fen")-refund.fen("amount_fen"), placed.fen(at+"share_fen")-refund.fen("share_reversed_fen"))

		p.ok(t, http.StatusNoContent, county, "DELETE", "/ops/campaigns/"+newer+"/products/"+own.product, nil)
		p.buy(t, b, own.product) // of the older one now
		p.totals(t, newer, 1, placed.fen(at+"net_fen")-refund.fen("amount_fen"), placed.fen(at+"share_fen")-refund.fen("share_reversed_fen"))
		closing := map[string]any{"reason": "提前结束"}
		p.ok(t, http.StatusOK, county, "POST", "/ops/campaigns/"+older+"/close", closing)
		p.buy(t, b, own.product) // of none
		if got := p.ok(t, http.StatusOK, "", "GET", "/campaigns/"+older, nil); got.fen("totals.orders") != 1 || got.text("phase") != "over" {
			t.Errorf("the season that was closed: %s", got.raw)
		}
		p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+placed.text("id")+"/cancel", nil)
		p.totals(t, newer, 0, 0, 0)
	})
}

func TestCardsAreBoughtForACampaign(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		county, secretary := p.signIn(t, countyPhone), p.signIn(t, secretaryPhone)
		own := p.goodsOfDemoCooperative(t)
		season, over := p.season(t, county, own.product), p.season(t, county, own.product)
		p.ok(t, http.StatusOK, county, "POST", "/ops/campaigns/"+over+"/close", map[string]any{"reason": "提前结束"})
		draft := p.ok(t, http.StatusCreated, county, "POST", "/ops/campaigns", seasonBody(0, 6)).text("id")
		body := registered(100_00, "13711110001", "13711110002")
		for campaign, code := range map[string]string{over: "over", draft: "unknown", "5": "unknown", "x": "not_an_id"} {
			body["campaign_id"] = campaign
			p.call(t, secretary, "POST", "/ent/card-batches", body, "Idempotency-Key", p.key()).wantsField(t, "campaign_id", code)
		}
		body["campaign_id"] = season
		ordered := p.orderBatch(t, body)
		if ordered.text("campaign_id") != season {
			t.Errorf("the order: %s", ordered.raw)
		}
		issued := func(cards, sum int64) {
			t.Helper()
			got := p.ok(t, http.StatusOK, "", "GET", "/campaigns/"+season, nil)
			if got.fen("totals.cards") != cards || got.fen("totals.cards_fen") != sum {
				t.Errorf("want %d cards of %d fen: %s", cards, sum, got.raw)
			}
		}
		issued(0, 0)
		p.issued(t, p.confirmed(t, ordered))
		issued(2, 200_00)
	})
}

func (p *program) totals(t *testing.T, campaign string, orders, goods, share int64) {
	t.Helper()
	got := p.ok(t, http.StatusOK, "", "GET", "/campaigns/"+campaign, nil)
	if got.fen("totals.orders") != orders || got.fen("totals.goods_fen") != goods || got.fen("totals.share_fen") != share {
		t.Errorf("want %d orders, %d fen, %d fen of shares: %s", orders, goods, share, got.raw)
	}
}

func TestACampaignIsDraftedPublishedAndClosed(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		own, county := p.goodsOfDemoCooperative(t), p.signIn(t, "13900000004")
		drafted := p.ok(t, http.StatusCreated, county, "POST", "/ops/campaigns", seasonBody(0, 6))
		at := "/ops/campaigns/" + drafted.text("id")
		if drafted.text("status") != "draft" || drafted.text("opens_on") != dayFromNow(0) || drafted.text("closes_on") != dayFromNow(6) || drafted.at("phase") != nil {
			t.Fatalf("draft: %s", drafted.raw)
		}
		public := "/campaigns/" + drafted.text("id")
		p.call(t, "", "GET", public, nil).wants(t, http.StatusNotFound, "not_found")
		p.call(t, own.owner, "PUT", "/coop"+public+"/products/"+own.product, nil).wants(t, http.StatusNotFound, "not_found")
		p.call(t, county, "POST", at+"/publish", nil).wants(t, http.StatusConflict, "no_goods")
		p.call(t, county, "POST", at+"/close", reasoned{"x"}).wants(t, http.StatusConflict, "state_conflict")
		p.ok(t, http.StatusOK, county, "PUT", at+"/products/"+own.product, nil)
		inIt := func() string {
			return p.ok(t, http.StatusOK, "", "GET", "/products?campaign_id="+drafted.text("id"), nil).text("items.0.id")
		}
		if got := inIt(); got != "" {
			t.Errorf("goods of a draft are shown: %s", got)
		}
		for range 2 { // repeated, it changes nothing
			if got := p.ok(t, http.StatusOK, county, "POST", at+"/publish", nil); got.text("status") != "published" || got.text("phase") != "running" {
				t.Errorf("published: %s", got.raw)
			}
		}
		if got := inIt(); got != own.product {
			t.Errorf("its goods are %q", got)
		}
		if got := p.ok(t, http.StatusOK, "", "GET", "/campaigns?phase=running", nil); got.text("items.0.id") != drafted.text("id") {
			t.Errorf("running: %s", got.raw)
		}
		if got := p.ok(t, http.StatusOK, "", "GET", "/campaigns?phase=over", nil); got.at("items.0") != nil {
			t.Errorf("over: %s", got.raw)
		}
		moved := seasonBody(1, 6)
		p.call(t, county, "PUT", at, moved).wantsField(t, "opens_on", "fixed")
		longer := seasonBody(0, 9)
		longer["title"] = "加长的帮扶季"
		if got := p.ok(t, http.StatusOK, county, "PUT", at, longer); got.text("closes_on") != dayFromNow(9) {
			t.Errorf("longer: %s", got.raw)
		}
		p.call(t, county, "POST", at+"/close", reasoned{" "}).wantsField(t, "reason", "required")
		for range 2 {
			p.ok(t, http.StatusOK, county, "POST", at+"/close", reasoned{"售罄"})
		}
		p.call(t, county, "POST", at+"/publish", nil).wants(t, http.StatusConflict, "state_conflict")
		p.call(t, county, "PUT", at, longer).wants(t, http.StatusConflict, "state_conflict")
		p.call(t, county, "PUT", at+"/products/"+own.other, nil).wants(t, http.StatusConflict, "state_conflict")
		p.call(t, own.owner, "PUT", "/coop"+public+"/products/"+own.other, nil).wants(t, http.StatusConflict, "state_conflict")
	})
}

func TestACampaignThatCannotBeIsRefusedByField(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		county := p.signIn(t, "13900000004")
		for name, c := range map[string]struct {
			field, value, wants, code string
		}{
			"no title":      {"title", " ", "title", "required"},
			"two lines":     {"title", "一\n二", "title", "invalid"},
			"a long title":  {"title", strings.Repeat("季", 61), "title", "too_long"},
			"a long text":   {"description", strings.Repeat("季", 2001), "description", "too_long"},
			"no day":        {"opens_on", "2026-02-30", "opens_on", "invalid"},
			"a time":        {"closes_on", "10/1/2026", "closes_on", "invalid"},
			"backwards":     {"opens_on", dayFromNow(8), "closes_on", "range"},
			"too long":      {"closes_on", dayFromNow(400), "closes_on", "range"},
			"over already":  {"closes_on", dayFromNow(-1), "closes_on", "past"},
			"another kind":  {"kind", "sale", "kind", ""},
			"the year 9999": {"opens_on", "9999-12-31", "closes_on", "range"},
		} {
			body := seasonBody(-3, 6)
			body[c.field] = c.value
			got := p.call(t, county, "POST", "/ops/campaigns", body)
			if got.status != http.StatusBadRequest || !strings.HasSuffix(got.text("errors.0.field"), c.wants) || c.code != "" && got.text("errors.0.code") != c.code {
				t.Errorf("%s: %s", name, got.raw)
			}
		}
		p.call(t, county, "GET", "/ops/campaigns/5", nil).wants(t, http.StatusNotFound, "not_found")
		p.call(t, county, "PUT", "/ops/campaigns/5/products/6", nil).wants(t, http.StatusNotFound, "not_found")
		p.call(t, "", "GET", "/campaigns/x", nil).wants(t, http.StatusNotFound, "not_found")
	})
}

func TestCooperativesOfferTheirOwnGoodsToACampaign(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		own, county := p.goodsOfDemoCooperative(t), p.signIn(t, "13900000004")
		campaign := p.season(t, county, own.other)
		offers, choices := "/coop/campaigns/"+campaign+"/products/", "/ops/campaigns/"+campaign+"/products/"
		var foreign string
		for i := range 20 {
			list := p.ok(t, http.StatusOK, "", "GET", "/products?limit=100", nil)
			if at := fmt.Sprintf("items.%d.", i); list.text(at+"cooperative.id") != p.ok(t, http.StatusOK, own.owner, "GET", "/me", nil).text("memberships.0.org_id") {
				foreign = list.text(at + "id")
				break
			}
		}
		p.call(t, own.owner, "PUT", offers+foreign, nil).wants(t, http.StatusNotFound, "not_found")
		p.call(t, own.owner, "DELETE", offers+foreign, nil).wants(t, http.StatusNotFound, "not_found")
		p.call(t, own.owner, "DELETE", offers+own.product, nil).wants(t, http.StatusNotFound, "not_found")

		var racing sync.WaitGroup
		for range 8 { // whoever is first, it stands there once
			racing.Add(2)
			go func() {
				defer racing.Done()
				p.call(t, own.owner, "PUT", offers+own.product, nil).wantsStatus(t, http.StatusOK)
			}()
			go func() {
				defer racing.Done()
				p.call(t, own.owner, "PUT", offers+own.other, nil).wantsStatus(t, http.StatusOK)
			}()
		}
		racing.Wait()
		list := p.ok(t, http.StatusOK, county, "GET", "/ops/campaigns/"+campaign+"/products", nil)
		if list.text("items.0.status") != "offered" || list.text("items.0.product_id") != own.product || list.text("items.1.status") != "accepted" || list.at("items.2") != nil {
			t.Fatalf("offered: %s", list.raw)
		}
		shown := func() int {
			items, _ := p.ok(t, http.StatusOK, "", "GET", "/products?campaign_id="+campaign, nil).at("items").([]any)
			return len(items)
		}
		if shown() != 1 {
			t.Error("what is only offered is shown")
		}
		for range 2 {
			if got := p.ok(t, http.StatusOK, county, "PUT", choices+own.product, nil); got.text("status") != "accepted" {
				t.Errorf("accepted: %s", got.raw)
			}
		}
		if got := p.ok(t, http.StatusOK, own.owner, "PUT", offers+own.product, nil); got.text("status") != "accepted" || shown() != 2 {
			t.Errorf("offered again it is %s", got.raw)
		}
		for range 2 {
			p.ok(t, http.StatusNoContent, own.owner, "DELETE", offers+own.product, nil)
		}
		if got := p.ok(t, http.StatusOK, own.owner, "GET", "/coop/campaigns/"+campaign+"/products", nil); got.text("items.1.status") != "out" || shown() != 1 {
			t.Errorf("withdrawn: %s", got.raw)
		}
	})
}
