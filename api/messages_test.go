package main

import (
	"net/http"
	"testing"
	"time"

	"zique/internal/id"
	"zique/internal/notify"
	"zique/internal/outbox"
	"zique/internal/storage"
)

// inbox reads the inbox until its newest message is of the template: messages are
// delivered after the call that caused them has answered.
func (p *program) inbox(t *testing.T, token, template string) reply {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; {
		r := p.call(t, token, "GET", "/messages", nil)
		if r.text("items.0.template") == template {
			return r
		}
		if time.Now().After(deadline) {
			t.Fatalf("no message %s arrived: %s", template, r.raw)
		}
	}
}

// message puts one into a user's inbox.
func (p *program) message(t *testing.T, userID string) string {
	t.Helper()
	to, err := id.Parse(userID)
	if err != nil {
		t.Fatal(err)
	}
	m := notify.Received{UserID: to, Template: "phone_verified", Params: "{}"}
	err = p.database(t).InTx(t.Context(), func(tx *storage.Tx) error {
		m.ID, m.CreatedAt = tx.NewID(), tx.Now()
		m.EventID = m.ID
		return tx.Create(&m).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return m.ID.String()
}

func TestMessagesAreReadByTheirOwner(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		joined := p.join(t, newcomer)
		token := joined.text("access_token")
		if r := p.call(t, token, "GET", "/messages", nil); r.status != http.StatusOK || r.fen("unread") != 0 || r.at("items.0") != nil {
			t.Fatalf("an empty inbox: %s", r.raw)
		}
		p.call(t, token, "POST", "/me/phone/verify", map[string]any{"code": p.askCode(t, newcomer, "verify_phone")}).wantsStatus(t, http.StatusOK)
		p.inbox(t, token, "phone_verified")
		changed := p.call(t, token, "POST", "/me/password", map[string]any{"current_password": demoPassword, "new_password": newPassword})
		token = changed.text("access_token")
		all := p.inbox(t, token, "password_changed")
		if all.text("items.0.title") != "密码已修改" || all.text("items.1.title") != "手机号已验证" || all.fen("unread") != 2 || all.at("items.0.read_at") != nil {
			t.Errorf("inbox: %s", all.raw)
		}
		first := p.call(t, token, "GET", "/messages?limit=1&lang=en", nil)
		second := p.call(t, token, "GET", "/messages?limit=1&lang=en&cursor="+first.text("next_cursor"), nil)
		if first.text("items.0.title") != "Password changed" || second.text("items.0.title") != "Phone verified" || second.text("next_cursor") != "" || second.fen("unread") != 2 {
			t.Errorf("pages: %s\n%s", first.raw, second.raw)
		}
		for accepted, title := range map[string]string{"": "密码已修改", "en-GB,en;q=0.9": "Password changed", "fr": "密码已修改", "zh-TW": "密码已修改", "fr, en;q=0.5, zh;q=0.1": "Password changed", "q=;;": "密码已修改"} {
			language := map[string]string{"密码已修改": "zh-CN", "Password changed": "en"}[title]
			if r := p.call(t, token, "GET", "/messages", nil, "Accept-Language", accepted); r.text("items.0.title") != title ||
				r.header.Get("Content-Language") != language || r.header.Get("Vary") != "Accept-Language" {
				t.Errorf("%q: %s, %v", accepted, r.raw, r.header)
			}
		}
		if r := p.call(t, token, "GET", "/messages?lang=zh-CN", nil, "Accept-Language", "en"); r.header.Get("Content-Language") != "zh-CN" {
			t.Errorf("the address goes first: %v", r.header)
		}
		path := "/messages/" + all.text("items.0.id") + "/read"
		p.call(t, p.signIn(t, demoBuyer), "POST", path, nil).wants(t, http.StatusNotFound, "not_found")
		p.call(t, token, "POST", "/messages/x/read", nil).wants(t, http.StatusNotFound, "not_found")
		p.call(t, token, "GET", "/messages?lang=fr", nil).wants(t, http.StatusBadRequest, "invalid_field")
		p.call(t, token, "GET", "/messages?cursor=x", nil).wantsField(t, "cursor", "not_an_id")
		p.call(t, "", "GET", "/messages", nil).wants(t, http.StatusUnauthorized, "unauthenticated")
		read := p.call(t, token, "POST", path+"?lang=en", nil)
		again := p.call(t, token, "POST", path, nil)
		if read.text("title") != "Password changed" || read.text("read_at") == "" || again.text("read_at") != read.text("read_at") {
			t.Errorf("read: %s\n%s", read.raw, again.raw)
		}
		p.call(t, token, "POST", "/messages/read-all", nil).wantsStatus(t, http.StatusNoContent)
		if r := p.call(t, token, "GET", "/messages", nil); r.fen("unread") != 0 || r.text("items.1.read_at") == "" {
			t.Errorf("after reading all: %s", r.raw)
		}
	})
}

// Another replica writes an event: this program finds it without being woken. One that
// nobody can take shows in the health of the program, which goes on serving.
func TestEventsOfOtherReplicasAndStuckOnes(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		joined := p.join(t, newcomer)
		userID, err := id.Parse(joined.text("user.id"))
		if err != nil {
			t.Fatal(err)
		}
		db := p.database(t)
		err = db.InTx(t.Context(), func(tx *storage.Tx) error {
			_, err := outbox.Emit(tx, notify.Topic, notify.Message{UserIDs: []id.ID{userID}, Link: "/account", Template: "role_granted",
				Params: map[string]string{"role": "liaison"}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if r := p.inbox(t, joined.text("access_token"), "role_granted"); r.text("items.0.text") != "您现在是平台的“联络员”。" || r.text("items.0.link") != "/account" {
			t.Errorf("inbox: %s", r.raw)
		}
		if r := p.call(t, "", "GET", "/readyz", nil); r.status != http.StatusOK || r.text("events") != "ok" {
			t.Errorf("ready: %s", r.raw)
		}
		err = db.InTx(t.Context(), func(tx *storage.Tx) error {
			old := tx.Now().Add(-6 * time.Minute)
			return tx.Create(&outbox.Event{ID: tx.NewID(), Topic: "nobody.takes.this", Payload: "{}", CreatedAt: old, DueAt: old}).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		if r := p.call(t, "", "GET", "/readyz", nil); r.status != http.StatusOK || r.text("events") != "stuck" || r.fen("events_stuck") != 1 || r.text("oldest_event_at") == "" {
			t.Errorf("ready: %s", r.raw)
		}
	})
}
