package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"zique/internal/aidcard"
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

// recipientRows is a file with somebody for each phone.
func recipientRows(phones ...string) []byte {
	file := "姓名,手机号,部门\n"
	for i, phone := range phones {
		file += fmt.Sprintf("员工%d,%s,%s\n", i, phone, []string{"行政部", "生产部"}[i%2])
	}
	return []byte(file)
}

func (p *program) importRecipients(t *testing.T, token, batch, fileID string, dryRun bool) reply {
	t.Helper()
	started := p.ok(t, http.StatusAccepted, token, "POST", "/ent/card-batches/"+batch+"/recipients", map[string]any{"file_id": fileID, "dry_run": dryRun})
	var r reply
	eventually(t, func() bool {
		r = p.ok(t, http.StatusOK, token, "GET", "/ent/recipient-imports/"+started.text("id"), nil)
		return isOver(r)
	})
	return r
}

func TestRecipientsComeByFileWholeOrNotAtAll(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		secretary, finance := p.signIn(t, secretaryPhone), p.signIn(t, financePhone)
		batch := p.orderBatch(t, map[string]any{"kind": "registered", "face_fen": 100_00, "count": 4}).text("id")
		at := "/ent/card-batches/" + batch
		p.call(t, finance, "POST", at+"/confirm", nil).wants(t, http.StatusConflict, "recipients_missing")
		take := func(dry bool, phones ...string) reply {
			return p.importRecipients(t, secretary, batch, p.sheet(t, secretary, "名单.csv", recipientRows(phones...)), dry)
		}
		named := func() int64 { return p.ok(t, http.StatusOK, secretary, "GET", at, nil).fen("recipients") }
		bad := take(false, "13711110001", "1371111", "13711110001", "13711110003", "13711110004")
		if bad.text("status") != "failed" || bad.fen("errors_total") != 3 || bad.fen("errors.0.row") != 3 || bad.text("errors.0.code") != "invalid" ||
			bad.fen("errors.1.row") != 4 || bad.text("errors.1.code") != "repeated" || bad.fen("errors.2.row") != 6 || bad.text("errors.2.code") != "too_many" || bytes.Contains(bad.raw, []byte("13711110001")) {
			t.Errorf("a bad file: %s", bad.raw)
		}
		if file := p.fetch(t, secretary, "GET", "/ent/recipient-imports/"+bad.text("id")+"/file", nil); file.status != http.StatusOK || !bytes.Contains(file.raw, []byte("错误 Errors")) {
			t.Errorf("the file with its errors: %d %.300s", file.status, file.raw)
		}
		if dry := take(true, "13711110001", "13711110002"); dry.text("status") != "done" || dry.fen("errors_total") != 0 || named() != 0 {
			t.Errorf("dry: %s", dry.raw)
		}
		if done := take(false, "13711110001", "13711110002"); done.text("status") != "done" || done.fen("added") != 2 || named() != 2 {
			t.Errorf("taken in: %s", done.raw)
		}
		if again := take(false, "13711110002", "13711110003"); again.text("status") != "failed" || again.text("errors.0.code") != "repeated" || named() != 2 {
			t.Errorf("the same person again: %s", again.raw)
		}
		p.call(t, finance, "POST", at+"/confirm", nil).wants(t, http.StatusConflict, "recipients_missing")
		var both sync.WaitGroup // of two files for the last two cards one is taken in, whole
		for i := range 2 {
			both.Go(func() { take(false, fmt.Sprintf("137111102%02d", i), fmt.Sprintf("137111103%02d", i)) })
		}
		both.Wait()
		if named() != 4 {
			t.Errorf("after two files at once: %d", named())
		}
		if template := p.fetch(t, secretary, "GET", "/ent/import-templates/card-recipients?format=csv", nil); template.status != http.StatusOK || !bytes.Contains(template.raw, []byte("手机号")) {
			t.Errorf("template: %s", template.raw)
		}
		p.ok(t, http.StatusOK, finance, "POST", at+"/confirm", nil)
		late := p.call(t, secretary, "POST", at+"/recipients", map[string]any{"file_id": p.sheet(t, secretary, "名单.csv", recipientRows("13711110009")), "dry_run": false})
		late.wants(t, http.StatusConflict, "state_conflict")
	})
}

