package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"zique/internal/clock"
	"zique/internal/notify"
	"zique/internal/order"
	"zique/internal/storage"
)

// printed is what the program writes to the console after its welcome.
type printed struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *printed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *printed) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// database opens the program's own database beside it.
func (p *program) database(t *testing.T) *storage.DB {
	t.Helper()
	db, err := storage.Open(context.Background(), storage.Config{MySQLDSN: p.env["ZIQUE_MYSQL_DSN"], Folder: p.env["ZIQUE_DATA"]}, clock.System())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

const (
	newcomer     = "13812345678"
	demoPassword = "zique-demo-2026"
	newPassword  = "another password 1"
)

// join registers a newcomer.
func (p *program) join(t *testing.T, phone string) reply {
	t.Helper()
	r := p.call(t, "", "POST", "/auth/register", map[string]any{"phone": phone, "password": demoPassword, "name": "新来的人"})
	if r.status != http.StatusCreated {
		t.Fatalf("register: %s", r.raw)
	}
	return r
}

// askCode asks for a code and answers it, as demo mode does.
func (p *program) askCode(t *testing.T, phone, purpose string) string {
	t.Helper()
	r := p.call(t, "", "POST", "/auth/codes", map[string]any{"phone": phone, "purpose": purpose})
	if r.status != http.StatusAccepted || len(r.text("demo_code")) != 6 || r.fen("expires_in") != 600 {
		t.Fatalf("code: %d %s", r.status, r.raw)
	}
	return r.text("demo_code")
}

func (r reply) wantsField(t *testing.T, field, code string) {
	t.Helper()
	r.wants(t, http.StatusBadRequest, "invalid_field")
	if r.text("errors.0.field") != field || r.text("errors.0.code") != code {
		t.Errorf("want %s:%s, got %s", field, code, r.raw)
	}
}

func (r reply) wantsStatus(t *testing.T, status int) {
	t.Helper()
	if r.status != status {
		t.Fatalf("answered %d, want %d: %s", r.status, status, r.raw)
	}
}

func wrongCode(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func TestAPasswordIsResetByACodeOnce(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		joined := p.join(t, newcomer)
		reset := func(phone, code, password string) reply {
			return p.call(t, "", "POST", "/auth/password-reset", map[string]any{"phone": phone, "code": code, "password": password})
		}
		code := p.askCode(t, newcomer, "reset_password")
		foreign := p.askCode(t, demoBuyer, "reset_password")
		nobodys := p.askCode(t, "13899999999", "reset_password") // looks like any other
		reset(newcomer, wrongCode(code), newPassword).wantsField(t, "code", "wrong")
		reset(newcomer, foreign, newPassword).wantsField(t, "code", "wrong")
		reset("13899999999", nobodys, newPassword).wantsField(t, "code", "wrong")
		reset(newcomer, code, "short").wantsField(t, "password", "invalid")
		reset("139", code, newPassword).wantsField(t, "phone", "invalid")
		if strings.Count(p.printed.String(), "SMS to ") != 2 {
			t.Errorf("texted: %s", p.printed.String())
		}
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if r := reset(newcomer, code, newPassword); r.status == http.StatusNoContent {
					won.Add(1)
				} else if r.text("errors.0.field") != "code" {
					t.Errorf("%d %s", r.status, r.raw)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d resets used one code", won.Load())
		}
		p.call(t, joined.text("access_token"), "GET", "/me", nil).wants(t, http.StatusUnauthorized, "unauthenticated")
		p.call(t, "", "POST", "/auth/login", map[string]any{"phone": newcomer, "password": demoPassword}).wants(t, http.StatusUnauthorized, "wrong_credentials")
		again := p.call(t, "", "POST", "/auth/login", map[string]any{"phone": newcomer, "password": newPassword})
		if verified, _ := again.at("user.phone_verified").(bool); again.status != http.StatusOK || !verified {
			t.Errorf("signed in: %s", again.raw)
		}
	})
}

