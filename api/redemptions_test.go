package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

// coded is an own batch of the demo's enterprise: the codes and ids of its cards.
func (p *program) coded(t *testing.T, face, cards int64) (codes, ids []string) {
	t.Helper()
	batch := p.issued(t, p.confirmed(t, p.orderBatch(t, anonymous(face, cards)))).text("id")
	plain, err := unzipped(t, p.exported(t, batch, "json"), filePassword)
	var file struct{ Cards []struct{ ID, Code string } }
	if err != nil || json.Unmarshal(plain, &file) != nil || int64(len(file.Cards)) != cards {
		t.Fatalf("codes: %v", err)
	}
	for _, c := range file.Cards {
		codes, ids = append(codes, c.Code), append(ids, c.ID)
	}
	return codes, ids
}

// unknownCode is a code that no card has.
func unknownCode(n int) string { return fmt.Sprintf("0000-0000-0000-0000-0000-%04d", n) }

func (p *program) redeem(t *testing.T, token string, body map[string]any) reply {
	t.Helper()
	return p.ok(t, http.StatusAccepted, token, "POST", "/ent/redemptions", body, "Idempotency-Key", p.key())
}

// redeemed waits until a redemption is not carried out any more.
func (p *program) redeemed(t *testing.T, token, redemption string) (now reply) {
	t.Helper()
	eventually(t, func() bool {
		now = p.ok(t, http.StatusOK, token, "GET", "/ent/redemptions/"+redemption, nil)
		return now.text("status") != "running"
	})
	return now
}

// counted is status, accepted, rejected, redeemed and failed.
func counted(r reply) string {
	return fmt.Sprint(r.text("status"), " ", r.fen("accepted"), " ", r.fen("rejected"), " ", r.fen("redeemed"), " ", r.fen("failed"))
}

// outcomes are status and first error of each row.
func (p *program) outcomes(t *testing.T, token, redemption string) []string {
	t.Helper()
	var found []string
	for cursor := ""; ; {
		page := p.ok(t, http.StatusOK, token, "GET", "/ent/redemptions/"+redemption+"/rows?limit=3"+cursor, nil)
		for i := range len(page.at("items").([]any)) {
			at := fmt.Sprintf("items.%d.", i)
			found = append(found, strings.TrimSpace(page.text(at+"status")+" "+page.text(at+"errors.0.field")+" "+page.text(at+"errors.0.code")))
		}
		if page.text("next_cursor") == "" {
			return found
		}
		cursor = "&cursor=" + page.text("next_cursor")
	}
}

func (p *program) wallet(t *testing.T, token string) (held []map[string]any) {
	t.Helper()
	for _, c := range p.ok(t, http.StatusOK, token, "GET", "/ent/cards?limit=100", nil).at("items").([]any) {
		held = append(held, c.(map[string]any))
	}
	return held
}

