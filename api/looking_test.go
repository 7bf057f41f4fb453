package main

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"zique/internal/storage"
)

// said is a text that names people, as operators and members write it.
func said(names ...string) string { return "问过" + strings.Join(names, "、") + "，13812345678" }

// whole reads a list with all its pages, or whatever else is at the path.
func (p *program) whole(t *testing.T, token, path string) (text string) {
	t.Helper()
	next := path
	for {
		r := p.fetch(t, token, "GET", next, nil)
		if r.status != http.StatusOK {
			t.Fatalf("GET %s: %d %.300s", next, r.status, r.raw)
		}
		text += string(r.raw)
		cursor := r.text("next_cursor")
		if cursor == "" {
			return text
		}
		glue := "?"
		if strings.Contains(path, "?") {
			glue = "&"
		}
		next = path + glue + "cursor=" + cursor
	}
}

// gossip is what people wrote about each other.
type gossip struct {
	onStaff, onCooperative, onSale, onCollective, onTransfer, onCandidate string

	named         []string // everybody in it
	asker         string   // the token of who was an operator, and is an auditor now
	approvalsSeen []string // that the asker asked for
}

// spread lets people write about each other wherever they can. Some of those named are
// gone from where they are named: an operator, a member, a head and a contact.
func (p *program) spread(t *testing.T, f fixture) (g gossip) {
	t.Helper()
	for who, name := range map[string]string{"county": "令狐县办", "federation": "钟离联办", "cooperative": "慕容社长", "head": "东方村长", "buyer": "皇甫买家", "secretary": "南宫采购"} {
		p.ok(t, http.StatusOK, f.tokens[who], "PUT", "/me", map[string]any{"name": name})
	}
	p.sql(t, "UPDATE former_names SET replaced_at = 1")
	county, federation, owner := f.tokens["county"], f.tokens["federation"], f.tokens["cooperative"]
	asker, askerPhone, askerID := p.person(t, "司徒同事")
	member, memberPhone, memberID := p.person(t, "闻人离社")
	_, _, candidateID := p.person(t, "宇文候选")
	_, _, formerID := p.person(t, "端木前任")
	staff := []string{"令狐县办", "钟离联办", "司徒同事", "端木前任"}
	people := append(slices.Clone(staff), "慕容社长", "闻人离社", "澹台旧联", "公孙新联")
	g.onStaff, g.onCooperative, g.onSale = said(staff...), said(people...), said(append(people, "皇甫买家")...)
	with := func(name string) string { return said(append(slices.Clone(staff), name)...) }
	g.onCollective, g.onTransfer, g.onCandidate = with("东方村长"), with("南宫采购"), with("宇文候选")
	g.named = append(people, "皇甫买家", "东方村长", "南宫采购", "宇文候选", "13812345678")

	approved := func(asked reply, reason string) {
		t.Helper()
		p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+asked.text("id")+"/approve", reasoned{reason})
		g.approvalsSeen = append(g.approvalsSeen, asked.text("id"))
	}
	role := func(by, userID, role, reason string) reply {
		t.Helper()
		return p.ok(t, http.StatusAccepted, by, "POST", "/ops/users/"+userID+"/roles", map[string]any{"role": role, "reason": reason})
	}
	revoked := func(userID string) {
		t.Helper()
		p.ok(t, http.StatusNoContent, federation, "POST", "/ops/users/"+userID+"/roles/operator/revoke", reasoned{g.onStaff})
	}
	for _, userID := range []string{formerID, askerID} {
		asked := role(county, userID, "operator", "人手").text("id")
		p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+asked+"/approve", nil)
	}
	revoked(formerID)
	approved(role(asker, candidateID, "liaison", g.onCandidate), g.onCandidate)

	cooperative := "/organisations/" + f.things["cooperative"]
	invited := p.ok(t, http.StatusCreated, owner, "POST", cooperative+"/invitations", map[string]any{"phone": memberPhone, "role": "packer"})
	p.ok(t, http.StatusOK, member, "POST", "/invitations/"+invited.text("id")+"/accept", nil)
	p.ok(t, http.StatusNoContent, owner, "DELETE", cooperative+"/members/"+memberID, nil)
	for _, name := range []string{"澹台旧联", "公孙新联"} {
		p.ok(t, http.StatusOK, owner, "PUT", cooperative+"/contact", map[string]any{"contact_name": name, "contact_phone": "13900001111"})
	}
	p.sql(t, "UPDATE former_contacts SET replaced_at = CASE name WHEN '澹台旧联' THEN 1000000000 ELSE 1 END")

	collective := "/ops/collectives/" + f.things["headed"]
	approved(p.ok(t, http.StatusAccepted, asker, "POST", collective+"/heads/"+f.things["head_id"]+"/removal", reasoned{g.onCollective}), g.onCollective)
	account := agency("6222021234567890")
	account["bank"], account["reason"] = "农商行（东方村长）", g.onCollective
	approved(p.ok(t, http.StatusAccepted, asker, "POST", collective+"/payee-accounts", account), g.onCollective)

	p.longThere(t)
	account = payee("6222021234567891")
	account["bank"], account["reason"] = "农商行闻人离社澹台旧联", g.onCooperative
	asked := p.ok(t, http.StatusAccepted, owner, "POST", cooperative+"/payee-accounts", account).text("id")
	p.ok(t, http.StatusOK, f.tokens["accountant"], "POST", "/approvals/"+asked+"/reject", reasoned{g.onCooperative})

	p.ok(t, http.StatusOK, owner, "POST", "/coop/statements/"+f.things["statement"]+"/dispute", reasoned{g.onCooperative})
	p.ok(t, http.StatusOK, federation, "POST", "/ops/statements/"+f.things["statement"]+"/answer", reasoned{g.onCooperative})
	p.call(t, asker, "POST", "/ops/settlements", map[string]any{"note": g.onStaff}, "Idempotency-Key", p.key()).made(t)

	orderID := p.ok(t, http.StatusOK, county, "GET", "/ops/refunds?status=requested", nil).text("items.0.order_id")
	p.ok(t, http.StatusOK, owner, "POST", "/coop/refunds/"+f.things["refund"]+"/reject", reasoned{g.onSale})
	p.refund(t, basket{token: f.tokens["buyer"]}, orderID, map[string]any{"reason": g.onSale, "lines": []any{map[string]any{"line_id": f.things["sent_line"], "quantity": 1}}}).made(t)

	_, first := p.byBank(t, 1)
	_, second := p.byBank(t, 2)
	p.importBank(t, county, false, statementFile(statement{"N1", yesterday, first.text("transfer.remittance_code"), first.fen("total_fen") - 1},
		statement{"N2", yesterday, "谢谢", second.fen("total_fen")}))
	_, rows := p.differences(t, county)
	approved(p.ok(t, http.StatusAccepted, asker, "POST", "/ops/bank-rows/"+rows["N2"]+"/match", map[string]any{"order_id": second.text("id"), "reason": g.onTransfer}), g.onTransfer)
	p.ok(t, http.StatusOK, county, "POST", "/ops/bank-days/"+yesterday+"/close", map[string]any{"carry_reason": g.onTransfer})

	p.ok(t, http.StatusOK, county, "POST", "/ops"+cooperative+"/suspend", reasoned{g.onCooperative})
	asked = role(federation, askerID, "auditor", g.onStaff).text("id")
	p.ok(t, http.StatusOK, county, "POST", "/approvals/"+asked+"/approve", reasoned{g.onStaff})
	revoked(askerID)
	g.asker = p.signIn(t, askerPhone)
	return g
}

