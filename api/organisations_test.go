package main

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"zique/internal/org"
)

// person registers somebody with a verified phone and answers the token, the phone and the id.
func (p *program) person(t *testing.T, name string) (token, phone, userID string) {
	t.Helper()
	phone = fmt.Sprintf("137%08d", p.keys.Add(1))
	code := p.call(t, "", "POST", "/auth/codes", map[string]any{"phone": phone, "purpose": "register"}).text("demo_code")
	r := p.call(t, "", "POST", "/auth/register", map[string]any{"phone": phone, "password": "zique-demo-2026", "name": name, "code": code})
	if r.status != http.StatusCreated {
		t.Fatalf("register: %s", r.raw)
	}
	return r.text("access_token"), phone, r.text("user.id")
}

func (p *program) creditCode() string {
	return org.CompleteCreditCode(fmt.Sprintf("93431322%09d", 5000+p.keys.Add(1)))
}

func (p *program) application(kind string) map[string]any {
	return map[string]any{"kind": kind, "name": "云上" + kind, "credit_code": p.creditCode(), "contact_name": "李四", "contact_phone": "13812345678"}
}

// ok calls and wants the status.
func (p *program) ok(t *testing.T, status int, token, method, path string, body any, headers ...string) reply {
	t.Helper()
	r := p.call(t, token, method, path, body, headers...)
	if r.status != status {
		t.Fatalf("%s %s: %d, want %d: %s", method, path, r.status, status, r.raw)
	}
	return r
}

// licensed is an application with a business licence of the token's; a cooperative names a village.
func (p *program) licensed(t *testing.T, token, kind string) map[string]any {
	t.Helper()
	a := p.application(kind)
	a["documents"] = []any{map[string]any{"kind": "business_licence", "file_id": p.upload(t, token, "执照.csv", []byte("名称\n合作社\n")).text("file_id")}}
	if kind == org.Cooperative {
		a["village_ids"] = []any{p.village(t)}
	}
	return a
}

// village is the id of one that is there.
func (p *program) village(t *testing.T) string {
	t.Helper()
	return p.ok(t, http.StatusOK, "", "GET", "/villages?limit=1", nil).text("items.0.id")
}

// submitted applies and hands in, and answers the organisation's id.
func (p *program) submitted(t *testing.T, token, kind string) string {
	t.Helper()
	orgID := p.ok(t, http.StatusCreated, token, "POST", "/organisations", p.licensed(t, token, kind)).text("id")
	p.ok(t, http.StatusOK, token, "POST", "/organisations/"+orgID+"/submit", nil)
	return orgID
}

// admit makes an enterprise of the token's that is admitted, and answers its id.
func (p *program) admit(t *testing.T, token string) string {
	t.Helper()
	orgID := p.submitted(t, token, "enterprise")
	p.ok(t, http.StatusOK, p.signIn(t, "13900000005"), "POST", "/ops/organisations/"+orgID+"/approve", nil)
	return orgID
}

// admitCooperative makes a cooperative of the token's that is admitted, and answers its id.
func (p *program) admitCooperative(t *testing.T, token string) string {
	t.Helper()
	orgID := p.submitted(t, token, "cooperative")
	p.ok(t, http.StatusOK, p.signIn(t, "13900000004"), "POST", "/ops/organisations/"+orgID+"/recommend", nil)
	p.ok(t, http.StatusOK, p.signIn(t, "13900000005"), "POST", "/ops/organisations/"+orgID+"/approve", nil)
	return orgID
}

type reasoned struct {
	Reason string `json:"reason"`
}