func TestCodesEnterTheWalletOnce(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		codes, _ := p.coded(t, 100_00, 7)
		secretary, finance, buyer := p.signIn(t, secretaryPhone), p.signIn(t, financePhone), p.signIn(t, demoBuyer)
		p.ok(t, http.StatusOK, buyer, "POST", "/cards/claim", map[string]any{"code": codes[6]})
		body := map[string]any{"codes": []string{codes[0], strings.ToLower(codes[1]), codes[1], unknownCode(1), "x", codes[6], " - "}, "mode": "valid_rows", "dry_run": true}
		key := p.key()
		dry := p.ok(t, http.StatusAccepted, secretary, "POST", "/ent/redemptions", body, "Idempotency-Key", key)
		if counted(dry) != "checked 2 5 0 0" || dry.text("kind") != "codes" {
			t.Fatalf("dry run: %s", dry.raw)
		}
		if again := p.ok(t, http.StatusAccepted, secretary, "POST", "/ent/redemptions", body, "Idempotency-Key", key); again.text("id") != dry.text("id") || again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("again: %s", again.raw)
		}
		at := "/ent/redemptions/" + dry.text("id")
		want := []string{"accepted", "accepted", "rejected code repeated", "rejected code card_not_usable", "rejected code card_not_usable", "rejected code card_claimed", "rejected code required"}
		if got := p.outcomes(t, finance, dry.text("id")); !slices.Equal(got, want) {
			t.Errorf("rows: %q", got)
		}
		shown := p.ok(t, http.StatusOK, finance, "GET", at+"/rows", nil)
		if !strings.Contains(shown.text("items.2.errors.0.message"), "rows 2 and 3") || shown.text("items.0.code") != "****"+codes[0][25:] {
			t.Errorf("rows: %s", shown.raw)
		}
		if held := p.wallet(t, finance); len(held) != 0 {
			t.Errorf("a dry run redeemed: %v", held)
		}
		p.call(t, finance, "POST", at+"/confirm", map[string]any{"mode": "all_or_nothing"}).wants(t, http.StatusConflict, "rows_rejected")
		for range 2 {
			p.ok(t, http.StatusOK, finance, "POST", at+"/confirm", nil)
		}
		if done := p.redeemed(t, secretary, dry.text("id")); counted(done) != "done 2 5 2 0" {
			t.Errorf("done: %s", done.raw)
		}
		held := p.wallet(t, finance)
		if len(held) != 2 || held[0]["balance_fen"] != float64(100_00) || held[1]["status"] != "active" {
			t.Errorf("the wallet: %v", held)
		}
		p.call(t, secretary, "POST", at+"/stop", nil).wants(t, http.StatusConflict, "state_conflict")
		p.call(t, buyer, "POST", "/cards/claim", map[string]any{"code": codes[0]}).wants(t, http.StatusConflict, "card_not_usable")
		if told := p.inbox(t, finance, "redemption_done"); told.text("items.0.link") == "" {
			t.Errorf("nobody is told: %s", told.raw)
		}
		p.spendsFromTheWallet(t, secretary, held[0]["id"].(string))
		p.allOrNothing(t, secretary, codes)
		p.storesNoCodes(t, codes)
	})
}

// spendsFromTheWallet buys in the organisation's name with one of its cards.
func (p *program) spendsFromTheWallet(t *testing.T, member, card string) {
	t.Helper()
	b := p.basket(t)
	b.token, b.cards = member, []string{card}
	b.address = p.call(t, member, "POST", "/addresses", map[string]any{"name": "张三", "phone": "13912345678", "province": "湖南省", "city": "长沙市", "district": "岳麓区", "detail": "1"}).text("id")
	p.place(t, b, b.order(1)).wants(t, http.StatusConflict, "card_not_usable") // in her own
	placed := p.place(t, b, with(b.order(1), "tender", "bank_transfer"))
	if placed.made(t); placed.text("payments.0.tender") != "aid_card" || placed.text("status") != "paid" {
		t.Errorf("by a card of the wallet: %s", placed.raw)
	}
}

// allOrNothing: the same file again, a file with a bad row, and two at once.
func (p *program) allOrNothing(t *testing.T, secretary string, codes []string) {
	t.Helper()
	before := len(p.wallet(t, secretary))
	held := p.redeem(t, secretary, map[string]any{"codes": codes[:3], "mode": "all_or_nothing"})
	if counted(held) != "checked 1 2 0 0" || !slices.Equal(p.outcomes(t, secretary, held.text("id")), []string{"rejected code card_redeemed", "rejected code card_redeemed", "accepted"}) {
		t.Errorf("the same codes again: %s", held.raw)
	}
	later := p.redeem(t, secretary, map[string]any{"codes": codes[3:5], "mode": "all_or_nothing", "dry_run": true})
	file := p.sheet(t, secretary, "卡密.csv", []byte("卡密\n"+codes[3]+"\n"))
	both := []reply{p.redeem(t, secretary, map[string]any{"file_id": file, "mode": "valid_rows", "dry_run": true}), p.redeem(t, secretary, map[string]any{"codes": []string{codes[3]}, "mode": "valid_rows", "dry_run": true})}
	p.together(t, func(i int) reply {
		return p.call(t, secretary, "POST", "/ent/redemptions/"+both[i%2].text("id")+"/confirm", nil)
	})
	redeemed := int64(0)
	for _, r := range both {
		now := p.redeemed(t, secretary, r.text("id"))
		redeemed += now.fen("redeemed")
		if now.text("status") != "done" {
			t.Errorf("at once: %s", now.raw)
		}
	}
	if redeemed != 1 {
		t.Errorf("one card was redeemed %d times", redeemed)
	}
	p.call(t, secretary, "POST", "/ent/redemptions", map[string]any{"file_id": file, "mode": "valid_rows"}, "Idempotency-Key", p.key()).wantsField(t, "file_id", "unknown") // it has served
	p.ok(t, http.StatusOK, secretary, "POST", "/ent/redemptions/"+later.text("id")+"/confirm", nil)
	if now := p.redeemed(t, secretary, later.text("id")); counted(now) != "checked 1 1 0 0" {
		t.Errorf("one card is gone, and all must be good: %s", now.raw)
	}
	if now := len(p.wallet(t, secretary)); now != before+1 {
		t.Errorf("%d cards came into the wallet", now-before)
	}
	p.ok(t, http.StatusOK, secretary, "POST", "/ent/redemptions/"+later.text("id")+"/stop", nil)
	p.ok(t, http.StatusOK, secretary, "POST", "/ent/redemptions/"+later.text("id")+"/confirm", map[string]any{"mode": "valid_rows"})
	if now := p.redeemed(t, secretary, later.text("id")); counted(now) != "done 1 1 1 0" {
		t.Errorf("the other: %s", now.raw)
	}
}

