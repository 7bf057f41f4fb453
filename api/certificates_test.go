package main

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"testing"
)

func TestACertificateOfAnOrderTellsBothNumbersAfterARefund(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b, own := p.basket(t), p.goodsOfDemoCooperative(t)
		placed := p.buy(t, b, own.product, own.other)
		at := "/orders/" + placed.text("id")
		var issuing sync.WaitGroup
		codes := make([]string, 8)
		for i := range codes { // at once, they are one
			issuing.Go(func() { codes[i] = p.call(t, b.token, "POST", at+"/certificate", nil).text("code") })
		}
		issuing.Wait()
		for _, code := range codes {
			if code != codes[0] || len(code) != 24 {
				t.Fatalf("codes %v", codes)
			}
		}
		pasted := strings.ToLower(codes[0][:6]) + "-" + codes[0][6:]
		check := func(code string) reply { return p.ok(t, http.StatusOK, "", "GET", "/public/certificates/"+code, nil) }
		first := check(pasted)
		goods := placed.fen("lines.0.net_fen") + placed.fen("lines.1.net_fen")
		if first.fen("facts.goods_fen") != goods || first.fen("facts.share_fen") != placed.fen("share_fen") || first.at("changed") != false || first.at("replaced_at") != nil ||
			first.text("facts.villages.0.name") == "" || first.fen("version") != 1 {
			t.Fatalf("issued: %s", first.raw)
		}
		p.noPersonIn(t, first.raw)

		refund := p.refund(t, b, placed.text("id"), map[string]any{"reason": "x", "lines": []any{map[string]any{"line_id": placed.text("lines.0.id"), "quantity": 1}}})
		after := check(codes[0])
		if after.at("changed") != true || after.fen("facts.goods_fen") != goods || after.fen("now.goods_fen") != goods-refund.fen("amount_fen") ||
			after.fen("now.share_fen") != placed.fen("share_fen")-refund.fen("share_reversed_fen") {
			t.Errorf("after a refund: %s", after.raw)
		}
		again := p.ok(t, http.StatusOK, b.token, "POST", at+"/certificate", nil)
		if again.text("code") == codes[0] || again.fen("version") != 2 || again.fen("facts.goods_fen") != goods-refund.fen("amount_fen") {
			t.Errorf("issued again: %s", again.raw)
		}
		if old := check(codes[0]); old.at("replaced_at") == nil || old.fen("facts.goods_fen") != goods {
			t.Errorf("the one before: %s", old.raw)
		}
		if both := p.ok(t, http.StatusOK, b.token, "GET", at+"/certificates", nil); both.text("items.0.code") != again.text("code") || both.text("items.1.code") != codes[0] || both.at("items.2") != nil {
			t.Errorf("listed: %s", both.raw)
		}
		file := p.fetch(t, "", "GET", "/public/certificates/"+codes[0]+"/file", nil)
		if file.status != http.StatusOK || file.header.Get("Content-Type") != "application/pdf" || !bytes.HasPrefix(file.raw, []byte("%PDF-")) {
			t.Errorf("file: %d %v", file.status, file.header)
		}
		p.ok(t, http.StatusOK, b.token, "POST", at+"/cancel", nil)
		p.call(t, b.token, "POST", at+"/certificate", nil).wants(t, http.StatusConflict, "nothing_to_certify")
		if none := check(again.text("code")); none.fen("now.goods_fen") != 0 || none.fen("now.orders") != 0 {
			t.Errorf("after all went back: %s", none.raw)
		}
	})
}

// noPersonIn wants none of what tells who the demo's buyer is.
func (p *program) noPersonIn(t *testing.T, shown []byte) {
	t.Helper()
	for _, personal := range []string{"张三", "演示买家", demoBuyer, "139", "麓山路"} {
		if bytes.Contains(shown, []byte(personal)) {
			t.Errorf("the public is told %q: %s", personal, shown)
		}
	}
}