func TestTheAdmissionOfACooperative(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		owner, _, _ := p.person(t, "社长")
		stranger, _, _ := p.person(t, "外人")
		county, federation, auditor := p.signIn(t, "13900000004"), p.signIn(t, "13900000005"), p.signIn(t, demoAuditor)
		bad := p.call(t, owner, "POST", "/organisations", map[string]any{"kind": "county", "name": " ", "credit_code": "1", "contact_name": "", "contact_phone": "1",
			"village_ids": []any{"x"}, "documents": []any{map[string]any{"kind": "selfie", "file_id": "x"}}})
		bad.wants(t, http.StatusBadRequest, "invalid_field")
		for i, field := range []string{"kind", "name", "credit_code", "contact_name", "contact_phone", "village_ids[0]", "documents[0].kind", "documents[0].file_id"} {
			if got := bad.text(fmt.Sprintf("errors.%d.field", i)); got != field {
				t.Errorf("wrong field %d is %q, want %q", i, got, field)
			}
		}
		body := p.application("cooperative")
		file := p.upload(t, owner, "执照.csv", []byte("名称\n合作社\n")).text("file_id")
		body["documents"] = []any{map[string]any{"kind": "business_licence", "file_id": file}}
		p.call(t, stranger, "POST", "/organisations", body).wants(t, http.StatusBadRequest, "invalid_field") // another's file
		made := p.ok(t, http.StatusCreated, owner, "POST", "/organisations", body)
		at, ops := "/organisations/"+made.text("id"), "/ops/organisations/"+made.text("id")
		if made.text("status") != "draft" || made.text("my_role") != "owner" || made.text("contact_phone") != "138****5678" || made.text("documents.0.name") != "执照.csv" {
			t.Errorf("applied: %s", made.raw)
		}
		delete(body, "documents")
		rival := p.ok(t, http.StatusCreated, stranger, "POST", "/organisations", body).text("id") // a draft takes no code
		p.call(t, stranger, "POST", "/organisations/"+rival+"/submit", nil).wantsField(t, "documents", "business_licence_required")
		for _, list := range []string{"/ops/organisations?q=" + body["credit_code"].(string), "/ops/organisations?status=draft", "/ops/search?q=" + body["credit_code"].(string)} {
			if found := p.ok(t, http.StatusOK, county, "GET", list, nil); found.text("items.0.id") != "" {
				t.Errorf("operators see a draft in %s: %s", list, found.raw)
			}
		}
		p.call(t, county, "GET", ops, nil).wants(t, http.StatusNotFound, "not_found")
		p.call(t, county, "GET", ops+"/history", nil).wants(t, http.StatusNotFound, "not_found")
		p.call(t, owner, "POST", at+"/invitations", map[string]any{"phone": "13700000097", "role": "packer"}).wants(t, http.StatusConflict, "org_not_admitted")
		for _, path := range []string{at, at + "/history", at + "/members", at + "/invitations", at + "/payee-accounts"} {
			p.call(t, stranger, "GET", path, nil).wants(t, http.StatusNotFound, "not_found")
		}
		p.call(t, stranger, "POST", at+"/submit", nil).wants(t, http.StatusNotFound, "not_found")
		delete(body, "kind")
		p.call(t, stranger, "PUT", at, body).wants(t, http.StatusNotFound, "not_found")
		p.call(t, county, "POST", ops+"/recommend", nil).wants(t, http.StatusNotFound, "not_found")
		p.ok(t, http.StatusOK, owner, "POST", at+"/submit", nil)
		p.ok(t, http.StatusOK, stranger, "PUT", "/organisations/"+rival, map[string]any{"name": "抢注社", "credit_code": body["credit_code"], "contact_name": "甲", "contact_phone": "13812345678",
			"documents": p.licensed(t, stranger, "cooperative")["documents"]})
		taken := p.call(t, stranger, "POST", "/organisations/"+rival+"/submit", nil)
		if taken.wants(t, http.StatusConflict, "credit_code_taken"); taken.text("errors.0.field") != "credit_code" {
			t.Errorf("taken: %s", taken.raw)
		}
		p.call(t, owner, "PUT", at, body).wants(t, http.StatusConflict, "state_conflict")
		p.call(t, federation, "POST", ops+"/approve", nil).wants(t, http.StatusConflict, "state_conflict")
		p.call(t, county, "POST", ops+"/approve", nil).wants(t, http.StatusForbidden, "forbidden")
		p.call(t, federation, "POST", ops+"/recommend", nil).wants(t, http.StatusForbidden, "forbidden")
		p.call(t, federation, "POST", ops+"/reject", reasoned{"先"}).wants(t, http.StatusForbidden, "other_desk")
		p.call(t, county, "POST", ops+"/return", reasoned{}).wants(t, http.StatusBadRequest, "invalid_field")
		p.ok(t, http.StatusOK, county, "POST", ops+"/return", reasoned{"证件不清"})
		if seen := p.call(t, owner, "GET", at, nil); seen.text("status") != "returned" || seen.text("reason") != "证件不清" {
			t.Errorf("returned: %s", seen.raw)
		}
		body["name"] = "云上合作社"
		p.ok(t, http.StatusOK, owner, "PUT", at, body)
		p.ok(t, http.StatusOK, owner, "POST", at+"/submit", nil)
		serves := "/ops/cooperatives/" + made.text("id") + "/villages"
		p.call(t, county, "POST", ops+"/recommend", nil).wants(t, http.StatusConflict, "village_required")
		if seen := p.call(t, county, "GET", ops, nil); seen.text("status") != "submitted" {
			t.Errorf("recommended without a village: %s", seen.raw)
		}
		p.ok(t, http.StatusOK, county, "PUT", serves, map[string]any{"village_ids": []any{p.village(t)}})
		for range 2 {
			p.ok(t, http.StatusOK, county, "POST", ops+"/recommend", nil)
		}
		p.call(t, county, "PUT", serves, map[string]any{"village_ids": []any{}}).wants(t, http.StatusConflict, "village_required")
		if queue := p.ok(t, http.StatusOK, auditor, "GET", "/ops/organisations?status=recommended&kind=cooperative&q=云上", nil); queue.text("items.0.id") != made.text("id") || queue.text("items.0.contact_name") != "李**" {
			t.Errorf("the queue as an auditor: %s", queue.raw)
		}
		p.call(t, county, "POST", ops+"/reject", reasoned{"晚了"}).wants(t, http.StatusForbidden, "other_desk")
		p.ok(t, http.StatusOK, federation, "POST", ops+"/approve", nil)
		p.call(t, federation, "POST", ops+"/reject", reasoned{"晚了"}).wants(t, http.StatusConflict, "state_conflict")
		var way []string
		history := p.ok(t, http.StatusOK, owner, "GET", at+"/history", nil)
		for i := range 5 {
			way = append(way, history.text(fmt.Sprintf("items.%d.from", i))+">"+history.text(fmt.Sprintf("items.%d.to", i)))
		}
		if want := []string{"draft>submitted", "submitted>returned", "returned>submitted", "submitted>recommended", "recommended>admitted"}; !slices.Equal(way, want) {
			t.Errorf("history %q", way)
		}
		if masked := p.ok(t, http.StatusOK, auditor, "GET", ops+"/history", nil); masked.text("items.0.actor_name") != "社**" {
			t.Errorf("an auditor sees %s", masked.raw)
		}
		if masked := p.ok(t, http.StatusOK, auditor, "GET", ops, nil); masked.text("documents.0.name") != "执照.csv" || masked.text("contact_name") != "李**" {
			t.Errorf("an auditor sees %s", masked.raw)
		}
		p.ok(t, http.StatusOK, federation, "GET", ops, nil)
	})
}

