package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"zique/internal/org"
)

// collective answers the paths of a village's organisation, for its members and for operators.
func (p *program) collective(t *testing.T, i string) (at, ops string) {
	t.Helper()
	orgID := p.ok(t, http.StatusOK, "", "GET", "/villages", nil).text("items." + i + ".collective_id")
	return "/organisations/" + orgID, "/ops/collectives/" + orgID
}

func agency(number string) map[string]any {
	return map[string]any{"holder": "油溪乡村账代理中心", "bank": "新化农商银行", "number": number, "agency": true, "reason": "村账镇管"}
}

func TestTheCountyInvitesTheFirstHeadOfACollective(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		at, ops := p.collective(t, "0")
		county, federation, auditor := p.signIn(t, "13900000004"), p.signIn(t, "13900000005"), p.signIn(t, demoAuditor)
		wrong, wrongPhone, _ := p.person(t, "同名人")
		head, phone, _ := p.person(t, "村支书")
		invitations := ops + "/invitations"
		p.call(t, county, "POST", invitations, map[string]any{"phone": "1"}).wantsField(t, "phone", "invalid")
		p.call(t, federation, "POST", invitations, map[string]any{"phone": phone}).wants(t, http.StatusForbidden, "forbidden")
		p.call(t, head, "POST", invitations, map[string]any{"phone": phone}).wants(t, http.StatusForbidden, "forbidden")
		enterprise := p.ok(t, http.StatusOK, p.signIn(t, "13900000003"), "GET", "/organisations", nil).text("items.0.id")
		p.call(t, county, "POST", "/ops/collectives/"+enterprise+"/invitations", map[string]any{"phone": phone}).wants(t, http.StatusNotFound, "not_found")

		mistaken := p.ok(t, http.StatusCreated, county, "POST", invitations, map[string]any{"phone": wrongPhone})
		p.ok(t, http.StatusNoContent, county, "DELETE", invitations+"/"+mistaken.text("id"), nil)
		p.call(t, wrong, "POST", "/invitations/"+mistaken.text("id")+"/accept", nil).wants(t, http.StatusConflict, "state_conflict")
		mistaken = p.ok(t, http.StatusCreated, county, "POST", invitations, map[string]any{"phone": wrongPhone})
		invited := p.ok(t, http.StatusCreated, county, "POST", invitations, map[string]any{"phone": phone}) // instead of the one before
		if list := p.ok(t, http.StatusOK, auditor, "GET", invitations, nil); list.text("items.0.status") != "pending" || list.text("items.0.role") != "head" || list.text("items.1.status") != "revoked" {
			t.Errorf("invitations: %s", list.raw)
		}
		p.call(t, wrong, "POST", "/invitations/"+mistaken.text("id")+"/accept", nil).wants(t, http.StatusConflict, "state_conflict")
		p.call(t, wrong, "POST", "/invitations/"+invited.text("id")+"/accept", nil).wants(t, http.StatusNotFound, "not_found")
		p.ok(t, http.StatusOK, head, "POST", "/invitations/"+invited.text("id")+"/accept", nil)
		p.call(t, county, "POST", invitations, map[string]any{"phone": wrongPhone}).wants(t, http.StatusConflict, "has_head")

		colleague, colleaguePhone, _ := p.person(t, "村会计")
		joined := p.ok(t, http.StatusCreated, head, "POST", at+"/invitations", map[string]any{"phone": colleaguePhone, "role": "accountant"})
		p.ok(t, http.StatusOK, colleague, "POST", "/invitations/"+joined.text("id")+"/accept", nil)
		asked := p.ok(t, http.StatusAccepted, head, "POST", at+"/payee-accounts", agency("6222021234567890"))
		p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+asked.text("id")+"/approve", nil)
	})
}