// together makes some calls at once, none of which may fail.
func (p *program) together(t *testing.T, call func(i int) reply) {
	t.Helper()
	done := make(chan reply)
	for i := range 4 {
		go func() { done <- call(i) }()
	}
	for range 4 {
		if r := <-done; r.status != http.StatusOK {
			t.Errorf("at once: %s", r.raw)
		}
	}
}

// storesNoCodes looks for codes wherever a redemption leaves something.
func (p *program) storesNoCodes(t *testing.T, codes []string) {
	t.Helper()
	p.inDatabase(t, func(tx *storage.Tx) error {
		for _, column := range []string{"redemption_rows code_hash", "redemption_rows problems", "redemption_rows address_cipher", "jobs payload", "jobs state", "audit_log after_json", "idempotency_keys answer", "outbox_events payload"} {
			table, name, _ := strings.Cut(column, " ")
			for _, code := range codes {
				plain := strings.ReplaceAll(code, "-", "")
				if said := p.printed.String(); strings.Contains(said, code) || strings.Contains(said, plain) {
					t.Error("a code was printed")
				}
				var n int64
				if err := tx.Table(table).Where(name+" LIKE ? OR "+name+" LIKE ?", "%"+plain+"%", "%"+code+"%").Count(&n).Error; err != nil || n > 0 {
					return fmt.Errorf("%s holds a code (%v)", column, err)
				}
			}
		}
		return nil
	})
}

// rowFor is a card that buys some for somebody.
func rowFor(b basket, code string, quantity any) map[string]any {
	return map[string]any{"code": code, "sku_id": b.sku, "quantity": quantity, "recipient": map[string]any{
		"name": "李四", "phone": "13712345678", "province": "湖南省", "city": "长沙市", "district": "岳麓区", "detail": "麓山路 2 号"}}
}