func TestACardGoesToWhoeverHasVerifiedThePhone(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		buyer := p.signIn(t, demoBuyer)
		held := func(token string) (ids []string) {
			found := p.ok(t, http.StatusOK, token, "GET", "/cards", nil)
			for i := range 20 {
				if cardID := found.text(fmt.Sprintf("items.%d.id", i)); cardID != "" {
					ids = append(ids, cardID)
				}
			}
			return ids
		}
		before := len(held(buyer))
		const later, unverified, gone = "13711110001", "13711110002", "13711110003"
		batch := p.issued(t, p.batchFor(t, demoBuyer, later, unverified, gone))
		at := "/ent/card-batches/" + batch.text("id")
		if now := held(buyer); len(now) != before+1 { // who is signed in already
			t.Errorf("the buyer has %d cards, had %d", len(now), before)
		}
		code := p.call(t, "", "POST", "/auth/codes", map[string]any{"phone": later, "purpose": "register"}).text("demo_code")
		with := p.ok(t, http.StatusCreated, "", "POST", "/auth/register", map[string]any{"phone": later, "password": "zique-demo-2026", "name": "后来的", "code": code}).text("access_token")
		without := p.ok(t, http.StatusCreated, "", "POST", "/auth/register", map[string]any{"phone": unverified, "password": "zique-demo-2026", "name": "未验证"}).text("access_token")
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() { held(with) })
		}
		all.Wait()
		if len(held(with)) != 1 || len(held(without)) != 0 {
			t.Errorf("with the phone verified %v, without %v", held(with), held(without))
		}
		exported := p.ok(t, http.StatusOK, with, "GET", "/me/export", nil)
		if exported.text("given_cards.0.card_id") != held(with)[0] || exported.text("given_cards.0.department") != "生产部" || exported.text("given_cards.0.name") != "员工2" {
			t.Errorf("exported: %v", exported.at("given_cards"))
		}

		secretary := p.signIn(t, secretaryPhone)
		counts := p.ok(t, http.StatusOK, secretary, "GET", at+"/claims", nil)
		if counts.text("items.0.department") == "" || counts.fen("items.0.claimed")+counts.fen("items.1.claimed") != 2 || counts.fen("items.0.unclaimed")+counts.fen("items.1.unclaimed") != 2 {
			t.Errorf("counts: %s", counts.raw)
		}
		open := p.ok(t, http.StatusOK, secretary, "GET", at+"/cards?status=unclaimed&limit=1", nil)
		if open.text("items.0.name") != "员**" || open.text("items.0.phone") != "137****0002" || !strings.HasPrefix(open.text("items.0.masked_number"), "****") || open.text("next_cursor") == "" {
			t.Errorf("unclaimed: %s", open.raw)
		}
		if department := p.ok(t, http.StatusOK, secretary, "GET", at+"/cards?department=生产部", nil); department.text("items.1.id") == "" || department.text("items.2.id") != "" {
			t.Errorf("of a department: %s", department.raw)
		}
		p.remindsAndRecalls(t, secretary, at, held(with)[0])
		p.forgetsRecipients(t, secretary, at, gone)
	})
}

func (p *program) remindsAndRecalls(t *testing.T, secretary, at, claimed string) {
	t.Helper()
	if none := p.ok(t, http.StatusOK, secretary, "POST", at+"/reminders", map[string]any{"department": "生产部"}); none.fen("reminded") != 1 {
		t.Errorf("of the department: %s", none.raw)
	}
	answers := map[int]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			r := p.call(t, secretary, "POST", at+"/reminders", map[string]any{})
			mu.Lock()
			defer mu.Unlock()
			answers[r.status] += int(r.fen("reminded")) + 1
		})
	}
	all.Wait()
	if answers[http.StatusOK] != 2 || answers[http.StatusConflict] != 2 {
		t.Errorf("three at once: %v", answers)
	}
	p.call(t, secretary, "POST", at+"/recall", map[string]any{"reason": "离职", "card_ids": []string{claimed}}).wants(t, http.StatusConflict, "card_not_usable")
	p.call(t, secretary, "POST", at+"/recall", map[string]any{"reason": "离职", "card_ids": []string{"1"}}).wants(t, http.StatusNotFound, "not_found")
	p.call(t, secretary, "POST", at+"/recall", map[string]any{"reason": ""}).wants(t, http.StatusBadRequest, "invalid_field")
	if back := p.ok(t, http.StatusOK, secretary, "POST", at+"/recall", map[string]any{"reason": "离职", "department": "行政部"}); back.fen("recalled") != 1 || back.fen("amount_fen") != 100_00 {
		t.Errorf("recalled: %s", back.raw)
	}
	if again := p.ok(t, http.StatusOK, secretary, "POST", at+"/recall", map[string]any{"reason": "离职", "department": "行政部"}); again.fen("recalled") != 0 {
		t.Errorf("recalled again: %s", again.raw)
	}
}