// An operator may stand behind everybody who came into a collective by their invitation.
func TestWhoInvitedTheHeadOfACollectiveIsNotTheSecondPerson(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		at, ops := p.collective(t, "3")
		inviter, outsider := p.signIn(t, "13900000004"), p.signIn(t, "13900000005")
		head, phone, _ := p.person(t, "村支书")
		invited := p.ok(t, http.StatusCreated, inviter, "POST", ops+"/invitations", map[string]any{"phone": phone})
		p.ok(t, http.StatusOK, head, "POST", "/invitations/"+invited.text("id")+"/accept", nil)
		accountant, accountantPhone, _ := p.person(t, "村会计")
		joined := p.ok(t, http.StatusCreated, head, "POST", at+"/invitations", map[string]any{"phone": accountantPhone, "role": "accountant"})
		p.ok(t, http.StatusOK, accountant, "POST", "/invitations/"+joined.text("id")+"/accept", nil)

		approve := func(asked reply) string { return "/approvals/" + asked.text("id") + "/approve" }
		byHead := p.ok(t, http.StatusAccepted, head, "POST", at+"/payee-accounts", agency("6222021234567890"))
		for _, decider := range []string{accountant, inviter} {
			p.call(t, decider, "POST", approve(byHead), nil).wants(t, http.StatusNotFound, "not_found")
		}
		p.ok(t, http.StatusOK, outsider, "POST", approve(byHead), nil)

		byInviter := p.ok(t, http.StatusAccepted, inviter, "POST", ops+"/payee-accounts", agency("6222021234567891"))
		for _, decider := range []string{head, accountant} {
			p.call(t, decider, "POST", approve(byInviter), nil).wants(t, http.StatusNotFound, "not_found")
		}
		p.ok(t, http.StatusOK, outsider, "POST", approve(byInviter), nil)

		p.longThere(t)
		byOutsider := p.ok(t, http.StatusAccepted, outsider, "POST", ops+"/payee-accounts", agency("6222021234567892"))
		p.call(t, inviter, "POST", approve(byOutsider), nil).wants(t, http.StatusNotFound, "not_found")
		p.ok(t, http.StatusOK, head, "POST", approve(byOutsider), nil)
	})
}

// longThere makes that everybody has had their roles long enough to decide about accounts.
func (p *program) longThere(t *testing.T) {
	t.Helper()
	p.sql(t, "UPDATE memberships SET role_since = 0")
}

// decidedLongAgo lets the time pass in which nobody joins what they decided about.
func (p *program) decidedLongAgo(t *testing.T) {
	t.Helper()
	p.sql(t, "UPDATE audit_log SET created_at = created_at - ?", org.InvitationTTL.Milliseconds())
}

// madeOperator gives somebody the role of an operator.
func (p *program) madeOperator(t *testing.T, userID string) {
	t.Helper()
	grant := p.ok(t, http.StatusAccepted, p.signIn(t, "13900000004"), "POST", "/ops/users/"+userID+"/roles", map[string]any{"role": "operator", "reason": "人手"})
	p.ok(t, http.StatusOK, p.signIn(t, "13900000005"), "POST", "/approvals/"+grant.text("id")+"/approve", nil)
}