func TestAnEnterpriseIsAdmittedSuspendedAndReinstated(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		secretary, _, secretaryID := p.person(t, "秘书")
		orgID := p.admit(t, secretary)
		at, ops := "/organisations/"+orgID, "/ops/organisations/"+orgID
		county, federation := p.signIn(t, "13900000004"), p.signIn(t, "13900000005")
		p.call(t, county, "POST", ops+"/recommend", nil).wants(t, http.StatusConflict, "state_conflict")
		p.call(t, county, "POST", ops+"/suspend", reasoned{"查证"}).wants(t, http.StatusForbidden, "other_desk")
		p.ok(t, http.StatusOK, federation, "POST", ops+"/suspend", reasoned{"查证"})
		p.call(t, county, "POST", ops+"/reinstate", nil).wants(t, http.StatusForbidden, "other_desk")
		p.call(t, secretary, "POST", at+"/invitations", map[string]any{"phone": "13700000099", "role": "buyer"}).wants(t, http.StatusConflict, "org_suspended")
		p.call(t, secretary, "POST", at+"/payee-accounts", payee("6222021234567890")).wants(t, http.StatusConflict, "org_suspended")
		p.ok(t, http.StatusOK, secretary, "GET", at+"/members", nil)
		p.ok(t, http.StatusOK, federation, "POST", ops+"/reinstate", nil)
		p.call(t, secretary, "DELETE", at+"/members/"+secretaryID, nil).wants(t, http.StatusConflict, "last_manager")

		rejected := p.submitted(t, secretary, "chamber")
		p.call(t, county, "POST", "/ops/organisations/"+rejected+"/reject", reasoned{"重复"}).wants(t, http.StatusForbidden, "other_desk")
		p.ok(t, http.StatusOK, federation, "POST", "/ops/organisations/"+rejected+"/reject", reasoned{"重复"})
		if mine := p.ok(t, http.StatusOK, secretary, "GET", "/organisations", nil); mine.text("items.0.status") != "admitted" || mine.text("items.1.status") != "rejected" {
			t.Errorf("mine: %s", mine.raw)
		}
	})
}

