package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"zique/internal/id"
	"zique/internal/outbox"
	"zique/internal/storage"
	"zique/internal/worker"
)

func TestOneSearchBoxFindsEverything(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		placed := p.place(t, b, b.order(1))
		operator, auditor := p.signIn(t, "13900000004"), p.signIn(t, demoAuditor)
		for text, kind := range map[string]string{
			"芭蕉山村": "village", "演示企业": "organisation", demoBuyer: "user", placed.text("id"): "order",
			placed.text("proof_code"): "order", placed.text("sub_orders.0.id"): "order", b.cards[0]: "card",
		} {
			r := p.call(t, operator, "GET", "/ops/search?q="+url.QueryEscape(text), nil)
			if !strings.Contains(string(r.raw), `"kind":"`+kind+`"`) {
				t.Errorf("%s: %s", text, r.raw)
			}
		}
		if r := p.call(t, operator, "GET", "/ops/search?q="+url.QueryEscape("%"), nil); r.text("items.0.id") != "" {
			t.Errorf("a wildcard found %s", r.raw)
		}
		if r := p.call(t, auditor, "GET", "/ops/search?q="+demoBuyer, nil); r.text("items.0.title") != "演**" {
			t.Errorf("an auditor sees %s", r.raw)
		}
		for _, nothing := range []string{"", " ", "\u3000", "\x00", "a\x00", "\n"} {
			p.call(t, operator, "GET", "/ops/search?q="+url.QueryEscape(nothing), nil).wants(t, http.StatusBadRequest, "invalid_field")
		}
		if r := p.call(t, operator, "GET", "/ops/search?q="+url.QueryEscape("\u3000"+demoBuyer+" "), nil); r.text("items.0.kind") != "user" {
			t.Errorf("a phone with space around it: %s", r.raw)
		}
		p.ok(t, http.StatusOK, operator, "GET", "/ops/users?phone=13800001111", nil) // nobody's
		looks := p.ok(t, http.StatusOK, auditor, "GET", "/audit?action=user.looked_up", nil)
		if looks.at("items.0.after.found") != false || looks.text("items.0.after.phone") != "138****1111" || looks.at("items.1.after.found") != true ||
			looks.text("items.1.subject_id") != p.ok(t, http.StatusOK, b.token, "GET", "/me", nil).text("user.id") || strings.Contains(string(looks.raw), demoBuyer) {
			t.Errorf("looking people up leaves %s", looks.raw)
		}
		p.call(t, operator, "GET", "/ops/search", nil).wants(t, http.StatusBadRequest, "invalid_field")
		p.call(t, b.token, "GET", "/ops/search?q=x", nil).wants(t, http.StatusForbidden, "forbidden")
		p.call(t, b.token, "GET", "/ops/queues", nil).wants(t, http.StatusForbidden, "forbidden")
		queues := p.call(t, auditor, "GET", "/ops/queues", nil)
		if items, _ := queues.at("items").([]any); len(items) != 16 || queues.fen("items.0.count") != 0 {
			t.Errorf("queues: %s", queues.raw)
		}
	})
}

// stuckEvent puts an event there that failed often and waits long for its next turn.
func (p *program) stuckEvent(t *testing.T) string {
	t.Helper()
	var eventID id.ID
	p.inDatabase(t, func(tx *storage.Tx) error {
		eventID = tx.NewID()
		return tx.Create(&outbox.Event{ID: eventID, Topic: "nobody.listens", Payload: `"secret"`, CreatedAt: tx.Now().Add(-time.Hour), DueAt: tx.Now().Add(time.Hour),
			Attempts: 12, LastError: "the gateway is away"}).Error
	})
	return eventID.String()
}

// failedJob puts a job there of a kind that nobody does.
func (p *program) failedJob(t *testing.T, refused bool) string {
	t.Helper()
	var jobID id.ID
	p.inDatabase(t, func(tx *storage.Tx) (err error) {
		if jobID, err = worker.Enqueue(tx, worker.New{Kind: "nobody", Payload: "secret"}); err != nil {
			return err
		}
		return tx.Model(&worker.Job{}).Where("id = ?", jobID).Updates(map[string]any{
			"status": worker.Failed, "error": "internal", "refused": refused, "attempts": 5, "finished_at": tx.Now()}).Error
	})
	return jobID.String()
}

func TestWhatFailedIsShownAndTriedAgain(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		operator, auditor := p.signIn(t, "13900000004"), p.signIn(t, demoAuditor)
		jobID, refused, eventID := p.failedJob(t, false), p.failedJob(t, true), p.stuckEvent(t)
		queues := p.ok(t, http.StatusOK, auditor, "GET", "/ops/queues", nil)
		for _, queue := range []string{"events_stuck", "jobs_failed"} {
			if !strings.Contains(string(queues.raw), `{"queue":"`+queue+`","count":1,`) {
				t.Errorf("%s: %s", queue, queues.raw)
			}
		}
		jobs := p.ok(t, http.StatusOK, auditor, "GET", "/ops/jobs?status=failed", nil)
		if jobs.text("items.1.id") != jobID || jobs.text("items.1.error") != "internal" || jobs.fen("items.1.attempts") != 5 || jobs.at("items.0.refused") != true {
			t.Errorf("jobs: %s", jobs.raw)
		}
		events := p.ok(t, http.StatusOK, auditor, "GET", "/ops/stuck-events", nil)
		if events.text("items.0.id") != eventID || events.text("items.0.error") != "the gateway is away" || events.fen("items.0.attempts") != 12 || strings.Contains(string(events.raw), "secret") {
			t.Errorf("events: %s", events.raw)
		}
		for range 2 {
			if again := p.ok(t, http.StatusOK, operator, "POST", "/ops/jobs/"+jobID+"/retry", nil); again.text("status") != "queued" || again.fen("attempts") != 0 || again.at("error") != nil {
				t.Errorf("again: %s", again.raw)
			}
		}
		p.call(t, operator, "POST", "/ops/jobs/"+refused+"/retry", nil).wants(t, http.StatusConflict, "job_refused")
		p.call(t, operator, "POST", "/ops/jobs/1/retry", nil).wants(t, http.StatusNotFound, "not_found")
		p.call(t, operator, "POST", "/ops/stuck-events/1/retry", nil).wants(t, http.StatusNotFound, "not_found")
		p.ok(t, http.StatusOK, operator, "POST", "/ops/stuck-events/"+eventID+"/retry", nil)
		for deadline := time.Now().Add(20 * time.Second); ; { // it is tried, and fails for another reason
			tried := p.ok(t, http.StatusOK, auditor, "GET", "/ops/stuck-events", nil)
			if tried.fen("items.0.attempts") == 13 && strings.Contains(tried.text("items.0.error"), "no_handler") {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("not tried again: %s", tried.raw)
			}
		}
		for action, subject := range map[string]string{"job.retried": jobID, "event.retried": eventID} {
			if log := p.ok(t, http.StatusOK, auditor, "GET", "/audit?action="+action, nil); log.text("items.0.subject_id") != subject || log.at("items.1") != nil {
				t.Errorf("%s: %s", action, log.raw)
			}
		}
	})
}