func TestCodesAreLimited(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		for range 5 {
			p.askCode(t, newcomer, "register")
		}
		refused := p.call(t, "", "POST", "/auth/codes", map[string]any{"phone": newcomer, "purpose": "register"})
		refused.wants(t, http.StatusTooManyRequests, "too_many_attempts")
		if refused.header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
		p.call(t, "", "POST", "/auth/codes", map[string]any{"phone": newcomer, "purpose": "login"}).wants(t, http.StatusBadRequest, "invalid_field")
		for range 5 {
			p.call(t, "", "POST", "/auth/password-reset", map[string]any{"phone": demoBuyer, "code": "000000", "password": newPassword}).wantsField(t, "code", "wrong")
		}
		p.call(t, "", "POST", "/auth/password-reset", map[string]any{"phone": demoBuyer, "code": "000000", "password": newPassword}).
			wants(t, http.StatusTooManyRequests, "too_many_attempts")
		for i := 5; i < 30; i++ {
			p.askCode(t, fmt.Sprintf("138000000%02d", i), "register")
		}
		p.call(t, "", "POST", "/auth/codes", map[string]any{"phone": "13700000001", "purpose": "register"}).
			wants(t, http.StatusTooManyRequests, "too_many_attempts")
	})
}

func TestThePhoneIsVerifiedByItsOwner(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		token := p.join(t, newcomer).text("access_token")
		code, foreign := p.askCode(t, newcomer, "verify_phone"), p.askCode(t, demoBuyer, "verify_phone")
		p.call(t, token, "POST", "/me/phone/verify", map[string]any{"code": wrongCode(code)}).wantsField(t, "code", "wrong")
		p.call(t, token, "POST", "/me/phone/verify", map[string]any{"code": foreign}).wantsField(t, "code", "wrong")
		for range 2 {
			r := p.call(t, token, "POST", "/me/phone/verify", map[string]any{"code": code})
			if verified, _ := r.at("user.phone_verified").(bool); r.status != http.StatusOK || !verified {
				t.Errorf("verify: %s", r.raw)
			}
		}
		p.call(t, token, "PUT", "/me", map[string]any{"name": "\u0007"}).wantsField(t, "name", "invalid")
		if r := p.call(t, token, "PUT", "/me", map[string]any{"name": " 王小明 "}); r.text("user.name") != "王小明" {
			t.Errorf("rename: %s", r.raw)
		}
	})
}

func TestSessionsAreOnesOwn(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		first := p.join(t, newcomer)
		here := first.text("access_token")
		there := p.call(t, "", "POST", "/auth/login", map[string]any{"phone": newcomer, "password": demoPassword},
			"User-Agent", "Mozilla/5.0 (Linux; Android 13) Chrome/119.0 MicroMessenger/8.0")
		list := p.call(t, here, "GET", "/me/sessions", nil)
		if list.text("items.0.device") != "WeChat, Android" || list.text("items.1.device") != "Go-http-client" || list.text("items.0.peer") != "127.0.0.0/24" ||
			list.at("items.0.current") != false || list.at("items.1.current") != true {
			t.Fatalf("sessions: %s", list.raw)
		}
		other := "/me/sessions/" + list.text("items.0.id")
		stranger := p.signIn(t, demoBuyer)
		p.call(t, stranger, "DELETE", other, nil).wants(t, http.StatusNotFound, "not_found")
		p.call(t, stranger, "DELETE", "/me/sessions/x", nil).wants(t, http.StatusNotFound, "not_found")
		p.call(t, there.text("access_token"), "GET", "/me", nil).wantsStatus(t, http.StatusOK)
		p.call(t, here, "DELETE", other, nil).wantsStatus(t, http.StatusNoContent)
		p.call(t, there.text("access_token"), "GET", "/me", nil).wants(t, http.StatusUnauthorized, "unauthenticated")
		p.call(t, "", "POST", "/auth/refresh", map[string]any{"refresh_token": there.text("refresh_token")}).wants(t, http.StatusUnauthorized, "unauthenticated")

		p.call(t, here, "POST", "/me/password", map[string]any{"current_password": "wrong wrong", "new_password": newPassword}).wantsField(t, "current_password", "wrong")
		changed := p.call(t, here, "POST", "/me/password", map[string]any{"current_password": demoPassword, "new_password": newPassword})
		changed.wantsStatus(t, http.StatusOK)
		p.call(t, here, "GET", "/me", nil).wants(t, http.StatusUnauthorized, "unauthenticated")
		p.call(t, changed.text("access_token"), "POST", "/me/sign-out-everywhere", nil).wantsStatus(t, http.StatusNoContent)
		p.call(t, changed.text("access_token"), "GET", "/me", nil).wants(t, http.StatusUnauthorized, "unauthenticated")
		p.call(t, stranger, "GET", "/me", nil).wantsStatus(t, http.StatusOK)
	})
}