func payee(number string) map[string]any {
	return map[string]any{"holder": "云上企业", "bank": "新化农商银行", "number": number, "reason": "换行"}
}

func TestMembersComeByInvitation(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		secretary, _, secretaryID := p.person(t, "秘书")
		orgID := p.admit(t, secretary)
		at := "/organisations/" + orgID
		invited, phone, invitedID := p.person(t, "财务")
		other, _, _ := p.person(t, "外人")
		bad := p.call(t, secretary, "POST", at+"/invitations", map[string]any{"phone": "1", "role": "owner"})
		bad.wants(t, http.StatusBadRequest, "invalid_field")
		if bad.text("errors.0.field") != "phone" || bad.text("errors.1.field") != "role" {
			t.Errorf("wrong fields: %s", bad.raw)
		}
		known := p.ok(t, http.StatusCreated, secretary, "POST", at+"/invitations", map[string]any{"phone": phone, "role": "finance"})
		unknown := p.ok(t, http.StatusCreated, secretary, "POST", at+"/invitations", map[string]any{"phone": "13700000098", "role": "finance"})
		if len(known.body) != len(unknown.body) || known.text("status") != unknown.text("status") {
			t.Errorf("a known phone looks otherwise:\n%s\n%s", known.raw, unknown.raw)
		}
		p.call(t, secretary, "POST", at+"/invitations", map[string]any{"phone": phone, "role": "buyer"}).wants(t, http.StatusConflict, "invitation_pending")
		p.ok(t, http.StatusNoContent, secretary, "DELETE", at+"/invitations/"+unknown.text("id"), nil)
		p.call(t, other, "POST", "/invitations/"+known.text("id")+"/accept", nil).wants(t, http.StatusNotFound, "not_found")
		received := p.ok(t, http.StatusOK, invited, "GET", "/invitations", nil)
		if received.text("items.0.id") != known.text("id") || received.text("items.0.org_kind") != "enterprise" {
			t.Fatalf("received: %s", received.raw)
		}
		for range 2 {
			p.ok(t, http.StatusOK, invited, "POST", "/invitations/"+known.text("id")+"/accept", nil)
		}
		p.call(t, secretary, "POST", at+"/invitations", map[string]any{"phone": phone, "role": "buyer"}).wants(t, http.StatusConflict, "already_member")
		if list := p.ok(t, http.StatusOK, secretary, "GET", at+"/invitations", nil); list.text("items.0.status") == "pending" || list.text("items.1.status") == "pending" {
			t.Errorf("invitations: %s", list.raw)
		}
		p.call(t, invited, "PUT", at+"/members/"+secretaryID, map[string]any{"role": "buyer"}).wants(t, http.StatusForbidden, "forbidden")
		p.call(t, secretary, "PUT", at+"/members/"+invitedID, map[string]any{"role": "owner"}).wants(t, http.StatusBadRequest, "invalid_field")
		if set := p.ok(t, http.StatusOK, secretary, "PUT", at+"/members/"+invitedID, map[string]any{"role": "buyer"}); set.text("role") != "buyer" || set.text("phone") == phone {
			t.Errorf("set: %s", set.raw)
		}
		p.ok(t, http.StatusNoContent, invited, "DELETE", at+"/members/"+invitedID, nil)
		p.call(t, invited, "GET", at, nil).wants(t, http.StatusNotFound, "not_found")
		again := p.ok(t, http.StatusCreated, secretary, "POST", at+"/invitations", map[string]any{"phone": phone, "role": "finance"})
		p.ok(t, http.StatusOK, invited, "POST", "/invitations/"+again.text("id")+"/decline", nil)
		p.call(t, invited, "POST", "/invitations/"+again.text("id")+"/accept", nil).wants(t, http.StatusConflict, "state_conflict")
	})
}