func TestTwoOperatorsSetTheAccountOfACollectiveWithoutPeople(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		_, ops := p.collective(t, "1")
		first, second, stranger := p.signIn(t, "13900000004"), p.signIn(t, "13900000005"), p.newcomer(t)
		payees := ops + "/payee-accounts"
		bad := p.call(t, first, "POST", payees, map[string]any{"holder": "", "bank": "", "number": "1", "reason": ""})
		if bad.wants(t, http.StatusBadRequest, "invalid_field"); bad.text("errors.2.field") != "number" || bad.text("errors.3.field") != "reason" {
			t.Errorf("wrong fields: %s", bad.raw)
		}
		p.call(t, stranger, "POST", payees, agency("6222021234567890")).wants(t, http.StatusForbidden, "forbidden")
		asked := p.ok(t, http.StatusAccepted, first, "POST", payees, agency("6222021234567890"))
		p.call(t, second, "POST", payees, agency("6222021234567890")).wants(t, http.StatusConflict, "approval_pending")
		p.call(t, first, "POST", "/approvals/"+asked.text("id")+"/approve", nil).wants(t, http.StatusForbidden, "own_request")
		p.call(t, stranger, "POST", "/approvals/"+asked.text("id")+"/approve", nil).wants(t, http.StatusNotFound, "not_found")
		if done := p.ok(t, http.StatusOK, second, "POST", "/approvals/"+asked.text("id")+"/approve", nil); done.at("after.agency") != true {
			t.Errorf("approved: %s", done.raw)
		}
		if list := p.ok(t, http.StatusOK, first, "GET", payees, nil); list.text("items.0.number") != "**** 7890" || list.at("items.0.agency") != true || list.text("items.0.status") != "active" {
			t.Errorf("accounts: %s", list.raw)
		}
	})
}

func TestARequestDiesWithItsAskersRole(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		first, second := p.signIn(t, "13900000004"), p.signIn(t, "13900000005")
		third, phone, thirdID := p.person(t, "第三运营")
		newcomer, _, newcomerID := p.person(t, "新人")
		roles := func(userID string) string { return "/ops/users/" + userID + "/roles" }
		grant := p.ok(t, http.StatusAccepted, first, "POST", roles(thirdID), map[string]any{"role": "operator", "reason": "人手"})
		p.ok(t, http.StatusOK, second, "POST", "/approvals/"+grant.text("id")+"/approve", nil)
		pending := p.ok(t, http.StatusAccepted, third, "POST", roles(newcomerID), map[string]any{"role": "auditor", "reason": "审计"})
		_, ops := p.collective(t, "2")
		account := p.ok(t, http.StatusAccepted, third, "POST", ops+"/payee-accounts", agency("6222021234567890"))
		p.ok(t, http.StatusNoContent, second, "POST", roles(thirdID)+"/operator/revoke", reasoned{"离岗"})
		for _, request := range []string{pending.text("id"), account.text("id")} {
			p.call(t, first, "POST", "/approvals/"+request+"/approve", nil).wants(t, http.StatusConflict, "asker_gone")
			p.ok(t, http.StatusOK, first, "POST", "/approvals/"+request+"/reject", reasoned{"申请人已离岗"})
		}
		if seen := p.ok(t, http.StatusOK, newcomer, "GET", "/me", nil); seen.at("user.roles.0") != nil {
			t.Errorf("granted all the same: %s (%s)", seen.raw, phone)
		}

		secretary, _, _ := p.person(t, "秘书")
		orgID := p.admit(t, secretary)
		finance, financePhone, financeID := p.person(t, "财务")
		at := "/organisations/" + orgID
		invited := p.ok(t, http.StatusCreated, secretary, "POST", at+"/invitations", map[string]any{"phone": financePhone, "role": "finance"})
		p.ok(t, http.StatusOK, finance, "POST", "/invitations/"+invited.text("id")+"/accept", nil)
		p.longThere(t)
		asked := p.ok(t, http.StatusAccepted, finance, "POST", at+"/payee-accounts", payee("6222021234567890"))
		p.ok(t, http.StatusNoContent, secretary, "DELETE", at+"/members/"+financeID, nil)
		p.call(t, secretary, "POST", "/approvals/"+asked.text("id")+"/approve", nil).wants(t, http.StatusConflict, "asker_gone")
		p.ok(t, http.StatusOK, secretary, "POST", "/approvals/"+asked.text("id")+"/reject", reasoned{"已离职"})

		// Without anybody else to decide an operator does, but not where the asker saw to that.
		p.colleague(t, secretary, orgID, "finance")
		p.longThere(t)
		asked = p.ok(t, http.StatusAccepted, secretary, "POST", at+"/payee-accounts", payee("6222021234567890"))
		members := p.ok(t, http.StatusOK, secretary, "GET", at+"/members", nil)
		for i := range 2 {
			if members.text(fmt.Sprintf("items.%d.role", i)) == "finance" {
				p.ok(t, http.StatusNoContent, secretary, "DELETE", at+"/members/"+members.text(fmt.Sprintf("items.%d.user_id", i)), nil)
			}
		}
		p.call(t, first, "POST", "/approvals/"+asked.text("id")+"/approve", nil).wants(t, http.StatusNotFound, "not_found")
		p.waits(t, first, "approvals", 0)
		p.ok(t, http.StatusOK, secretary, "POST", "/approvals/"+asked.text("id")+"/withdraw", nil)
		asked = p.ok(t, http.StatusAccepted, secretary, "POST", at+"/payee-accounts", payee("6222021234567890"))
		p.ok(t, http.StatusOK, first, "POST", "/approvals/"+asked.text("id")+"/approve", nil)
	})
}

