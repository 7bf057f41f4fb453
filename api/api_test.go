package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zique/internal/storage/storagetest"
)

// program is the real one, on a free port.
type program struct {
	base string
	env  map[string]string
	keys atomic.Int64

	printed printed

	mu      sync.Mutex
	changes map[string][]string // route → requests that succeeded
}

// eachPair runs test against the program on the embedded engines and on MySQL + Redis.
func eachPair(t *testing.T, test func(t *testing.T, p *program)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		test(t, start(t, nil))
	})
	t.Run("mysql+redis", func(t *testing.T) {
		t.Parallel()
		redis := os.Getenv("ZIQUE_TEST_REDIS_URL")
		if redis == "" {
			t.Fatal("ZIQUE_TEST_REDIS_URL is not set: run `bash scripts/check`")
		}
		test(t, start(t, map[string]string{"ZIQUE_MYSQL_DSN": storagetest.MySQL(t), "ZIQUE_REDIS_URL": redis, "ZIQUE_MODE": "demo"}))
	})
}

func start(t *testing.T, engines map[string]string) *program {
	t.Helper()
	env := map[string]string{"ZIQUE_DATA": storagetest.SQLite(t), "ZIQUE_ADDR": "127.0.0.1:0"}
	maps.Copy(env, engines)
	p := &program{env: env}
	p.base = p.serve(t)
	return p
}

var address = regexp.MustCompile(`http://localhost:\d+`)