func TestAPayeeAccountChangesThroughTwoPeople(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		secretary, finance, operator := p.signIn(t, "13900000003"), p.signIn(t, "13900000007"), p.signIn(t, "13900000005")
		orgID := p.ok(t, http.StatusOK, secretary, "GET", "/organisations", nil).text("items.0.id")
		at := "/organisations/" + orgID + "/payee-accounts"
		bad := p.call(t, secretary, "POST", at, map[string]any{"holder": "", "bank": " ", "number": "12x", "agency": true, "reason": ""})
		bad.wants(t, http.StatusBadRequest, "invalid_field")
		for i, field := range []string{"holder", "bank", "number", "reason", "agency"} {
			if bad.text(fmt.Sprintf("errors.%d.field", i)) != field {
				t.Errorf("wrong fields: %s", bad.raw)
			}
		}
		asked := p.ok(t, http.StatusAccepted, secretary, "POST", at, payee("6222 0212-3456 7890"))
		approval := "/approvals/" + asked.text("id")
		if asked.text("status") != "pending" || asked.text("after.number") != "**** 7890" || asked.at("before") != nil || asked.at("may_decide") != false {
			t.Errorf("asked: %s", asked.raw)
		}
		p.waits(t, operator, "approvals", 0) // another member decides
		p.call(t, secretary, "POST", at, payee("6222021234567891")).wants(t, http.StatusConflict, "approval_pending")
		p.call(t, secretary, "POST", approval+"/approve", nil).wants(t, http.StatusForbidden, "own_request")
		p.call(t, operator, "POST", approval+"/approve", nil).wants(t, http.StatusNotFound, "not_found") // another member can
		p.call(t, p.signIn(t, demoBuyer), "GET", approval, nil).wants(t, http.StatusNotFound, "not_found")
		if queue := p.ok(t, http.StatusOK, finance, "GET", "/approvals", nil); queue.text("items.0.id") != asked.text("id") || queue.at("items.0.may_decide") != true {
			t.Errorf("the queue: %s", queue.raw)
		}
		if of := p.ok(t, http.StatusOK, finance, "GET", "/approvals?org_id="+orgID, nil); of.text("items.0.id") != asked.text("id") {
			t.Errorf("of the organisation: %s", of.raw)
		}
		if others := p.ok(t, http.StatusOK, finance, "GET", "/approvals?org_id="+asked.text("id"), nil); others.at("items.0") != nil {
			t.Errorf("of another: %s", others.raw)
		}
		p.call(t, finance, "GET", "/approvals?org_id=x", nil).wants(t, http.StatusBadRequest, "invalid_field")
		p.call(t, finance, "POST", approval+"/reject", reasoned{}).wants(t, http.StatusBadRequest, "invalid_field")
		for range 2 {
			if done := p.ok(t, http.StatusOK, finance, "POST", approval+"/approve", nil); done.text("status") != "approved" || done.text("decided_by.name") != "演示企业财务" {
				t.Errorf("approved: %s", done.raw)
			}
		}
		if shown := p.ok(t, http.StatusOK, finance, "GET", at, nil); shown.text("items.0.number") != "**** 7890" || shown.text("items.0.status") != "active" ||
			shown.text("items.0.usable_from") <= shown.text("items.0.created_at") {
			t.Errorf("accounts: %s", shown.raw)
		}
		second := p.ok(t, http.StatusAccepted, finance, "POST", at, payee("6222021234560000"))
		p.ok(t, http.StatusOK, secretary, "POST", "/approvals/"+second.text("id")+"/reject", reasoned{"不换"})
		third := p.ok(t, http.StatusAccepted, finance, "POST", at, payee("6222021234561111"))
		p.ok(t, http.StatusOK, finance, "POST", "/approvals/"+third.text("id")+"/withdraw", nil)
		if shown := p.ok(t, http.StatusOK, finance, "GET", at, nil); shown.text("items.0.number") != "**** 7890" || shown.text("items.1.id") != "" {
			t.Errorf("after a rejection: %s", shown.raw)
		}
	})
}