func TestWhoPaidNothingGetsNoCertificateAndGuessesAreBounded(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		waiting, _ := p.unpaid(t, b, 1)
		p.call(t, b.token, "POST", "/orders/"+waiting.text("id")+"/certificate", nil).wants(t, http.StatusConflict, "nothing_to_certify")
		stranger := p.signIn(t, "13900000006")
		p.call(t, stranger, "POST", "/orders/"+waiting.text("id")+"/certificate", nil).wants(t, http.StatusNotFound, "not_found")
		p.call(t, b.token, "POST", "/orders/x/certificate", nil).wants(t, http.StatusNotFound, "not_found")
		var refused reply
		for range 61 {
			refused = p.call(t, "", "GET", "/public/certificates/AAAAAAAAAAAAAAAAAAAAAAAA", nil)
			if refused.status == http.StatusTooManyRequests {
				break
			}
			refused.wants(t, http.StatusNotFound, "not_found")
		}
		refused.wants(t, http.StatusTooManyRequests, "too_many_attempts")
	})
}

func TestACertificateOfAPeriodAddsUpWhatMembersBought(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		member, first := p.byBank(t, 2)
		county := p.signIn(t, "13900000004")
		ask := map[string]any{"from": dayFromNow(-30), "until": dayFromNow(0)}
		p.call(t, member.token, "POST", "/ent/certificates", ask).wants(t, http.StatusConflict, "nothing_to_certify")
		p.importBank(t, county, false, statementFile(statement{"C1", yesterday, first.text("transfer.remittance_code"), first.fen("total_fen")}))
		for name, c := range map[string]struct{ from, until, field, code string }{
			"no day":     {"2026-02-30", dayFromNow(0), "from", "invalid"},
			"backwards":  {dayFromNow(-1), dayFromNow(-2), "until", "range"},
			"too long":   {dayFromNow(-400), dayFromNow(0), "until", "range"},
			"the future": {dayFromNow(-1), dayFromNow(1), "until", "future"},
			"a time":     {dayFromNow(-1), "2026-01-01T00:00", "until", ""},
		} {
			got := p.call(t, member.token, "POST", "/ent/certificates", map[string]any{"from": c.from, "until": c.until})
			if got.status != http.StatusBadRequest || !strings.HasSuffix(got.text("errors.0.field"), c.field) || c.code != "" && got.text("errors.0.code") != c.code {
				t.Errorf("%s: %s", name, got.raw)
			}
		}
		issued := p.ok(t, http.StatusOK, member.token, "POST", "/ent/certificates", ask)
		if issued.fen("facts.orders") != 1 || issued.fen("facts.goods_fen") != first.fen("goods_fen")-first.fen("discount_fen") || issued.text("organisation") == "" ||
			issued.text("from") != dayFromNow(-30) || issued.text("until") != dayFromNow(0) {
			t.Fatalf("issued: %s", issued.raw)
		}
		if earlier := p.call(t, member.token, "POST", "/ent/certificates", map[string]any{"from": dayFromNow(-30), "until": dayFromNow(-10)}); earlier.status != http.StatusConflict {
			t.Errorf("of a period before: %s", earlier.raw)
		}
		p.ok(t, http.StatusOK, member.token, "POST", "/orders/"+first.text("id")+"/cancel", nil)
		checked := p.ok(t, http.StatusOK, "", "GET", "/public/certificates/"+issued.text("code"), nil)
		if checked.at("changed") != true || checked.fen("now.goods_fen") != 0 || checked.fen("facts.goods_fen") != issued.fen("facts.goods_fen") {
			t.Errorf("after it went back: %s", checked.raw)
		}
		if listed := p.ok(t, http.StatusOK, member.token, "GET", "/ent/certificates", nil); listed.text("items.0.code") != issued.text("code") || listed.at("items.1") != nil {
			t.Errorf("listed: %s", listed.raw)
		}
		p.noPersonIn(t, checked.raw)
	})
}
