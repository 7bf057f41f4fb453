package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"zique/frontend"
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

// asked is fetch without a client that unpacks by itself.
func (p *program) asked(t *testing.T, method, path, token string, headers ...string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, p.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := (&http.Transport{DisableCompression: true, DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, raw
}

func TestLongAnswersArePackedForWhoAsksButNothingSecretIs(t *testing.T) {
	p := start(t, nil)
	const many = "/api/v1/products?limit=100"
	token := p.signIn(t, demoBuyer)
	for range 10 { // so that the lists of cards are long enough
		code := p.call(t, "", "GET", "/demo", nil).text("card_codes.0")
		p.ok(t, http.StatusOK, token, "POST", "/cards/claim", map[string]any{"code": code})
	}
	for _, c := range []struct {
		path   string
		packed bool
	}{
		{many, true}, {"/api/v1/villages", true}, {"/api/v1/ops/queues", false}, {"/openapi.yaml", true}, {"/", true}, {"/livez", false},
		{"/api/v1/cards", false}, {"/api/v1/auth/login", false}, {"/fonts/none.woff2", false},
	} {
		plain, content := p.asked(t, "GET", c.path, token)
		answer, raw := p.asked(t, "GET", c.path, token, "Accept-Encoding", "gzip, deflate, br, zstd")
		if plain.Header.Get("Content-Encoding") != "" || plain.StatusCode != answer.StatusCode || plain.Header.Get("ETag") != answer.Header.Get("ETag") {
			t.Errorf("%s: %v\n%v", c.path, plain.Header, answer.Header)
		}
		if is := answer.Header.Get("Content-Encoding") == "gzip"; is != c.packed {
			t.Errorf("%s: %d bytes of %d, %v", c.path, len(raw), len(content), answer.Header)
		}
		if !c.packed {
			continue
		}
		for _, one := range []*http.Response{plain, answer} {
			if one.Header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("%s varies by %q", c.path, one.Header.Values("Vary"))
			}
		}
		unpacked, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(unpacked); err != nil || !bytes.Equal(got, content) || len(raw) > len(content)*2/3 {
			t.Errorf("%s: %d bytes of %d (%v)", c.path, len(raw), len(content), err)
		}
		head, none := p.asked(t, "HEAD", c.path, token, "Accept-Encoding", "gzip")
		if head.StatusCode != http.StatusOK || len(none) > 0 || head.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("HEAD %s: %d %v", c.path, head.StatusCode, head.Header)
		}
		t.Logf("%s: %d bytes, packed %d", c.path, len(content), len(raw))
	}
	for name, packed := range frontend.Packed() { // once for all visitors
		path := "/" + strings.TrimSuffix(name, "index.html")
		if _, raw := p.asked(t, "GET", path, "", "Accept-Encoding", "br, gzip;q=0.5"); !bytes.Equal(raw, packed) {
			t.Errorf("%s: %d bytes were packed for this visitor, %d for all", path, len(raw), len(packed))
		}
	}
	if refused, _ := p.asked(t, "GET", "/", "", "Accept-Encoding", "gzip;q=0"); refused.Header.Get("Content-Encoding") != "" {
		t.Errorf("packed for who does not unpack: %v", refused.Header)
	}
	page, _ := p.asked(t, "GET", "/", "")
	kept, none := p.asked(t, "GET", "/", "", "Accept-Encoding", "gzip", "If-None-Match", page.Header.Get("ETag"))
	if kept.StatusCode != http.StatusNotModified || len(none) > 0 {
		t.Errorf("the same page again: %d and %d bytes", kept.StatusCode, len(none))
	}
	part, raw := p.asked(t, "GET", "/", "", "Accept-Encoding", "gzip", "Range", "bytes=0-9")
	if part.StatusCode != http.StatusPartialContent || len(raw) != 10 {
		t.Errorf("a part of the page: %d and %d bytes", part.StatusCode, len(raw))
	}
	metrics, raw := p.asked(t, "GET", "/metrics", "", "Accept-Encoding", "gzip")
	unpacked, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil || metrics.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("metrics: %v %v", metrics.Header, err)
	}
	if said, err := io.ReadAll(unpacked); err != nil || !bytes.Contains(said, []byte("zique_http_requests_total{")) {
		t.Errorf("metrics: %v %.200s", err, said)
	}
}