// TestWhoHasTwoDesksActsForEachInTurn also grants a role and takes it away.
func TestWhoHasTwoDesksActsForEachInTurn(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		first, second := p.signIn(t, "13900000004"), p.signIn(t, "13900000005")
		newcomer, phone, userID := p.person(t, "新运营")
		if found := p.ok(t, http.StatusOK, first, "GET", "/ops/users?phone="+phone, nil); found.text("items.0.id") != userID {
			t.Fatalf("found: %s", found.raw)
		}
		roles := "/ops/users/" + userID + "/roles"
		bad := p.call(t, first, "POST", roles, map[string]any{"role": "auditor", "desk": "county", "reason": "r"})
		bad.wants(t, http.StatusBadRequest, "invalid_field")
		for _, desk := range []string{"county", "federation"} {
			asked := p.ok(t, http.StatusAccepted, first, "POST", roles, map[string]any{"role": "operator", "desk": desk, "reason": "人手不足"})
			p.waits(t, first, "approvals", 1)
			if told := p.inbox(t, second, "role_asked"); desk == "county" && told.text("items.0.link") != "/approvals/"+asked.text("id") {
				t.Errorf("who decides is told %s", told.raw)
			}
			p.call(t, first, "POST", "/approvals/"+asked.text("id")+"/approve", nil).wants(t, http.StatusForbidden, "own_request")
			p.call(t, newcomer, "POST", "/approvals/"+asked.text("id")+"/approve", nil).wants(t, http.StatusNotFound, "not_found")
			p.ok(t, http.StatusOK, second, "POST", "/approvals/"+asked.text("id")+"/approve", nil)
		}
		p.call(t, first, "POST", roles, map[string]any{"role": "operator", "desk": "county", "reason": "再来"}).wants(t, http.StatusConflict, "state_conflict")
		p.call(t, newcomer, "POST", roles, map[string]any{"role": "auditor", "reason": "也要"}).wants(t, http.StatusForbidden, "own_request")
		desk := map[string]string{}
		memberships := p.ok(t, http.StatusOK, newcomer, "GET", "/me", nil)
		for i := range 2 {
			desk[memberships.text(fmt.Sprintf("memberships.%d.kind", i))] = memberships.text(fmt.Sprintf("memberships.%d.org_id", i))
		}
		owner, _, _ := p.person(t, "社长")
		orgID := p.ok(t, http.StatusCreated, owner, "POST", "/organisations", p.licensed(t, owner, "cooperative")).text("id")
		back := "/ops/organisations/" + orgID + "/return"
		for _, kind := range []string{"county", "federation"} {
			p.ok(t, http.StatusOK, owner, "POST", "/organisations/"+orgID+"/submit", nil)
			if kind == "federation" {
				p.ok(t, http.StatusOK, first, "POST", "/ops/organisations/"+orgID+"/recommend", nil)
			}
			p.call(t, newcomer, "POST", back, reasoned{"补"}).wants(t, http.StatusBadRequest, "org_required")
			p.call(t, newcomer, "POST", back, reasoned{"补"}, "Zique-Org", orgID).wants(t, http.StatusForbidden, "forbidden")
			done := p.ok(t, http.StatusOK, newcomer, "POST", back, reasoned{"补"}, "Zique-Org", desk[kind])
			seen := p.ok(t, http.StatusOK, first, "GET", "/audit?request_id="+done.header.Get("X-Request-Id"), nil)
			if seen.text("items.0.action") != "organisation.returned" || seen.text("items.0.org_id") != desk[kind] {
				t.Errorf("acting for %s: %s", kind, seen.raw)
			}
		}
		revoke := roles + "/operator/revoke"
		p.call(t, newcomer, "POST", revoke, reasoned{"换人"}).wants(t, http.StatusForbidden, "own_request")
		p.call(t, second, "POST", revoke, reasoned{" "}).wantsField(t, "reason", "required")
		revoked := p.ok(t, http.StatusNoContent, second, "POST", revoke, reasoned{"换人"})
		if seen := p.ok(t, http.StatusOK, first, "GET", "/audit?action=role.revoked&request_id="+revoked.header.Get("X-Request-Id"), nil); seen.text("items.0.reason") != "换人" {
			t.Errorf("the log does not say why: %s", seen.raw)
		}
		p.call(t, newcomer, "GET", "/me", nil).wants(t, http.StatusUnauthorized, "unauthenticated")
		p.call(t, second, "POST", revoke, reasoned{"换人"}).wants(t, http.StatusNotFound, "not_found")
		if found := p.ok(t, http.StatusOK, first, "GET", "/ops/users?phone="+phone, nil); found.at("items.0.desks.0") != nil || found.at("items.0.roles.0") != nil {
			t.Errorf("after the demotion: %s", found.raw)
		}
	})
}