// serve runs the program until the test ends, and then checks its books.
func (p *program) serve(t *testing.T) string {
	t.Helper()
	p.changes = map[string][]string{}
	ctx, stop := context.WithCancel(context.Background())
	out, welcome := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, nil, p.getenv, welcome)
		_ = welcome.CloseWithError(fmt.Errorf("the program ended: %w", err))
		ended <- err
	}()
	t.Cleanup(func() {
		p.checkAudit(t)
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the program: %v", err)
		}
		var report bytes.Buffer
		if err := run(context.Background(), []string{"verify"}, p.getenv, &report); err != nil {
			t.Errorf("verify: %v\n%s", err, report.String())
		}
	})
	var said strings.Builder
	for buffer := make([]byte, 4096); ; {
		n, err := out.Read(buffer)
		said.Write(buffer[:n])
		if found := address.FindString(said.String()); found != "" {
			go func() { _, _ = io.Copy(&p.printed, out) }()
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (p *program) getenv(name string) string { return p.env[name] }

type reply struct {
	status int
	header http.Header
	body   map[string]any
	raw    []byte
}

// call is fetch for answers that are JSON or empty.
func (p *program) call(t *testing.T, token, method, path string, body any, headers ...string) reply {
	t.Helper()
	r := p.fetch(t, token, method, path, body, headers...)
	if len(r.raw) > 0 && r.body == nil {
		t.Fatalf("%s %s answered %d and no JSON: %s", method, path, r.status, r.raw)
	}
	return r
}

// fetch sends body, which is a string or a stream of bytes or something to encode as JSON,
// and reads the answer, as JSON where it is.
func (p *program) fetch(t *testing.T, token, method, path string, body any, headers ...string) reply {
	t.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case io.Reader:
		reader = b
	case string:
		reader = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		reader = bytes.NewReader(raw)
	}
	if !strings.HasPrefix(path, "/livez") && !strings.HasPrefix(path, "/readyz") {
		path = "/api/v1" + path
	}
	request, err := http.NewRequest(method, p.base+path, reader)
	if err != nil {
		t.Fatal(err)
	}
	if reader != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{Timeout: 30 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	r := reply{status: response.StatusCode, header: response.Header}
	if r.raw, err = io.ReadAll(response.Body); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(r.header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(r.raw, &r.body); err != nil {
			t.Fatalf("%s %s answered %d: %s", method, path, r.status, r.raw)
		}
	}
	p.note(method, strings.TrimPrefix(path, "/api/v1"), r)
	return r
}

const demoBuyer = "13900000001"

func (p *program) signIn(t *testing.T, phone string) string {
	t.Helper()
	r := p.call(t, "", "POST", "/auth/login", map[string]any{"phone": phone, "password": "zique-demo-2026"})
	if r.status != http.StatusOK {
		t.Fatalf("sign in: %s", r.raw)
	}
	return r.text("access_token")
}

// text reads a string by a path such as items.0.id.
func (r reply) text(path string) string {
	value, _ := r.at(path).(string)
	return value
}

func (r reply) fen(path string) int64 {
	value, _ := r.at(path).(float64)
	return int64(value)
}

func (r reply) at(path string) any {
	var now any = r.body
	for part := range strings.SplitSeq(path, ".") {
		switch v := now.(type) {
		case map[string]any:
			now = v[part]
		case []any:
			var i int
			if _, err := fmt.Sscan(part, &i); err != nil || i >= len(v) {
				return nil
			}
			now = v[i]
		default:
			return nil
		}
	}
	return now
}

func (r reply) wants(t *testing.T, status int, code string) {
	t.Helper()
	if r.status != status || r.text("code") != code {
		t.Errorf("got %d %s, want %d %s\n%s", r.status, r.text("code"), status, code, r.raw)
	}
	if got := r.header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("Content-Type %s", got)
	}
	if r.text("request_id") == "" {
		t.Errorf("no request_id: %s", r.raw)
	}
}

// basket is a signed-in demo buyer with an address, ready to order.
type basket struct {
	token, address, sku string
	price               int64
	cards               []string
}

func (p *program) basket(t *testing.T) basket {
	t.Helper()
	b := basket{token: p.signIn(t, demoBuyer)}
	b.address = p.call(t, b.token, "POST", "/addresses", map[string]any{
		"name": "张三", "phone": "13912345678", "province": "湖南省", "city": "长沙市", "district": "岳麓区", "detail": "麓山路 1 号"}).text("id")
	product := p.call(t, "", "GET", "/products?sort=price_asc", nil).text("items.0.id")
	shown := p.call(t, "", "GET", "/products/"+product, nil)
	b.sku, b.price = shown.text("skus.0.id"), shown.fen("skus.0.price_fen")
	cards := p.call(t, b.token, "GET", "/cards", nil)
	for i := 0; len(b.cards) < 3; i++ {
		if cards.text(fmt.Sprintf("items.%d.status", i)) != "void" {
			b.cards = append(b.cards, cards.text(fmt.Sprintf("items.%d.id", i)))
		}
	}
	return b
}

func (b basket) order(quantity any) map[string]any {
	return map[string]any{"items": []any{map[string]any{"sku_id": b.sku, "quantity": quantity, "price_fen": b.price}}, "address_id": b.address, "card_ids": b.cards}
}

func (p *program) key() string {
	return fmt.Sprint("key-", p.keys.Add(1))
}

func (p *program) place(t *testing.T, b basket, body any) reply {
	t.Helper()
	return p.call(t, b.token, "POST", "/orders", body, "Idempotency-Key", p.key())
}

func TestTheMainJob(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		placed := p.place(t, b, b.order(3))
		goods := 3 * b.price
		if placed.status != http.StatusCreated || placed.fen("goods_fen") != goods || placed.fen("share_fen") != (goods*500+5000)/10000 {
			t.Fatalf("order: %s", placed.raw)
		}
		if seen := p.call(t, b.token, "GET", "/orders/"+placed.text("id"), nil); seen.text("status") != "paid" || seen.fen("total_fen") != placed.fen("total_fen") {
			t.Errorf("read again: %s", seen.raw)
		}
		refund := p.call(t, b.token, "POST", "/orders/"+placed.text("id")+"/refunds", map[string]any{
			"lines": []any{map[string]any{"line_id": placed.text("lines.0.id"), "quantity": 1}}, "reason": "多买了"}, "Idempotency-Key", p.key())
		if refund.status != http.StatusCreated || refund.text("status") != "refunded" || refund.fen("amount_fen") != b.price {
			t.Errorf("refund: %s", refund.raw)
		}
		board := p.call(t, "", "GET", "/public/board", nil)
		if board.fen("consumption.net_fen") != 2*b.price || board.fen("shares.total_fen") != (2*b.price*500+5000)/10000 {
			t.Errorf("board: %s", board.raw)
		}
		for range 2 { // repeated, it changes nothing
			cancelled := p.call(t, b.token, "POST", "/orders/"+placed.text("id")+"/cancel", nil)
			if cancelled.status != http.StatusOK || cancelled.text("status") != "cancelled" || cancelled.fen("refunded_fen") != placed.fen("total_fen") {
				t.Errorf("cancel: %s", cancelled.raw)
			}
		}
		if card := p.call(t, b.token, "GET", "/cards/"+b.cards[0], nil); card.fen("balance_fen") != card.fen("face_fen") {
			t.Errorf("after all is refunded the card holds %s", card.raw)
		}
	})
}

