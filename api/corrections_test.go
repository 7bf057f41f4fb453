package main

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"zique/internal/storage"
)

// movement is an entry of a correction.
type movement struct {
	Account   string `json:"account"`
	AmountFen int64  `json:"amount_fen"`
}

type correction struct {
	Entries []movement `json:"entries"`
	Reason  string     `json:"reason"`
}

var bankFee = correction{[]movement{{"bank", 12_50}, {"finance:bank_fees", -12_50}}, "十月账户管理费"}

func (p *program) asksCorrection(t *testing.T, token string, what correction) reply {
	t.Helper()
	return p.call(t, token, "POST", "/ops/ledger/corrections", what, "Idempotency-Key", p.key())
}

// posted answers the transaction that an approval's subject led to.
func (p *program) posted(t *testing.T, token, kind, reference string) reply {
	t.Helper()
	var found []struct{ ID string }
	p.inDatabase(t, func(tx *storage.Tx) error {
		return tx.Raw("SELECT id FROM ledger_transactions WHERE kind = ? AND reference = ?", kind, reference).Scan(&found).Error
	})
	if len(found) != 1 {
		t.Fatalf("%d transactions %s %s", len(found), kind, reference)
	}
	return p.ok(t, http.StatusOK, token, "GET", "/ledger/transactions/"+found[0].ID, nil)
}

// corrected posts a correction and reverses it, each by two people.
func (p *program) corrected(t *testing.T, county, federation string) (correction, reversal reply) {
	t.Helper()
	asked := p.asksCorrection(t, county, bankFee)
	asked.made(t)
	p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+asked.text("id")+"/approve", nil)
	correction = p.posted(t, county, "correction", asked.text("subject_id"))
	back := p.ok(t, http.StatusAccepted, federation, "POST", "/ops/ledger/transactions/"+correction.text("id")+"/reversal", reasoned{"银行已退"})
	p.ok(t, http.StatusOK, county, "POST", "/approvals/"+back.text("id")+"/approve", nil)
	return correction, p.posted(t, county, "reversal", correction.text("id"))
}

func TestTwoPeopleCorrectTheBooksAndReverseTheCorrection(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		county, federation, auditor := p.signIn(t, "13900000004"), p.signIn(t, "13900000005"), p.signIn(t, demoAuditor)
		key := p.key()
		asked := p.call(t, county, "POST", "/ops/ledger/corrections", bankFee, "Idempotency-Key", key)
		asked.made(t)
		if again := p.call(t, county, "POST", "/ops/ledger/corrections", bankFee, "Idempotency-Key", key); again.text("id") != asked.text("id") {
			t.Errorf("tapped twice, it is asked twice: %s", again.raw)
		}
		if asked.fen("after.entries.bank") != 12_50 || asked.text("requested_by.name") == "" || asked.text("kind") != "ledger.correction" {
			t.Errorf("asked: %s", asked.raw)
		}
		if waits := p.ok(t, http.StatusOK, federation, "GET", "/approvals?kind=ledger.correction", nil); waits.text("items.0.id") != asked.text("id") || waits.at("items.1") != nil {
			t.Errorf("waiting: %s", waits.raw)
		}
		if none := p.ok(t, http.StatusOK, federation, "GET", "/approvals?kind=ledger.reversal", nil); none.at("items.0") != nil {
			t.Errorf("waiting: %s", none.raw)
		}
		at := "/approvals/" + asked.text("id") + "/approve"
		p.call(t, county, "POST", at, nil).wants(t, http.StatusForbidden, "own_request")
		p.ok(t, http.StatusOK, federation, "POST", at, nil)
		p.ok(t, http.StatusOK, federation, "POST", at, nil) // repeated

		posted := p.posted(t, county, "correction", asked.text("subject_id"))
		if posted.text("correction.reason") != bankFee.Reason || posted.text("correction.approval_id") != asked.text("id") || posted.at("correction.reversible") != true ||
			posted.text("correction.requested_by.name") == "" || posted.text("correction.decided_by.name") == posted.text("correction.requested_by.name") {
			t.Errorf("posted: %s", posted.raw)
		}
		if seen := p.ok(t, http.StatusOK, auditor, "GET", "/ledger/transactions/"+posted.text("id"), nil); !strings.Contains(seen.text("correction.decided_by.name"), "*") {
			t.Errorf("an auditor sees who: %s", seen.raw)
		}

		undo := "/ops/ledger/transactions/" + posted.text("id") + "/reversal"
		p.call(t, county, "POST", undo, reasoned{""}).wantsField(t, "reason", "required")
		back := p.ok(t, http.StatusAccepted, county, "POST", undo, reasoned{"记错"})
		p.call(t, federation, "POST", undo, reasoned{"记错"}).wants(t, http.StatusConflict, "approval_pending")
		if waits := p.posted(t, county, "correction", asked.text("subject_id")); waits.at("correction.reversible") != false || waits.text("correction.reversal_approval_id") != back.text("id") {
			t.Errorf("a reversal waits: %s", waits.raw)
		}
		p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+back.text("id")+"/approve", nil)
		reversal := p.posted(t, county, "reversal", posted.text("id"))
		if reversal.text("correction.reason") != "记错" || reversal.at("correction.reversible") != false {
			t.Errorf("reversed: %s", reversal.raw)
		}
		if gone := p.posted(t, county, "correction", asked.text("subject_id")); gone.text("reversed_by") != reversal.text("id") || gone.at("correction.reversible") != false {
			t.Errorf("reversed: %s", gone.raw)
		}
		p.call(t, county, "POST", undo, reasoned{"再来"}).wants(t, http.StatusConflict, "transaction_reversed")
		p.call(t, county, "POST", "/ops/ledger/transactions/"+reversal.text("id")+"/reversal", reasoned{"再来"}).wants(t, http.StatusConflict, "transaction_irreversible")
		p.call(t, county, "POST", "/ops/ledger/transactions/x/reversal", reasoned{"x"}).wants(t, http.StatusNotFound, "transaction_not_found")
		for action, entries := range map[string]string{"ledger.corrected": `"bank":1250`, "ledger.reversed": `"bank":-1250`} {
			if logged := p.ok(t, http.StatusOK, county, "GET", "/audit?action="+action, nil); !bytes.Contains(logged.raw, []byte(entries)) || logged.at("items.1") != nil {
				t.Errorf("%s: %s", action, logged.raw)
			}
		}
	})
}