// forgetsRecipients: who is put down and leaves is not named any more.
func (p *program) forgetsRecipients(t *testing.T, secretary, at, phone string) {
	t.Helper()
	code := p.call(t, "", "POST", "/auth/codes", map[string]any{"phone": phone, "purpose": "register"}).text("demo_code")
	token := p.ok(t, http.StatusCreated, "", "POST", "/auth/register", map[string]any{"phone": phone, "password": "zique-demo-2026", "name": "走的", "code": code}).text("access_token")
	p.ok(t, http.StatusNoContent, token, "POST", "/me/deletion", map[string]any{"password": "zique-demo-2026"})
	left := p.ok(t, http.StatusOK, secretary, "GET", at+"/cards?status=unclaimed", nil)
	if left.text("items.0.id") == "" || left.text("items.0.name") != "" || left.text("items.0.phone") != "" {
		t.Errorf("who left: %s", left.raw)
	}
	if back := p.ok(t, http.StatusOK, secretary, "POST", at+"/recall", reasoned{"离职"}); back.fen("recalled") != 1 {
		t.Errorf("the card of who left: %s", back.raw)
	}
}

func TestMintingSurvivesKill9(t *testing.T) {
	for name, env := range map[string]map[string]string{
		"sqlite": {},
		"mysql":  {"ZIQUE_MYSQL_DSN": storagetest.MySQL(t), "ZIQUE_REDIS_URL": os.Getenv("ZIQUE_TEST_REDIS_URL"), "ZIQUE_MODE": "demo"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mintKilled(t, env, 6_000, 1)
		})
	}
}

// mintKilled mints a batch in a program that is killed some times meanwhile.
func mintKilled(t *testing.T, env map[string]string, cards int64, kills int) {
	t.Helper()
	env["ZIQUE_DATA"], env["ZIQUE_ADDR"] = t.TempDir(), "127.0.0.1:0"
	running := spawn(t, env)
	placed := running.orderBatch(t, anonymous(10_00, cards))
	running.ok(t, http.StatusOK, running.signIn(t, financePhone), "POST", "/ent/card-batches/"+placed.text("id")+"/confirm", nil)
	ops := "/ops/card-batches/" + placed.text("id")
	running.ok(t, http.StatusOK, running.signIn(t, countyPhone), "POST", ops+"/fund", running.receipt(placed))
	federation := running.signIn(t, federationPhone)
	running.ok(t, http.StatusOK, federation, "POST", ops+"/issue", nil)
	done := func(at int64) func() bool {
		return func() bool {
			return running.ok(t, http.StatusOK, federation, "GET", ops, nil).fen("progress.done") >= at
		}
	}
	for i := range kills {
		within(t, 5*time.Minute, done(cards/int64(kills+1)*int64(i+1)/1000*1000))
		running.kill()
		running = spawn(t, env)
		federation = running.signIn(t, federationPhone)
	}
	within(t, 10*time.Minute, done(cards))
	if now := running.ok(t, http.StatusOK, federation, "GET", ops, nil); now.text("status") != "issued" {
		t.Errorf("minted: %s", now.raw)
	}
	running.kill()
	var report bytes.Buffer
	if err := run(context.Background(), []string{"verify"}, running.getenv, &report); err != nil {
		t.Errorf("verify: %v\n%s", err, report.String())
	}
	if made, err := countCards(env, placed.text("id")); err != nil || made != cards {
		t.Errorf("%d cards of %d: %v", made, cards, err)
	}
}

func countCards(env map[string]string, batch string) (n int64, err error) {
	batchID, err := id.Parse(batch)
	if err != nil {
		return 0, err
	}
	db, err := storage.Open(context.Background(), storage.Config{MySQLDSN: env["ZIQUE_MYSQL_DSN"], Folder: env["ZIQUE_DATA"]}, clock.System())
	if err != nil {
		return 0, err
	}
	err = db.Read(context.Background()).Model(&aidcard.Card{}).Where("batch_id = ?", batchID).Count(&n).Error
	return n, errors.Join(err, db.Close())
}

// within waits for something that takes longer than eventually waits.
func within(t *testing.T, most time.Duration, over func() bool) {
	t.Helper()
	for end := time.Now().Add(most); !over(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it takes too long")
		}
	}
}