func TestAnOrderFromTheCartEmptiesItOnce(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		body := map[string]any{"from_cart": true, "address_id": b.address, "card_ids": b.cards}
		empty := p.call(t, b.token, "POST", "/orders", body, "Idempotency-Key", "empty")
		empty.wants(t, http.StatusConflict, "cart_empty")
		if put := p.call(t, b.token, "PUT", "/cart/items/"+b.sku, map[string]any{"quantity": 2}); put.fen("total_fen") != 2*b.price {
			t.Fatalf("cart: %s", put.raw)
		}
		if kept := p.call(t, b.token, "POST", "/orders", body, "Idempotency-Key", "empty"); !bytes.Equal(kept.raw, empty.raw) || kept.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("the decline with its key again: %s", kept.raw)
		}
		first := p.call(t, b.token, "POST", "/orders", body, "Idempotency-Key", "from-cart")
		again := p.call(t, b.token, "POST", "/orders", body, "Idempotency-Key", "from-cart")
		if first.status != http.StatusCreated || !bytes.Equal(first.raw, again.raw) || again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("first %s\nagain %s", first.raw, again.raw)
		}
		if cart := p.call(t, b.token, "GET", "/cart", nil); cart.text("items.0.sku_id") != "" {
			t.Errorf("the cart still holds %s", cart.raw)
		}
	})
}

func TestACardIsClaimedByItsCodeOnce(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		code := p.call(t, "", "GET", "/demo", nil).text("card_codes.0")
		first, second := p.signIn(t, demoBuyer), p.signIn(t, "13900000006")
		if claimed := p.call(t, first, "POST", "/cards/claim", map[string]any{"code": strings.ToLower(code)}); claimed.text("status") != "active" {
			t.Fatalf("claim: %s", claimed.raw)
		}
		used := p.call(t, second, "POST", "/cards/claim", map[string]any{"code": code})
		unknown := p.call(t, second, "POST", "/cards/claim", map[string]any{"code": strings.Repeat("0", 24)})
		malformed := p.call(t, second, "POST", "/cards/claim", map[string]any{"code": "x"})
		said := func(r reply) string { return strings.ReplaceAll(string(r.raw), r.text("request_id"), "") }
		for _, r := range []reply{used, unknown, malformed} {
			r.wants(t, http.StatusConflict, "card_not_usable")
			if r.text("errors.0.field") != "code" || said(r) != said(used) {
				t.Errorf("%s\n%s", r.raw, used.raw)
			}
		}
		for range 12 { // no guesses, so more of them than guesses are allowed
			for _, blank := range []string{"", " - \t"} {
				p.call(t, second, "POST", "/cards/claim", map[string]any{"code": blank}).wantsField(t, "code", "required")
			}
		}
	})
}