// Whoever asks does not choose who says yes: only those decide who were there before.
func TestWhoJoinsAfterARequestDoesNotDecideIt(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		_, ops := p.collective(t, "1")
		first, second := p.signIn(t, "13900000004"), p.signIn(t, "13900000005")
		asked := p.ok(t, http.StatusAccepted, first, "POST", ops+"/payee-accounts", agency("6222021234567890"))
		head, phone, _ := p.person(t, "后来的村主任")
		invited := p.ok(t, http.StatusCreated, first, "POST", ops+"/invitations", map[string]any{"phone": phone})
		p.ok(t, http.StatusOK, head, "POST", "/invitations/"+invited.text("id")+"/accept", nil)
		p.call(t, head, "POST", "/approvals/"+asked.text("id")+"/approve", nil).wants(t, http.StatusNotFound, "not_found")
		p.ok(t, http.StatusOK, second, "POST", "/approvals/"+asked.text("id")+"/approve", nil)
	})
}

func TestNobodyAppointsThemselves(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		_, ops := p.collective(t, "1")
		operator := p.signIn(t, "13900000004")
		own := p.ok(t, http.StatusCreated, operator, "POST", ops+"/invitations", map[string]any{"phone": "13900000004"})
		p.call(t, operator, "POST", "/invitations/"+own.text("id")+"/accept", nil).wants(t, http.StatusForbidden, "own_request")
	})
}

func TestAnApplicationIsGivenUp(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		applicant, _, _ := p.person(t, "申请人")
		made := p.ok(t, http.StatusCreated, applicant, "POST", "/organisations", p.application("cooperative"))
		at := "/organisations/" + made.text("id")
		p.call(t, p.newcomer(t), "POST", at+"/withdraw", nil).wants(t, http.StatusNotFound, "not_found")
		for range 2 {
			if done := p.ok(t, http.StatusOK, applicant, "POST", at+"/withdraw", nil); done.text("status") != "withdrawn" {
				t.Errorf("given up: %s", done.raw)
			}
		}
		if left := p.ok(t, http.StatusOK, applicant, "GET", at, nil); left.text("contact_name") != "" {
			t.Errorf("the contact stays: %s", left.raw)
		}
		p.call(t, applicant, "POST", at+"/submit", nil).wants(t, http.StatusConflict, "state_conflict")
	})
}