// Whoever calls themselves as a reason has it does not rewrite the log: the names of a day
// are masked before who looks on alone.
func (p *program) namedAsReason(t *testing.T, f fixture, looksOn string) {
	t.Helper()
	county, organisation := f.tokens["county"], f.things["cooperative"]
	for _, name := range []string{"伪造发票", "骗取补贴", "李四"} {
		p.ok(t, http.StatusOK, f.tokens["accountant"], "PUT", "/me", map[string]any{"name": name})
		p.ok(t, http.StatusOK, f.tokens["cooperative"], "PUT", "/organisations/"+organisation+"/contact", map[string]any{"contact_name": name, "contact_phone": "13900001111"})
	}
	p.ok(t, http.StatusOK, county, "POST", "/ops/organisations/"+organisation+"/suspend", reasoned{"伪造发票，骗取补贴"})
	for token, want := range map[string]string{county: "伪造发票，骗取补贴", looksOn: "伪**，骗**"} {
		if seen := p.ok(t, http.StatusOK, token, "GET", "/audit?action=organisation.suspended", nil).text("items.0.reason"); seen != want {
			t.Errorf("the log reads %s, want %s", seen, want)
		}
	}
	p.sql(t, "UPDATE former_names SET given_at = 0 WHERE name = '伪造发票'")
	p.ok(t, http.StatusOK, county, "POST", "/ops/organisations/"+organisation+"/reinstate", nil)
	p.ok(t, http.StatusOK, county, "POST", "/ops/organisations/"+organisation+"/suspend", reasoned{"伪造发票，骗取补贴"})
	if seen := p.ok(t, http.StatusOK, county, "GET", "/audit?action=organisation.suspended", nil).text("items.0.reason"); seen != "伪**，骗取补贴" {
		t.Errorf("a name long carried: %s", seen)
	}
}