func TestBadInputIsNamedAndChangesNothing(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		foreign := p.signIn(t, "13900000006")
		before := p.call(t, "", "GET", "/public/board", nil)
		p.call(t, "", "POST", "/auth/login", map[string]any{"phone": demoBuyer, "password": "wrong-wrong"}).wants(t, http.StatusUnauthorized, "wrong_credentials")
		p.call(t, "", "GET", "/cart", nil).wants(t, http.StatusUnauthorized, "unauthenticated")
		p.call(t, b.token+"x", "GET", "/cart", nil).wants(t, http.StatusUnauthorized, "unauthenticated")
		for _, quantity := range []any{0, -1, 1.5, "5", json.Number("9223372036854775808"), nil} {
			r := p.place(t, b, b.order(quantity))
			r.wants(t, http.StatusBadRequest, "invalid_field")
			if r.text("errors.0.field") != "items[0].quantity" {
				t.Errorf("quantity %v: %s", quantity, r.raw)
			}
		}
		p.place(t, b, b.order(9999)).wants(t, http.StatusConflict, "out_of_stock")
		unknown := b
		unknown.sku = "1234"
		p.place(t, unknown, unknown.order(1)).wants(t, http.StatusBadRequest, "invalid_field")
		stranger := b
		stranger.token = foreign
		p.place(t, stranger, stranger.order(1)).wants(t, http.StatusBadRequest, "invalid_field") // another's address
		stranger.address = p.call(t, foreign, "POST", "/addresses", map[string]any{
			"name": "李四", "phone": "13912345679", "province": "湖南省", "city": "长沙市", "district": "岳麓区", "detail": "1"}).text("id")
		p.place(t, stranger, stranger.order(1)).wants(t, http.StatusConflict, "card_not_usable") // another's card
		p.call(t, foreign, "GET", "/cards/"+b.cards[0], nil).wants(t, http.StatusNotFound, "not_found")
		valid, _ := json.Marshal(b.order(1))
		p.call(t, b.token, "POST", "/orders", string(valid)).wants(t, http.StatusBadRequest, "idempotency_key_required")
		p.call(t, b.token, "POST", "/orders", string(valid), "Idempotency-Key", strings.Repeat("k", 256)).wants(t, http.StatusBadRequest, "idempotency_key_invalid")
		for body, code := range map[string]string{
			`{`: "invalid_body", `[]`: "invalid_field",
			strings.Replace(string(valid), `"address_id"`, `"address_id":"1","address_id"`, 1): "invalid_body",
			strings.Replace(string(valid), `"address_id"`, `"Address_ID"`, 1):                  "invalid_field",
			strings.Replace(string(valid), `{`, `{"extra":1,`, 1):                              "invalid_field",
		} {
			r := p.call(t, b.token, "POST", "/orders", body, "Idempotency-Key", p.key())
			if r.status != http.StatusBadRequest || (r.text("code") != code && body != `[]`) {
				t.Errorf("%s answered %d %s", body, r.status, r.raw)
			}
		}
		operator := p.signIn(t, "13900000004")
		for path, token := range map[string]string{
			"/products?category=茶": "", "/audit?action=茶": operator, "/audit?subject=茶": operator, "/audit?request_id=茶": operator,
		} {
			p.call(t, token, "GET", path, nil).wants(t, http.StatusBadRequest, "invalid_field")
		}
		after := p.call(t, "", "GET", "/public/board", nil)
		if before.fen("consumption.orders") != after.fen("consumption.orders") {
			t.Errorf("something was ordered: %s", after.raw)
		}
	})
}

func TestAReusedKeyIsRefused(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		if r := p.call(t, b.token, "POST", "/orders", b.order(1), "Idempotency-Key", "k"); r.status != http.StatusCreated {
			t.Fatalf("%s", r.raw)
		}
		p.call(t, b.token, "POST", "/orders", b.order(2), "Idempotency-Key", "k").wants(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
	})
}