func TestNoRefreshOverHTTPSurvivesSigningOutEverywhere(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		signOut := p.join(t, newcomer)
		var open []string
		for range 4 {
			open = append(open, p.call(t, "", "POST", "/auth/login", map[string]any{"phone": newcomer, "password": demoPassword}).text("refresh_token"))
		}
		var renewed sync.Map
		var wg sync.WaitGroup
		for _, token := range open {
			wg.Go(func() {
				if r := p.call(t, "", "POST", "/auth/refresh", map[string]any{"refresh_token": token}); r.status == http.StatusOK {
					renewed.Store(r.text("access_token"), true)
				}
			})
		}
		wg.Go(func() { p.call(t, signOut.text("access_token"), "POST", "/me/sign-out-everywhere", nil) })
		wg.Wait()
		renewed.Range(func(token, _ any) bool {
			p.call(t, token.(string), "GET", "/me", nil).wants(t, http.StatusUnauthorized, "unauthenticated")
			return true
		})
	})
}

func TestConsentsAreLogged(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		joined := p.call(t, "", "POST", "/auth/register", map[string]any{"phone": newcomer, "password": demoPassword, "name": "新来的人",
			"consents": []any{map[string]any{"document": "privacy_policy", "version": "2026-11"}}})
		joined.wantsStatus(t, http.StatusCreated)
		token := joined.text("access_token")
		p.call(t, token, "POST", "/me/consents", map[string]any{"document": "privacy_policy", "version": "二", "given": true}).wantsField(t, "version", "invalid")
		p.call(t, token, "POST", "/me/consents", map[string]any{"document": "privacy_policy", "version": "2026-11", "given": false}).wantsStatus(t, http.StatusCreated)
		list := p.call(t, token, "GET", "/me/consents", nil)
		if list.at("items.0.given") != false || list.at("items.1.given") != true || list.text("items.1.version") != "2026-11" {
			t.Errorf("consents: %s", list.raw)
		}
	})
}

