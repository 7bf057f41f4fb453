package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestWhatIsSaidTwiceOrUnreadablyIsNamed(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		p.call(t, "", "GET", "/products?limit=5&limit=6", nil).wantsField(t, "limit", "duplicate")
		for body, want := range map[string][2]string{
			`{"quantity":1,"quantity":2}`: {"quantity", "duplicate"}, `{"quantity":1e0}`: {"quantity", "invalid"},
			`{"quantity":`: {"body", "malformed"}, ``: {"body", "required"},
		} {
			r := p.fetch(t, b.token, "PUT", "/cart/items/"+b.sku, body)
			if r.wants(t, http.StatusBadRequest, "invalid_body"); r.text("errors.0.field") != want[0] || r.text("errors.0.code") != want[1] {
				t.Errorf("%q: %s", body, r.raw)
			}
		}
		order := b.order(1)
		item := order["items"].([]any)[0].(map[string]any)
		delete(item, "price_fen")
		p.place(t, b, order).wantsField(t, "items[0].price_fen", "required")
		item["price_fen"] = b.price + 1
		p.place(t, b, order).wants(t, http.StatusConflict, "price_changed")

		over := p.call(t, b.token, "PUT", "/cart/items/"+b.sku, map[string]any{"quantity": 9999})
		over.wants(t, http.StatusConflict, "out_of_stock")
		if kept := p.call(t, b.token, "GET", "/cart", nil); kept.text("items.0.sku_id") != "" {
			t.Errorf("more than the stock is in the cart: %s", kept.raw)
		}
		cursor := p.call(t, "", "GET", "/products?limit=2&sort=price_asc", nil).text("next_cursor")
		p.call(t, "", "GET", "/products?limit=2&sort=newest&cursor="+cursor, nil).wantsField(t, "cursor", "invalid")
	})
}

func TestPagesAreKeptByTheirTagAndLoadNothingFromElsewhere(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		ask := func(method, path, tag string) *http.Response {
			t.Helper()
			r, err := http.NewRequestWithContext(t.Context(), method, p.base+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("If-None-Match", tag)
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			return answer
		}
		first := ask("GET", "/", "")
		if policy := first.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("policy %q", policy)
		}
		if again := ask("GET", "/", first.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
			t.Errorf("the same page again: %d", again.StatusCode)
		}
		for _, path := range []string{"/", "/livez", "/api/v1/products"} {
			if head := ask("HEAD", path, ""); head.StatusCode != http.StatusOK {
				t.Errorf("HEAD %s: %d", path, head.StatusCode)
			}
		}
		token := p.signIn(t, demoBuyer)
		if mine := p.fetch(t, token, "GET", "/me", nil); mine.header.Get("Cache-Control") != "no-store" {
			t.Errorf("who I am may be kept: %q", mine.header.Get("Cache-Control"))
		}
		p.ok(t, http.StatusNoContent, token, "POST", "/auth/logout", nil)
		p.call(t, token, "GET", "/me", nil).wants(t, http.StatusUnauthorized, "unauthenticated")
	})
}