func TestFiftyAtOnceOverHTTP(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		b.cards = b.cards[:1]
		balance := p.call(t, b.token, "GET", "/cards/"+b.cards[0], nil).fen("balance_fen")
		var paid sync.Map
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				r := p.call(t, b.token, "POST", "/orders", b.order(5), "Idempotency-Key", fmt.Sprint("race-", i))
				switch r.status {
				case http.StatusCreated:
					paid.Store(r.text("id"), r.fen("total_fen"))
				case http.StatusConflict:
				default:
					t.Errorf("%d %s", r.status, r.raw)
				}
			})
		}
		wg.Wait()
		paid.Range(func(_, total any) bool { balance -= total.(int64); return true })
		if left := p.call(t, b.token, "GET", "/cards/"+b.cards[0], nil).fen("balance_fen"); left != balance || left < 0 {
			t.Errorf("the card holds %d, want %d", left, balance)
		}
	})
}

func TestASecondStartKeepsTheData(t *testing.T) {
	env := map[string]string{"ZIQUE_DATA": t.TempDir(), "ZIQUE_ADDR": "127.0.0.1:0"}
	p := &program{env: env}
	var placed string
	t.Run("first", func(t *testing.T) {
		p.base = p.serve(t)
		b := p.basket(t)
		placed = p.place(t, b, b.order(1)).text("id")
	})
	t.Run("second", func(t *testing.T) {
		p.base = p.serve(t)
		if r := p.call(t, p.signIn(t, demoBuyer), "GET", "/orders/"+placed, nil); placed == "" || r.text("status") != "paid" {
			t.Errorf("the order of the first start: %s", r.raw)
		}
		p.upload(t, p.signIn(t, demoBuyer), "名单.csv", []byte("姓名\n张三\n")).wantsStatus(t, http.StatusCreated)
		if said := p.printed.String(); !strings.Contains(said, "Data: "+env["ZIQUE_DATA"]) {
			t.Errorf("the welcome names no folder: %s", said)
		}
	})
	walked := 0
	err := filepath.WalkDir(env["ZIQUE_DATA"], func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == env["ZIQUE_DATA"] {
			return err
		}
		walked++
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to others: %v", path, info.Mode())
		}
		return err
	})
	if err != nil || walked < 3 {
		t.Errorf("%d files (%v)", walked, err)
	}
}

func TestUserCreateAndHelp(t *testing.T) {
	env := map[string]string{"ZIQUE_DATA": t.TempDir()}
	getenv := func(name string) string { return env[name] }
	var out bytes.Buffer
	if err := run(context.Background(), []string{"--help"}, getenv, &out); err != nil || !strings.Contains(out.String(), "zique verify") {
		t.Errorf("help: %v %s", err, out.String())
	}
	args := []string{"user", "create", "--role", "operator", "--phone", "13700000000", "--name", "运营", "--password", "long enough 1"}
	if err := run(context.Background(), args, getenv, &out); err != nil || !strings.Contains(out.String(), "can sign in now") {
		t.Errorf("user create: %v", err)
	}
	if err := run(context.Background(), args, getenv, &out); err == nil {
		t.Error("the same phone twice was accepted")
	}
	for _, desk := range [][]string{{"--role", "liaison", "--desk", "county"}, {"--role", "operator", "--desk", "moon"}} {
		args := append([]string{"user", "create", "--phone", "13700000001"}, desk...)
		if err := run(context.Background(), args, getenv, &out); err == nil || !strings.Contains(err.Error(), "--desk") {
			t.Errorf("%v: %v", desk, err)
		}
	}
	for first, want := range map[string]string{"user": "zique user create", "db": "zique db grants"} {
		if err := run(context.Background(), []string{first}, getenv, &out); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s alone: %v", first, err)
		}
	}
	if err := run(context.Background(), []string{"fly"}, getenv, &out); err == nil || !strings.Contains(err.Error(), "--help") {
		t.Errorf("an unknown command: %v", err)
	}
}