func TestRowsBuyGoodsForTheirRecipientsOnce(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		codes, _ := p.coded(t, 2*b.price+10_00, 8)
		secretary := p.signIn(t, secretaryPhone)
		badPhone := rowFor(b, codes[4], 1)
		badPhone["recipient"] = with(badPhone["recipient"].(map[string]any), "phone", "123")
		rows := []any{rowFor(b, codes[0], 1), rowFor(b, codes[1], 2), rowFor(b, codes[2], 30), with(rowFor(b, codes[3], 1), "sku_id", "12345"), badPhone,
			with(rowFor(b, codes[5], 0), "sku_id", "x"), rowFor(b, codes[6], 1), rowFor(b, codes[6], 2)}
		dry := p.redeem(t, secretary, map[string]any{"rows": rows, "mode": "valid_rows", "dry_run": true})
		want := []string{"accepted", "accepted", "rejected code insufficient_balance", "rejected sku_id unknown", "rejected recipient.phone invalid", "rejected sku_id not_an_id", "rejected code repeated", "rejected code repeated"}
		if got := p.outcomes(t, secretary, dry.text("id")); !slices.Equal(got, want) || counted(dry) != "checked 2 6 0 0" {
			t.Fatalf("dry run: %s %q", counted(dry), got)
		}
		at := "/ent/redemptions/" + dry.text("id")
		p.together(t, func(int) reply { return p.call(t, secretary, "POST", at+"/confirm", nil) })
		if done := p.redeemed(t, secretary, dry.text("id")); counted(done) != "done 2 6 2 0" {
			t.Fatalf("done: %s %q", done.raw, p.outcomes(t, secretary, dry.text("id")))
		}
		row := p.ok(t, http.StatusOK, secretary, "GET", at+"/rows", nil)
		placed := p.ok(t, http.StatusOK, secretary, "GET", "/orders/"+row.text("items.1.order_id"), nil)
		if placed.text("status") != "paid" || placed.text("payments.0.card_id") != row.text("items.1.card_id") || placed.fen("lines.0.quantity") != 2 || placed.at("payments.1") != nil {
			t.Errorf("its order: %s", placed.raw)
		}
		for _, card := range p.wallet(t, secretary) {
			if card["id"] == row.text("items.1.card_id") && card["balance_fen"] != card["face_fen"].(float64)-float64(placed.fen("total_fen")) {
				t.Errorf("its card: %v", card)
			}
		}
		again := p.redeem(t, secretary, map[string]any{"rows": rows[:2], "mode": "valid_rows"})
		if got := p.outcomes(t, secretary, again.text("id")); !slices.Equal(got, []string{"rejected code card_redeemed", "rejected code card_redeemed"}) {
			t.Errorf("again: %q", got)
		}
		p.call(t, secretary, "POST", "/ent/redemptions/"+again.text("id")+"/confirm", nil).wants(t, http.StatusConflict, "no_good_rows")
		p.soldOutMeanwhile(t, secretary, b, codes[7])
		p.goodsByFile(t, secretary, b, codes[3])
	})
}

// soldOutMeanwhile: what is checked again before the first row, where all must be good.
func (p *program) soldOutMeanwhile(t *testing.T, secretary string, b basket, code string) {
	t.Helper()
	dry := p.redeem(t, secretary, map[string]any{"rows": []any{rowFor(b, code, 1)}, "mode": "all_or_nothing", "dry_run": true})
	var left int64
	stock := func(units int64) {
		p.inDatabase(t, func(tx *storage.Tx) error {
			if err := tx.Raw("SELECT stock FROM skus WHERE id = ?", idOf(t, b.sku)).Scan(&left).Error; err != nil {
				return err
			}
			return tx.Exec("UPDATE skus SET stock = ? WHERE id = ?", units, idOf(t, b.sku)).Error
		})
	}
	stock(0)
	units := left
	p.ok(t, http.StatusOK, secretary, "POST", "/ent/redemptions/"+dry.text("id")+"/confirm", nil)
	now := p.redeemed(t, secretary, dry.text("id"))
	stock(units)
	if got := p.outcomes(t, secretary, dry.text("id")); counted(now) != "checked 0 1 0 0" || got[0] != "rejected quantity out_of_stock" {
		t.Errorf("sold out: %s %q", now.raw, got)
	}
}

func (p *program) goodsByFile(t *testing.T, secretary string, b basket, code string) {
	t.Helper()
	template := p.fetch(t, secretary, "GET", "/ent/import-templates/redemptions?format=csv", nil)
	header, _, _ := strings.Cut(string(template.raw), "\n")
	file := p.sheet(t, secretary, "兑换.csv", []byte(header+"\n"+code+","+b.sku+",1,王五,13712345679,湖南省,长沙市,岳麓区,麓山路 3 号\n"+code[:20]+",,x,,,,,,\n"))
	done := p.redeem(t, secretary, map[string]any{"file_id": file, "mode": "valid_rows"})
	if now := p.redeemed(t, secretary, done.text("id")); counted(now) != "done 1 1 1 0" || now.text("kind") != "rows" {
		t.Errorf("by file: %s %q", now.raw, p.outcomes(t, secretary, done.text("id")))
	}
	results := p.fetch(t, secretary, "GET", "/ent/redemptions/"+done.text("id")+"/file?format=csv", nil)
	if lines := strings.Split(strings.TrimSpace(string(results.raw)), "\n"); results.status != http.StatusOK || len(lines) != 3 || !strings.Contains(lines[1], "redeemed") || strings.Contains(lines[1], code) {
		t.Errorf("results: %s", results.raw)
	}
}