func TestAnAccountInUseIsNotDeleted(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		joined := p.join(t, newcomer)
		b := p.basket(t)
		b.token = joined.text("access_token")
		b.address = p.call(t, b.token, "POST", "/addresses", map[string]any{
			"name": "令狐收件", "phone": "13711112222", "province": "湖南省", "city": "长沙市", "district": "岳麓区", "detail": "麓山路 1 号"}).text("id")
		card := p.call(t, b.token, "POST", "/cards/claim", map[string]any{"code": p.call(t, "", "GET", "/demo", nil).text("card_codes.0")})
		b.cards = []string{card.text("id")}
		seller, placed := p.ofDemoCooperative(t, b, 2)
		street := "换到湘江路 2 号后送，原来送麓山路1号（麓山路 1 号）令狐收件 137 1111 2222"
		p.ok(t, http.StatusCreated, b.token, "POST", "/addresses", map[string]any{
			"name": "新来的人", "phone": newcomer, "province": "湖南省", "city": "长沙市", "district": "天心区", "detail": "湘江路 2 号"})
		p.refund(t, b, placed.text("id"), map[string]any{"reason": street, "lines": []any{map[string]any{"line_id": placed.text("lines.0.id"), "quantity": 1}}}).wantsStatus(t, http.StatusCreated)
		others := p.village(t)
		p.inDatabase(t, func(tx *storage.Tx) error {
			return tx.Exec("UPDATE villages SET note = ? WHERE id = ?", street, others).Error
		})
		remove := func() reply {
			return p.call(t, b.token, "POST", "/me/deletion", map[string]any{"password": demoPassword})
		}
		p.call(t, b.token, "POST", "/me/deletion", map[string]any{"password": "wrong wrong"}).wantsField(t, "password", "wrong")
		refused := remove()
		refused.wants(t, http.StatusConflict, "account_in_use")
		if refused.text("errors.0.field") != "cards" || refused.text("errors.1.field") != "orders" {
			t.Errorf("refused: %s", refused.raw)
		}
		p.call(t, b.token, "POST", "/orders/"+placed.text("id")+"/cancel", nil).wantsStatus(t, http.StatusOK)
		if refused = remove(); refused.text("errors.0.field") != "cards" || refused.text("errors.1.field") != "" {
			t.Errorf("refused: %s", refused.raw)
		}
		owner := p.call(t, p.signIn(t, "13900000002"), "POST", "/me/deletion", map[string]any{"password": demoPassword})
		owner.wants(t, http.StatusConflict, "account_in_use")
		if owner.text("errors.0.field") != "memberships" {
			t.Errorf("the last manager: %s", owner.raw)
		}
		db := p.database(t)
		voiding := p.ok(t, http.StatusOK, p.signIn(t, "13900000004"), "POST", "/ops/cards/"+card.text("id")+"/void", map[string]any{"reason": "注销"})
		p.ok(t, http.StatusOK, p.signIn(t, "13900000005"), "POST", "/approvals/"+voiding.text("approval_id")+"/approve", nil)
		remove().wantsStatus(t, http.StatusNoContent)
		var kept order.Order
		if err := db.Read(t.Context()).Take(&kept, "id = ?", placed.text("id")).Error; err != nil {
			t.Fatal(err)
		}
		if plain, err := p.keyring(t).Open(kept.AddressCipher); string(plain) != `{"name":"已注销用户","phone":"","province":"湖南省","city":"长沙市","district":"","detail":""}` {
			t.Errorf("the order keeps the address %s (%v)", plain, err)
		}
		if seen := p.ok(t, http.StatusOK, seller, "GET", "/coop/orders/"+placed.text("sub_orders.0.id"), nil); seen.text("address.name") != "已注销用户" || seen.text("address.phone") != "" || seen.text("address.city") != "长沙市" {
			t.Errorf("the seller sees %s", seen.raw)
		}
		p.call(t, b.token, "GET", "/me", nil).wants(t, http.StatusUnauthorized, "unauthenticated")
		p.call(t, "", "POST", "/auth/login", map[string]any{"phone": newcomer, "password": demoPassword}).wants(t, http.StatusUnauthorized, "wrong_credentials")
		var names []string
		if err := db.Read(t.Context()).Table("users").Where("id = ?", joined.text("user.id")).Pluck("name", &names).Error; err != nil || !slices.Equal(names, []string{"已注销用户"}) {
			t.Errorf("the user is called %v (%v)", names, err)
		}
		tables := dump(t, db)
		for table, text := range tables {
			if strings.Contains(text, "新来的人") {
				t.Errorf("%s still holds the name", table)
			}
		}
		if !strings.Contains(tables["refunds"], "换到****后送，原来送****（****）**** ****\n") || !strings.Contains(tables["villages"], street) {
			t.Errorf("the street in what they wrote, and in what others did: %s %s", tables["refunds"], tables["villages"])
		}
		var orders int64
		if err := db.Read(t.Context()).Table("orders").Where("buyer_id = ?", joined.text("user.id")).Count(&orders).Error; err != nil || orders != 1 {
			t.Errorf("%d orders are left (%v)", orders, err)
		}
		if anew := p.join(t, newcomer); anew.text("user.id") == joined.text("user.id") {
			t.Error("the phone got the old account back")
		}
	})
}