func TestWhoIsOrWasOfACollectiveDoesNotRemoveItsHead(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		county, federation := p.signIn(t, "13900000004"), p.signIn(t, "13900000005")
		head, collectiveID := p.head(t, county, p.ok(t, http.StatusOK, "", "GET", "/villages", nil).text("items.0.id"))
		at, countyID := "/organisations/"+collectiveID, p.ok(t, http.StatusOK, county, "GET", "/me", nil).text("user.id")
		removal := "/ops/collectives/" + collectiveID + "/heads/" + p.ok(t, http.StatusOK, head, "GET", "/me", nil).text("user.id") + "/removal"
		asked := p.ok(t, http.StatusAccepted, county, "POST", removal, reasoned{"联系不上"})
		invited := p.ok(t, http.StatusCreated, head, "POST", at+"/invitations", map[string]any{"phone": "13900000004", "role": "accountant"})
		p.call(t, county, "POST", "/invitations/"+invited.text("id")+"/accept", nil).wants(t, http.StatusConflict, "decided_lately") // asking is part of it
		p.decidedLongAgo(t)
		p.ok(t, http.StatusOK, county, "POST", "/invitations/"+invited.text("id")+"/accept", nil)
		for range 2 { // a member, and then one who left
			p.call(t, federation, "POST", "/approvals/"+asked.text("id")+"/approve", nil).wants(t, http.StatusConflict, "asker_gone")
			p.call(t, county, "DELETE", at+"/members/"+countyID, nil)
		}
		p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+asked.text("id")+"/reject", reasoned{"回避"})
		p.call(t, county, "POST", removal, reasoned{"再来"}).wants(t, http.StatusForbidden, "own_request")
		ofHead := "/ops/collectives/" + collectiveID + "/invitations"
		p.call(t, county, "POST", ofHead, map[string]any{"phone": "13912340000"}).wants(t, http.StatusForbidden, "own_request")
		p.call(t, county, "DELETE", ofHead+"/"+invited.text("id"), nil).wants(t, http.StatusForbidden, "own_request")
		asked = p.ok(t, http.StatusAccepted, federation, "POST", removal, reasoned{"联系不上"})
		p.call(t, county, "POST", "/approvals/"+asked.text("id")+"/approve", nil).wants(t, http.StatusNotFound, "not_found")
	})
}

func TestAnOperatorDoesNotDecideAboutACooperativeAndBelongToIt(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		owner, operator := p.signIn(t, demoCooperative), p.signIn(t, "13900000004")
		cooperative := p.ok(t, http.StatusOK, owner, "GET", "/me", nil).text("memberships.0.org_id")
		operatorID := p.ok(t, http.StatusOK, operator, "GET", "/me", nil).text("user.id")
		invited := p.ok(t, http.StatusCreated, owner, "POST", "/organisations/"+cooperative+"/invitations", map[string]any{"phone": "13900000004", "role": "packer"})
		villages := map[string]any{"village_ids": []any{}}
		for _, v := range p.ok(t, http.StatusOK, "", "GET", "/villages", nil).at("items").([]any) {
			villages["village_ids"] = append(villages["village_ids"].([]any), v.(map[string]any)["id"])
		}
		serve := "/ops/cooperatives/" + cooperative + "/villages"
		two := map[string]any{"village_ids": []any{p.ok(t, http.StatusOK, owner, "GET", "/coop/villages", nil).text("items.0.id")}}
		for _, villageID := range villages["village_ids"].([]any) {
			if few := two["village_ids"].([]any); len(few) < 2 && villageID != few[0] {
				two["village_ids"] = append(few, villageID)
			}
		}
		accept := "/invitations/" + invited.text("id") + "/accept"
		p.ok(t, http.StatusOK, operator, "PUT", serve, two) // nobody keeps them away by inviting them
		p.call(t, operator, "POST", accept, nil).wants(t, http.StatusConflict, "decided_lately")
		p.decidedLongAgo(t)
		p.ok(t, http.StatusOK, operator, "POST", accept, nil)
		p.call(t, operator, "PUT", serve, villages).wants(t, http.StatusForbidden, "own_request")
		p.ok(t, http.StatusNoContent, operator, "DELETE", "/organisations/"+cooperative+"/members/"+operatorID, nil)
		p.call(t, operator, "PUT", serve, villages).wants(t, http.StatusForbidden, "own_request")
		if served := p.ok(t, http.StatusOK, owner, "GET", "/coop/villages", nil); len(served.at("items").([]any)) != 2 {
			t.Errorf("serves %s", served.raw)
		}
		again := p.ok(t, http.StatusCreated, owner, "POST", "/organisations/"+cooperative+"/invitations", map[string]any{"phone": "13900000004", "role": "packer"})
		p.ok(t, http.StatusOK, operator, "POST", "/invitations/"+again.text("id")+"/accept", nil)
		p.ok(t, http.StatusOK, p.signIn(t, "13900000005"), "PUT", serve, villages)
	})
}