func TestARedemptionNamesWhatIsWrongWithIt(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		secretary := p.signIn(t, secretaryPhone)
		ask := func(body map[string]any) reply {
			return p.call(t, secretary, "POST", "/ent/redemptions", body, "Idempotency-Key", p.key())
		}
		one := []string{unknownCode(1)}
		ask(map[string]any{"mode": "valid_rows"}).wantsField(t, "codes", "required")
		ask(map[string]any{"mode": "valid_rows", "codes": one, "file_id": "5"}).wantsField(t, "codes", "required")
		ask(map[string]any{"mode": "some", "codes": one}).wantsField(t, "mode", "invalid")
		ask(map[string]any{"mode": "valid_rows", "file_id": "5"}).wantsField(t, "file_id", "unknown")
		ask(map[string]any{"mode": "valid_rows", "file_id": p.sheet(t, secretary, "坏.csv", []byte("姓名\n张三\n"))}).wantsField(t, "file_id", "header_unknown")
		if many := ask(map[string]any{"mode": "valid_rows", "codes": make([]string, 10_001)}); many.status != http.StatusBadRequest || many.text("errors.0.field") != "codes" {
			t.Errorf("too many: %.300s", many.raw)
		}
		if odd := ask(map[string]any{"mode": "valid_rows", "rows": []any{map[string]any{"code": "x"}}}); odd.status != http.StatusBadRequest || odd.text("errors.0.field") == "" {
			t.Errorf("without a recipient: %s", odd.raw)
		}
		p.call(t, secretary, "POST", "/ent/redemptions", map[string]any{"mode": "valid_rows", "codes": one}).wants(t, http.StatusBadRequest, "idempotency_key_required")
		p.call(t, p.signIn(t, demoBuyer), "POST", "/ent/redemptions", map[string]any{"mode": "valid_rows", "codes": one}, "Idempotency-Key", p.key()).wants(t, http.StatusForbidden, "forbidden")
		p.call(t, secretary, "GET", "/ent/redemptions/5", nil).wants(t, http.StatusNotFound, "not_found")
		p.call(t, secretary, "POST", "/ent/redemptions/x/confirm", nil).wants(t, http.StatusNotFound, "not_found")
		if none := p.ok(t, http.StatusOK, secretary, "GET", "/ent/redemptions", nil); none.text("items.0.id") != "" {
			t.Errorf("something was kept: %s", none.raw)
		}
		if n := p.attempts(t, "card:%"); n != 0 {
			t.Errorf("what is wrong otherwise counts as %d guesses", n)
		}
	})
}