// inClear puts reasons into the log as rows held them before they were masked on writing.
func (g gossip) inClear(tx *storage.Tx, f fixture) error {
	for _, c := range []struct {
		reason, where string
		of            []any
	}{
		{g.onStaff, "1 = 1", nil}, {g.onCooperative, "about_org_id = ?", []any{f.things["cooperative"]}},
		{g.onCollective, "about_org_id = ?", []any{f.things["headed"]}}, {g.onSale, "action LIKE 'refund.%'", nil},
		{g.onTransfer, "subject = 'bank_row' OR subject_id IN (SELECT id FROM approvals WHERE kind = 'bank_difference.settle')", nil},
	} {
		if err := tx.Exec("UPDATE audit_log SET reason = ? WHERE reason <> '' AND action <> 'bank_day.closed' AND ("+c.where+")", append([]any{c.reason}, c.of...)...).Error; err != nil {
			return err
		}
	}
	return nil
}

func TestWhoLooksOnFindsNobodyNamed(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		f := p.fixture(t)
		g := p.spread(t, f)
		namesNobody := func(where, text string) {
			t.Helper()
			for _, name := range g.named {
				if at := strings.Index(text, name); at >= 0 {
					t.Errorf("%s names %s: …%s…", where, name, text[max(0, at-200):min(len(text), at+60)])
				}
			}
		}
		namesNobody("the log", dump(t, p.database(t))["audit_log"])
		p.inDatabase(t, func(tx *storage.Tx) error { return g.inClear(tx, f) })
		for _, who := range []string{"county", "federation", "cooperative", "head", "buyer", "secretary"} {
			p.ok(t, http.StatusOK, f.tokens[who], "PUT", "/me", map[string]any{"name": "改名"})
		}

		f.things["application"], f.things["collective"] = f.things["cooperative"], f.things["headed"]
		masked := "问过令**、钟**、司**"
		texts := []string{"/audit", "/audit/export", "/ops/organisations", "/ops/organisations/{application}", "/ops/organisations/{application}/history",
			"/ops/settlements", "/ops/statements", "/ops/statements/{statement}", "/ops/bank-rows", "/approvals?status=approved"}
		paths := slices.Clone(texts)
		for _, route := range slices.Sorted(maps.Keys(rules)) {
			r := rules[route]
			path, isGet := strings.CutPrefix(route, "GET ")
			if r.path != "" {
				path = r.path
			}
			if isGet && !slices.Contains(paths, path) && (r.by == "auditor" || slices.Contains(r.also, "auditor")) {
				paths = append(paths, path)
			}
		}
		for _, approvalID := range g.approvalsSeen {
			paths = append(paths, "/approvals/"+approvalID)
		}
		for _, path := range paths {
			text := p.whole(t, g.asker, f.fill(path).(string))
			namesNobody("GET "+path, text)
			if isText := slices.Contains(texts, path) || strings.HasPrefix(path, "/approvals/"); isText && !strings.Contains(text, masked) {
				t.Errorf("GET %s lacks what people wrote: %.2000s", path, text)
			}
		}
		g.named = slices.DeleteFunc(g.named, func(name string) bool { return name == "司徒同事" }) // whose own it is
		namesNobody("GET /me/export", p.whole(t, g.asker, "/me/export"))
		for path, name := range map[string]string{
			"/approvals?status=approved": "东方村长", "/ops/organisations/{application}": "闻人离社", "/ops/organisations/{application}/history": "澹台旧联",
			"/ops/statements/{statement}": "公孙新联", "/ops/bank-rows": "南宫采购", "/ops/settlements": "司徒同事", "/ops/collectives/{collective}/payee-accounts": "东方村长",
		} {
			if text := p.whole(t, f.tokens["federation"], f.fill(path).(string)); !strings.Contains(text, name) {
				t.Errorf("an operator does not read %s in GET %s: %.2000s", name, path, text)
			}
		}
		p.ok(t, http.StatusOK, f.tokens["county"], "POST", "/ops/organisations/"+f.things["cooperative"]+"/reinstate", nil)
		p.namedAsReason(t, f, g.asker)
	})
}