func TestACorrectionTouchesTheFederationsOwnAccountsOnly(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		county := p.signIn(t, "13900000004")
		p.oneRefund(t)
		p.seal(t)
		refused := func(field string, entries ...movement) {
			t.Helper()
			r := p.asksCorrection(t, county, correction{entries, "x"})
			if r.wants(t, http.StatusBadRequest, "invalid_field"); r.text("errors.0.field") != field || r.at("errors.1") != nil {
				t.Errorf("%v: %s", entries, r.raw)
			}
		}
		for _, account := range p.ok(t, http.StatusOK, county, "GET", "/ledger/accounts?limit=100", nil).at("items").([]any) {
			if code := account.(map[string]any)["code"].(string); code != "bank" {
				refused("entries[1].account", movement{"bank", -5}, movement{code, 5})
			}
		}
		refused("entries[1].account", movement{"bank", -5}, movement{"nobody", 5})
		refused("entries[1].account", movement{"bank", -5}, movement{"bank", 5})
		refused("entries[0].amount_fen", movement{"bank", 0}, movement{"finance:interest", 5})
		refused("entries[0].amount_fen", movement{"bank", 1e15}, movement{"finance:interest", -5})
		refused("entries", movement{"bank", -5}, movement{"finance:interest", 4})
		refused("entries", movement{"bank", -5})
		refused("entries")
		if n := p.counter(t)("SELECT COUNT(*) FROM approvals WHERE kind LIKE 'ledger.%'"); n != 0 {
			t.Errorf("%d requests", n)
		}
		p.asksCorrection(t, county, correction{bankFee.Entries, " "}).wantsField(t, "reason", "required")
	})
}

func TestWhoIsNoOperatorAnyMoreCorrectsNothing(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		county, federation := p.signIn(t, "13900000004"), p.signIn(t, "13900000005")
		asked := p.asksCorrection(t, county, bankFee)
		asked.made(t)
		p.sql(t, "DELETE FROM user_roles WHERE user_id = ?", asked.text("requested_by.id"))
		p.call(t, federation, "POST", "/approvals/"+asked.text("id")+"/approve", nil).wants(t, http.StatusConflict, "asker_gone")
		if n := p.counter(t)("SELECT COUNT(*) FROM ledger_transactions WHERE kind = 'correction'"); n != 0 {
			t.Errorf("%d corrections", n)
		}
	})
}

func TestAPeriodMayEndBeforeEverything(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		p.oneRefund(t)
		p.seal(t)
		auditor := p.signIn(t, demoAuditor)
		account := p.ok(t, http.StatusOK, auditor, "GET", "/ledger/accounts?q=cooperative:", nil).text("items.0.id")
		for _, until := range []string{"0001-01-01T00:00:00Z", "1969-01-01T00:00:00Z", time.UnixMilli(0).UTC().Format(time.RFC3339)} {
			none := p.ok(t, http.StatusOK, auditor, "GET", "/ledger/accounts/"+account+"/entries?until="+until, nil)
			if none.at("items.0") != nil || none.fen("closing_fen") != 0 {
				t.Errorf("until %s: %s", until, none.raw)
			}
			if empty := p.fetch(t, auditor, "GET", "/ledger/vouchers?until="+until, nil); bytes.Count(empty.raw, []byte("\n")) != 1 {
				t.Errorf("until %s: %s", until, empty.raw)
			}
		}
		p.call(t, auditor, "GET", "/ledger/vouchers?until=heute", nil).wants(t, http.StatusBadRequest, "invalid_field")
	})
}