// attempts are the failures that stand in the database of subjects that are like this.
func (p *program) attempts(t *testing.T, like string) (n int64) {
	t.Helper()
	if err := p.database(t).Read(t.Context()).Table("attempts").Where("subject LIKE ?", like).Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

// stranger is a member of another enterprise.
func (p *program) stranger(t *testing.T) (token, userID string) {
	t.Helper()
	token, _, userID = p.person(t, "外人")
	p.admit(t, token)
	return token, userID
}

func TestGuessingCodesIsBoundedPerAccountAndPeer(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		codes, _ := p.coded(t, 100_00, 3)
		p.ok(t, http.StatusOK, p.signIn(t, demoBuyer), "POST", "/cards/claim", map[string]any{"code": codes[1]})
		guesser, userID := p.stranger(t)
		guesses := []string{codes[0], codes[1], "x"}
		for i := range 30 {
			guesses = append(guesses, unknownCode(i))
		}
		stopped := p.redeem(t, guesser, map[string]any{"codes": guesses, "mode": "valid_rows"})
		got := p.outcomes(t, guesser, stopped.text("id"))
		if counted(stopped) != "stopped 1 20 0 0" || stopped.text("stopped_for") != "too_many_bad_codes" || got[0] != "accepted" || got[20] != "rejected code card_not_usable" || got[21] != "unchecked" || got[32] != "unchecked" {
			t.Errorf("20 bad codes: %s %q", stopped.raw, got)
		}
		shown := p.ok(t, http.StatusOK, guesser, "GET", "/ent/redemptions/"+stopped.text("id")+"/rows", nil)
		for i := 1; i < 20; i++ {
			if wrong := shown.at(fmt.Sprintf("items.%d.errors.0", i)); !maps.Equal(wrong.(map[string]any), shown.at("items.1.errors.0").(map[string]any)) {
				t.Errorf("row %d is refused in other words: %v", i, wrong)
			}
		}
		p.call(t, guesser, "POST", "/ent/redemptions/"+stopped.text("id")+"/confirm", nil).wants(t, http.StatusConflict, "too_many_bad_codes")
		if account, peers := p.attempts(t, "card:account:"+userID), p.attempts(t, "card:peer:%"); account != 20 || peers != 20 {
			t.Errorf("%d attempts of the account, %d of the peer", account, peers)
		}
		// The right code is refused too, whichever way, and whatever the caller says of where they are.
		forged := []string{"X-Forwarded-For", "203.0.113.9", "X-Real-IP", "203.0.113.9", "Forwarded", "for=203.0.113.9", "True-Client-IP", "203.0.113.9"}
		locked := func(token string) {
			t.Helper()
			for _, r := range []reply{p.call(t, token, "POST", "/cards/claim", map[string]any{"code": codes[0]}, forged...),
				p.call(t, token, "POST", "/ent/redemptions", map[string]any{"codes": codes[:1], "mode": "valid_rows"}, append([]string{"Idempotency-Key", p.key()}, forged...)...)} {
				if r.wants(t, http.StatusTooManyRequests, "too_many_attempts"); r.header.Get("Retry-After") == "" {
					t.Errorf("for how long? %v", r.header)
				}
			}
		}
		locked(guesser)
		for range 2 {
			other, _ := p.stranger(t)
			p.redeem(t, other, map[string]any{"codes": guesses[3:23], "mode": "valid_rows"})
		}
		last, lastID := p.stranger(t)
		locked(last) // for its peer
		if n := p.attempts(t, "card:account:"+lastID); n != 0 {
			t.Errorf("who did nothing has %d attempts", n)
		}
	})
}

func TestAWrongCodeIsRefusedAlikeWhateverIsWrong(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		codes, ids := p.coded(t, 100_00, 6)
		buyer := p.signIn(t, demoBuyer)
		for _, code := range codes[:2] {
			p.ok(t, http.StatusOK, buyer, "POST", "/cards/claim", map[string]any{"code": code})
		}
		secretary := p.signIn(t, secretaryPhone)
		p.redeemed(t, secretary, p.redeem(t, secretary, map[string]any{"codes": codes[2:3], "mode": "valid_rows"}).text("id"))
		p.inDatabase(t, func(tx *storage.Tx) error { // one is frozen, and one of somebody's over
			if err := tx.Exec("UPDATE aid_cards SET status = 'frozen', frozen_for = 'operator', due_at = NULL WHERE id = ?", idOf(t, ids[3])).Error; err != nil {
				return err
			}
			return tx.Exec("UPDATE aid_cards SET status = 'expired', expires_at = 1, due_at = NULL WHERE id = ?", idOf(t, ids[1])).Error
		})
		batch := p.ok(t, http.StatusOK, secretary, "GET", "/ent/card-batches", nil).text("items.0.id")
		p.ok(t, http.StatusOK, secretary, "POST", "/ent/card-batches/"+batch+"/recall", map[string]any{"reason": "作废", "card_ids": ids[4:5]})
		who, _ := p.stranger(t)
		seen := map[string]reply{}
		for what, code := range map[string]string{"unknown": unknownCode(5), "malformed": "x", "claimed": codes[0], "expired": codes[1], "in a wallet": codes[2], "frozen": codes[3], "void": codes[4]} {
			r := p.call(t, who, "POST", "/cards/claim", map[string]any{"code": code})
			r.wants(t, http.StatusConflict, "card_not_usable")
			seen[what] = r
		}
		for what, r := range seen {
			if plain(r) != plain(seen["unknown"]) {
				t.Errorf("%s:\n%s\nunknown:\n%s", what, plain(r), plain(seen["unknown"]))
			}
		}
	})
}