// dump is what every table holds, as text.
func dump(t *testing.T, db *storage.DB) map[string]string {
	t.Helper()
	shape, err := db.Shape(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for table := range shape {
		var rows []map[string]any
		if err := db.Read(t.Context()).Table(table).Find(&rows).Error; err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for _, row := range rows {
			for _, value := range row {
				if raw, ok := value.([]byte); ok {
					value = string(raw)
				}
				fmt.Fprintln(&text, value)
			}
		}
		all[table] = text.String()
	}
	return all
}

func TestTheExportIsCompleteAndLimited(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		placed := p.place(t, b, b.order(1))
		p.call(t, b.token, "POST", "/me/consents", map[string]any{"document": "terms_of_service", "version": "1", "given": true}).wantsStatus(t, http.StatusCreated)
		changed := p.call(t, b.token, "POST", "/me/password", map[string]any{"current_password": demoPassword, "new_password": newPassword})
		token := changed.text("access_token")
		p.inbox(t, token, "password_changed")
		p.ok(t, http.StatusOK, token, "PUT", "/me", map[string]any{"name": "改名买家"})
		p.ok(t, http.StatusOK, token, "PUT", "/cart/items/"+b.sku, map[string]any{"quantity": 2})
		p.ok(t, http.StatusOK, p.signIn(t, "13900000004"), "GET", "/ops/search?q="+demoBuyer, nil)
		me := p.ok(t, http.StatusOK, token, "GET", "/me", nil).text("user.id")
		const older = 250 // more than a page
		p.inDatabase(t, func(tx *storage.Tx) error {
			for i := range older {
				if err := errors.Join(tx.Exec("INSERT INTO consents (id, user_id, document, version, given, created_at) VALUES (?, ?, 'terms_of_service', '0', 1, 0)", i+1, me).Error,
					tx.Exec("INSERT INTO sessions (id, user_id, created_at, last_used_at, revoked_at, device, peer) VALUES (?, ?, 1, ?, 3, '', '')", i+1, me, tx.Now()).Error); err != nil {
					return err
				}
			}
			return nil
		})
		e := p.call(t, token, "GET", "/me/export?lang=en", nil)
		e.wantsStatus(t, http.StatusOK)
		for path, want := range map[string]string{
			"profile.phone": demoBuyer, "profile.name": "改名买家", "addresses.0.phone": "13912345678", "addresses.0.detail": "麓山路 1 号",
			"sessions.0.device": "Go-http-client", "consents.0.document": "terms_of_service", "cards.0.id": b.cards[0],
			"cards.0.entries.0.kind": "payment", "cards.0.entries.0.order_id": placed.text("id"), "cards.0.entries.1.kind": "issue",
			"former_names.0.name": "演示买家", "cart.0.sku_id": b.sku, "sessions.1.device": "Go-http-client", "log.0.action": "user.exported", "log.0.actor_name": "改名买家", "log.0.peer": "127.0.0.1",
			"orders.0.status": "paid", "orders.0.address.detail": "麓山路 1 号", "orders.0.address.phone": "13912345678", "messages.0.title": "Password changed",
		} {
			if e.text(path) != want {
				t.Errorf("%s is %q, want %q", path, e.text(path), want)
			}
		}
		if consents, sessions := e.at("consents").([]any), e.at("sessions").([]any); len(consents) <= older || len(sessions) <= older ||
			e.at("sessions.0.ended_at") != nil || e.text("sessions.1.ended_at") == "" {
			t.Errorf("%d consents, %d sessions: %.2000s", len(consents), len(sessions), e.raw)
		}
		for _, row := range e.at("log").([]any) {
			if row, _ := row.(map[string]any); row["action"] == "user.looked_up" && (row["actor_id"] != nil || row["actor_name"] != nil || row["peer"] != "") {
				t.Errorf("who looked is another's: %v", row)
			}
		}
		if !strings.Contains(string(e.raw), `"user.looked_up"`) {
			t.Errorf("the export lacks what others did: %s", e.raw)
		}
		if missing, _ := e.at("missing").([]any); missing == nil || len(missing) > 0 {
			t.Errorf("missing: %v", missing)
		}
		if e.header.Get("Content-Disposition") != `attachment; filename="zique-my-data.json"` || e.header.Get("Cache-Control") != "no-store" {
			t.Errorf("headers %v", e.header)
		}
		if member := p.call(t, p.signIn(t, "13900000002"), "GET", "/me/export", nil); member.text("memberships.0.role") != "owner" {
			t.Errorf("a member's export: %s", member.raw)
		}
		for range 4 {
			p.call(t, token, "GET", "/me/export", nil).wantsStatus(t, http.StatusOK)
		}
		p.call(t, token, "GET", "/me/export", nil).wants(t, http.StatusTooManyRequests, "too_many_attempts")
	})
}