func TestTwoOperatorsReplaceTheHeadOfACollective(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		county, federation, auditor := p.signIn(t, "13900000004"), p.signIn(t, "13900000005"), p.signIn(t, demoAuditor)
		villageID := p.ok(t, http.StatusOK, "", "GET", "/villages", nil).text("items.0.id")
		head, collectiveID := p.head(t, county, villageID)
		headID := p.ok(t, http.StatusOK, head, "GET", "/me", nil).text("user.id")
		at, ops := "/organisations/"+collectiveID, "/ops/collectives/"+collectiveID
		accountant, accountantPhone, accountantID := p.person(t, "村会计")
		invited := p.ok(t, http.StatusCreated, head, "POST", at+"/invitations", map[string]any{"phone": accountantPhone, "role": "accountant"})
		p.ok(t, http.StatusOK, accountant, "POST", "/invitations/"+invited.text("id")+"/accept", nil)
		friend, friendPhone, _ := p.person(t, "亲戚")
		left := p.ok(t, http.StatusCreated, head, "POST", at+"/invitations", map[string]any{"phone": friendPhone, "role": "head"})

		if heads := p.ok(t, http.StatusOK, auditor, "GET", ops+"/heads", nil); heads.text("items.0.user_id") != headID || heads.text("items.0.name") != "村**" || heads.at("items.1") != nil {
			t.Errorf("the heads as an auditor: %s", heads.raw)
		}
		removal := ops + "/heads/" + headID + "/removal"
		p.call(t, county, "POST", removal, reasoned{}).wantsField(t, "reason", "required")
		p.call(t, head, "POST", removal, reasoned{"x"}).wants(t, http.StatusForbidden, "forbidden")
		p.call(t, auditor, "POST", removal, reasoned{"x"}).wants(t, http.StatusForbidden, "forbidden")
		p.call(t, county, "POST", ops+"/heads/"+accountantID+"/removal", reasoned{"x"}).wants(t, http.StatusConflict, "not_head")
		enterprise := p.ok(t, http.StatusOK, p.signIn(t, "13900000003"), "GET", "/organisations", nil).text("items.0.id")
		p.call(t, county, "POST", "/ops/collectives/"+enterprise+"/heads/"+headID+"/removal", reasoned{"x"}).wants(t, http.StatusNotFound, "not_found")

		asked := p.ok(t, http.StatusAccepted, county, "POST", removal, reasoned{"村支书邀请时号码写错"})
		if asked.text("kind") != "collective_head_removal" || asked.text("after.removed_head") != "村**" || asked.text("org_id") != collectiveID {
			t.Errorf("asked: %s", asked.raw)
		}
		p.call(t, federation, "POST", removal, reasoned{"x"}).wants(t, http.StatusConflict, "approval_pending")
		if seen := p.ok(t, http.StatusOK, federation, "GET", "/approvals/"+asked.text("id"), nil); seen.text("after.removed_head") != "村支书" {
			t.Errorf("who decides sees %s", seen.raw)
		}
		approval := "/approvals/" + asked.text("id") + "/approve"
		p.call(t, county, "POST", approval, nil).wants(t, http.StatusForbidden, "own_request")
		p.call(t, head, "POST", approval, nil).wants(t, http.StatusNotFound, "not_found")
		p.call(t, accountant, "POST", approval, nil).wants(t, http.StatusNotFound, "not_found")
		done := p.ok(t, http.StatusOK, federation, "POST", approval, reasoned{"村支书和 county 都核实过"})
		if log := p.ok(t, http.StatusOK, auditor, "GET", "/audit?action=member.removed&request_id="+done.header.Get("X-Request-Id"), nil); log.text("items.0.subject_id") != headID || log.text("items.0.before.role") != "head" ||
			log.text("items.0.about_org_id") != collectiveID || log.text("items.0.org_id") == collectiveID { // the operator is none of the village's
			t.Errorf("the log: %s", log.raw)
		}
		p.call(t, head, "GET", at, nil).wants(t, http.StatusNotFound, "not_found")
		p.call(t, friend, "POST", "/invitations/"+left.text("id")+"/accept", nil).wants(t, http.StatusConflict, "state_conflict")
		told := p.inbox(t, head, "head_removed")
		if !strings.Contains(told.text("items.0.text"), "邀请时号码写错") {
			t.Errorf("the head was told: %s", told.raw)
		}

		p.ok(t, http.StatusNoContent, head, "POST", "/me/deletion", map[string]any{"password": demoPassword})
		held := dump(t, p.database(t))
		for _, table := range []string{"audit_log", "approvals"} {
			if strings.Contains(held[table], "村支书") || !strings.Contains(held[table], "和 county 都核实过") {
				t.Errorf("%s names the head who was removed, or lost more", table)
			}
		}

		next, nextPhone, _ := p.person(t, "新支书")
		invited = p.ok(t, http.StatusCreated, county, "POST", ops+"/invitations", map[string]any{"phone": nextPhone})
		p.ok(t, http.StatusOK, next, "POST", "/invitations/"+invited.text("id")+"/accept", nil)

		// Of a head who deletes the account meanwhile nobody decides anything.
		leaver, leaverPhone, leaverID := p.person(t, "上官支书")
		invited = p.ok(t, http.StatusCreated, next, "POST", at+"/invitations", map[string]any{"phone": leaverPhone, "role": "head"})
		p.ok(t, http.StatusOK, leaver, "POST", "/invitations/"+invited.text("id")+"/accept", nil)
		pending := []string{
			p.ok(t, http.StatusAccepted, county, "POST", ops+"/heads/"+leaverID+"/removal", reasoned{"联系不上"}).text("id"),
			p.ok(t, http.StatusAccepted, county, "POST", "/ops/users/"+leaverID+"/roles", map[string]any{"role": "liaison", "reason": "熟悉村里"}).text("id")}
		gone := p.ok(t, http.StatusNoContent, leaver, "POST", "/me/deletion", map[string]any{"password": demoPassword})
		for _, about := range pending {
			seen := p.ok(t, http.StatusOK, federation, "GET", "/approvals/"+about, nil)
			if seen.text("status") != "withdrawn" || seen.at("may_decide") != false || strings.Contains(string(seen.raw), "上官") {
				t.Errorf("a request about who left: %s", seen.raw)
			}
			p.call(t, federation, "POST", "/approvals/"+about+"/approve", nil).wants(t, http.StatusConflict, "state_conflict")
			if log := p.ok(t, http.StatusOK, auditor, "GET", "/audit?action=approval.withdrawn&subject_id="+about+"&request_id="+gone.header.Get("X-Request-Id"), nil); log.text("items.0.id") == "" {
				t.Errorf("the log: %s", log.raw)
			}
		}
		eventually(t, func() bool { // whoever asked is told of both
			told := string(p.ok(t, http.StatusOK, county, "GET", "/messages", nil).raw)
			return strings.Contains(told, "“解除村集体负责人”的审批已撤销") && strings.Contains(told, "“授予平台角色”的审批已撤销")
		})
		p.wantNowhere(t, `{"user_id":"`+leaverID) // the payload
	})
}