// plain is an answer without what is another's at every call.
func plain(r reply) string {
	header := r.header.Clone()
	header.Del("Date")
	header.Del("X-Request-Id")
	return fmt.Sprint(r.status, header, strings.ReplaceAll(string(r.raw), r.text("request_id"), ""))
}

func TestARedemptionSurvivesKill9(t *testing.T) {
	for name, env := range map[string]map[string]string{
		"sqlite": {},
		"mysql":  {"ZIQUE_MYSQL_DSN": storagetest.MySQL(t), "ZIQUE_REDIS_URL": os.Getenv("ZIQUE_TEST_REDIS_URL"), "ZIQUE_MODE": "demo"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redeemKilled(t, env, 300)
		})
	}
}

// redeemKilled has goods bought in a program that is killed meanwhile, stopped before the next
// notices, and told to go on; the same rows sent again, and the same codes, do nothing.
func redeemKilled(t *testing.T, env map[string]string, cards int) {
	t.Helper()
	env["ZIQUE_DATA"], env["ZIQUE_ADDR"] = t.TempDir(), "127.0.0.1:0"
	running := spawn(t, env)
	b := running.basket(t)
	other := running.ok(t, http.StatusOK, "", "GET", "/products/"+running.ok(t, http.StatusOK, "", "GET", "/products?sort=price_asc", nil).text("items.1.id"), nil)
	codes, _ := running.coded(t, other.fen("skus.0.price_fen")+20_00, int64(cards))
	rows := make([]any, cards)
	for i, code := range codes {
		rows[i] = with(rowFor(b, code, 1), "sku_id", []string{b.sku, other.text("skus.0.id")}[i%2])
	}
	secretary := running.signIn(t, secretaryPhone)
	asked := running.redeem(t, secretary, map[string]any{"rows": rows, "mode": "all_or_nothing"})
	at := "/ent/redemptions/" + asked.text("id")
	if counted(asked) != fmt.Sprintf("running %d 0 0 0", cards) {
		t.Fatalf("%s", asked.raw)
	}
	for range 2 {
		before := running.ok(t, http.StatusOK, secretary, "GET", at, nil).fen("redeemed")
		within(t, time.Minute, func() bool { return running.ok(t, http.StatusOK, secretary, "GET", at, nil).fen("redeemed") > before })
		running.kill()
		running = spawn(t, env)
		secretary = running.signIn(t, secretaryPhone)
		if stopped := running.ok(t, http.StatusOK, secretary, "POST", at+"/stop", nil); stopped.text("status") != "stopped" {
			t.Fatalf("killed too late: %s", stopped.raw)
		}
		running.ok(t, http.StatusOK, secretary, "POST", at+"/confirm", nil)
	}
	if done := running.redeemed(t, secretary, asked.text("id")); counted(done) != fmt.Sprintf("done %d 0 %d 0", cards, cards) {
		t.Errorf("%s", done.raw)
	}
	for _, again := range []map[string]any{{"rows": rows, "mode": "valid_rows"}, {"codes": codes, "mode": "valid_rows"}} {
		if r := running.redeem(t, secretary, again); counted(r) != fmt.Sprintf("checked 0 %d 0 0", cards) {
			t.Errorf("again: %s", r.raw)
		}
	}
	running.kill()
	var report bytes.Buffer
	if err := run(context.Background(), []string{"verify"}, running.getenv, &report); err != nil {
		t.Errorf("verify: %v\n%s", err, report.String())
	}
	db := running.database(t)
	var orders, audited int64
	err := errors.Join(db.Read(t.Context()).Table("orders").Where("org_id <> 0").Count(&orders).Error,
		db.Read(t.Context()).Table("audit_log").Where("action = 'card.redeemed'").Count(&audited).Error)
	if err != nil || orders != int64(cards) || audited != orders {
		t.Errorf("%d orders, %d rows in the log (%v)", orders, audited, err)
	}
}