// Else who is removed for a reason comes back by a friend.
func TestWhatSomebodyInvitedGoesWithTheirRight(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		secretary, _, _ := p.person(t, "秘书")
		orgID := p.admit(t, secretary)
		at := "/organisations/" + orgID
		second, secondPhone, secondID := p.person(t, "副秘书")
		p.ok(t, http.StatusOK, second, "POST", "/invitations/"+p.ok(t, http.StatusCreated, secretary, "POST", at+"/invitations",
			map[string]any{"phone": secondPhone, "role": "secretary"}).text("id")+"/accept", nil)
		friend, friendPhone, _ := p.person(t, "朋友")
		invite := func() string {
			return p.ok(t, http.StatusCreated, second, "POST", at+"/invitations", map[string]any{"phone": friendPhone, "role": "secretary"}).text("id")
		}
		refused := func(invitation string) {
			t.Helper()
			if r := p.call(t, friend, "POST", "/invitations/"+invitation+"/accept", nil); r.status == http.StatusOK {
				t.Errorf("accepted: %s", r.raw)
			}
		}
		first := invite()
		p.ok(t, http.StatusOK, secretary, "PUT", at+"/members/"+secondID, map[string]any{"role": "buyer"})
		refused(first)
		p.ok(t, http.StatusOK, secretary, "PUT", at+"/members/"+secondID, map[string]any{"role": "secretary"})
		again := invite()
		p.ok(t, http.StatusNoContent, secretary, "DELETE", at+"/members/"+secondID, nil)
		refused(again)
	})
}

func TestAMemberOfTwoOrganisationsSeesBoth(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		one, _, _ := p.person(t, "甲")
		two, phone, _ := p.person(t, "乙")
		first, second := p.admit(t, one), p.admit(t, two)
		invited := p.ok(t, http.StatusCreated, one, "POST", "/organisations/"+first+"/invitations", map[string]any{"phone": phone, "role": "secretary"})
		p.ok(t, http.StatusOK, two, "POST", "/invitations/"+invited.text("id")+"/accept", nil)
		for _, orgID := range []string{first, second} {
			r := p.ok(t, http.StatusCreated, two, "POST", "/organisations/"+orgID+"/invitations", map[string]any{"phone": "13600000001", "role": "buyer"})
			seen := p.ok(t, http.StatusOK, p.signIn(t, "13900000004"), "GET", "/audit?request_id="+r.header.Get("X-Request-Id"), nil)
			if seen.text("items.0.org_id") != orgID {
				t.Errorf("acting for %s: %s", orgID, seen.raw)
			}
		}
	})
}

func TestTheVillagesOfAnApplicationAreFiledUnderIt(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		owner, _, _ := p.person(t, "社长")
		body := p.application("cooperative")
		body["village_ids"] = []any{p.village(t)}
		applied := p.ok(t, http.StatusCreated, owner, "POST", "/organisations", body)
		rows := p.ok(t, http.StatusOK, p.signIn(t, demoAuditor), "GET", "/audit?request_id="+applied.header.Get("X-Request-Id"), nil)
		for i := range 3 {
			if row := fmt.Sprintf("items.%d.", i); rows.text(row+"action") == "" || rows.text(row+"org_id") != applied.text("id") {
				t.Errorf("row %d: %s", i, rows.raw)
			}
		}
	})
}

func TestADeletedAccountGainsNoMembership(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		secretary, _, _ := p.person(t, "秘书")
		at := "/organisations/" + p.admit(t, secretary)
		for range 4 {
			leaver, phone, _ := p.person(t, "要走的人")
			invited := p.ok(t, http.StatusCreated, secretary, "POST", at+"/invitations", map[string]any{"phone": phone, "role": "buyer"})
			application := p.application("enterprise")
			var all sync.WaitGroup
			for path, body := range map[string]any{
				"/me/deletion": map[string]any{"password": demoPassword}, "/invitations/" + invited.text("id") + "/accept": nil, "/organisations": application,
			} {
				all.Go(func() {
					if r := p.fetch(t, leaver, "POST", path, body); r.status >= http.StatusInternalServerError {
						t.Errorf("%s: %d %s", path, r.status, r.raw)
					}
				})
			}
			all.Wait()
		}
		var orphans int64
		err := p.database(t).Read(t.Context()).Table("memberships m").Joins("JOIN users u ON u.id = m.user_id").Where("u.status = ?", "deleted").Count(&orphans).Error
		if err != nil || orphans != 0 {
			t.Errorf("%d memberships of people who left, %v", orphans, err)
		}
	})
}