// smsGateway takes signed messages, or answers as it is told.
type smsGateway struct {
	mu     sync.Mutex
	status int
	texts  []string
}

func (g *smsGateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	signed := notify.Sign([]byte(gatewaySecret), r.Header.Get(notify.HeaderTimestamp), r.Header.Get(notify.HeaderNonce), body)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.status != 0 {
		w.WriteHeader(g.status)
		return
	}
	if signed != r.Header.Get(notify.HeaderSignature) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	g.texts = append(g.texts, string(body))
}

func (g *smsGateway) says(status int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.status = status
}

func (g *smsGateway) taken() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.texts)
}

const gatewaySecret = "a secret of the gateway and of us"

func TestCodesGoThroughTheGateway(t *testing.T) {
	gateway := &smsGateway{}
	server := httptest.NewServer(gateway)
	defer server.Close()
	p := start(t, map[string]string{"ZIQUE_SMS_URL": server.URL, "ZIQUE_SMS_SECRET": gatewaySecret})
	gateway.says(http.StatusInternalServerError)
	for range 7 {
		r := p.call(t, "", "POST", "/auth/codes", map[string]any{"phone": newcomer, "purpose": "register"})
		r.wants(t, http.StatusServiceUnavailable, "sms_unavailable")
		if r.header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
	gateway.says(0)
	code := p.askCode(t, newcomer, "register")
	if texts := gateway.taken(); len(texts) != 1 || !strings.Contains(texts[0], code) || !strings.Contains(texts[0], newcomer) {
		t.Errorf("the gateway took %v", texts)
	}
	joined := p.call(t, "", "POST", "/auth/register", map[string]any{"phone": newcomer, "password": demoPassword, "name": "新来的人", "code": code})
	if verified, _ := joined.at("user.phone_verified").(bool); joined.status != http.StatusCreated || !verified {
		t.Errorf("registered: %s", joined.raw)
	}
}

// No table, no message, no line of the log and nothing on the console holds a phone.
func TestNoPhoneIsLeftInClear(t *testing.T) {
	var log printed
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(before) }) // after the parallel tests
	eachPair(t, func(t *testing.T, p *program) {
		code := p.askCode(t, newcomer, "register")
		joined := p.call(t, "", "POST", "/auth/register", map[string]any{"phone": newcomer, "password": demoPassword, "name": "新来的人", "code": code})
		token := joined.text("access_token")
		p.call(t, token, "POST", "/addresses", map[string]any{
			"name": "新来的人", "phone": newcomer, "province": "湖南省", "city": "长沙市", "district": "岳麓区", "detail": "麓山路 1 号"}).wantsStatus(t, http.StatusCreated)
		p.call(t, "", "POST", "/auth/password-reset", map[string]any{
			"phone": newcomer, "code": p.askCode(t, newcomer, "reset_password"), "password": newPassword}).wantsStatus(t, http.StatusNoContent)
		again := p.call(t, "", "POST", "/auth/login", map[string]any{"phone": newcomer, "password": newPassword})
		p.inbox(t, again.text("access_token"), "password_changed")
		p.call(t, "", "POST", "/auth/login", map[string]any{"phone": newcomer, "password": "wrong wrong"}).wants(t, http.StatusUnauthorized, "wrong_credentials")
		alone := regexp.MustCompile(`(^|[^0-9A-Za-z+/])` + code + `($|[^0-9A-Za-z+/=])`) // six digits stand in many an id or hash
		for table, text := range dump(t, p.database(t)) {
			for _, hidden := range []string{newcomer, demoBuyer, newPassword} {
				if strings.Contains(text, hidden) {
					t.Errorf("%s holds %s in clear", table, hidden)
				}
			}
			if alone.MatchString(text) {
				t.Errorf("%s holds the code %s in clear", table, code)
			}
		}
		if !strings.Contains(p.printed.String(), "SMS to 138****5678: 验证码 "+code) {
			t.Errorf("the console shows %q", p.printed.String())
		}
		if all := p.printed.String() + log.String(); strings.Contains(all, newcomer) {
			t.Errorf("printed or logged: %s", all)
		}
	})
}
