package main

import (
	"bufio"
	"encoding/csv"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"zique/api/rest"
)

// unaudited are the calls that change neither money nor a role nor the standing of
// anybody. Every other call that changes something leaves the row that `audited` names:
// a route that is in neither of the two fails.
var unaudited = map[string]string{
	"POST /auth/codes":           "sends a code; counted as an attempt",
	"POST /auth/login":           "a session of one's own; listed under /me/sessions",
	"POST /auth/refresh":         "the same session",
	"POST /auth/logout":          "a session of one's own",
	"PUT /cart/items/{sku_id}":   "a wish",
	"POST /orders/quote":         "places nothing",
	"POST /orders/{id}/pay":      "asks where to pay; the payment itself leaves a row",
	"POST /demo/pay/{charge_id}": "plays somebody else's service, which then sends a notice",
	"POST /addresses":            "one's own address book",
	"DELETE /addresses/{id}":     "one's own address book",
	"POST /uploads":              "a file that nothing names yet",
	"POST /messages/{id}/read":   "one's own inbox",
	"POST /messages/read-all":    "one's own inbox",
}

// audited says which rows a call leaves in the audit log: the first always (one or the
// other of a|b), the others where more comes of it. Any other row is an error.
var audited = map[string][]string{
	"POST /auth/register":       {"user.registered", "session.started", "consent.given"},
	"POST /auth/login":          {"session.started"},
	"POST /auth/logout":         {"session.ended"},
	"POST /auth/refresh":        {"session.ended"}, // of a token used twice
	"POST /auth/password-reset": {"user.password_reset", "user.phone_verified", "user.signed_out_everywhere"},

	"PUT /me":                      {"user.renamed"},
	"POST /me/phone/verify":        {"user.phone_verified"},
	"POST /me/password":            {"user.password_changed", "user.signed_out_everywhere", "session.started"},
	"DELETE /me/sessions/{id}":     {"session.ended"},
	"POST /me/sign-out-everywhere": {"user.signed_out_everywhere"},
	"POST /me/consents":            {"consent.given|consent.withdrawn"},
	"POST /me/deletion":            {"user.deleted", "user.signed_out_everywhere", "member.left", "role.revoked", "organisation.withdrawn", "approval.withdrawn", "invitation.declined", "invitation.revoked"},

	"POST /cards/claim":                          {"card.claimed"},
	"POST /cards/{id}/reactivate":                {"card.reactivated"},
	"POST /cards/{id}/move":                      {"card.moved"},
	"POST /cards/{id}/loss-report":               {"card.lost"},
	"POST /cards/{id}/replacement":               {"card.replaced"},
	"POST /orders":                               {"order.placed"},
	"POST /orders/{id}/cancel":                   {"order.cancelled"},
	"POST /payments/notices/{gateway}":           {"payment.captured"},
	"POST /orders/{id}/refunds":                  {"order.refunded|refund.requested"},
	"POST /orders/{id}/receipt":                  {"order.received"},
	"POST /refunds/{id}/return":                  {"refund.goods_sent_back"},
	"POST /refunds/{id}/withdraw":                {"refund.withdrawn"},
	"POST /coop/orders/{sub_order_id}/shipments": {"order.shipped"},
	"POST /coop/orders/{sub_order_id}/refunds":   {"order.refunded"},
	"POST /coop/refunds/{id}/approve":            {"refund.approved|refund.granted"},
	"POST /coop/refunds/{id}/reject":             {"refund.rejected"},
	"POST /coop/refunds/{id}/accept":             {"refund.goods_accepted"},
	"POST /coop/freight-templates":               {"freight_template.added"},
	"PUT /coop/freight-templates/{id}":           {"freight_template.changed"},
	"DELETE /coop/freight-templates/{id}":        {"freight_template.removed"},
	"POST /coop/promotions":                      {"promotion.added"},
	"DELETE /coop/promotions/{id}":               {"promotion.ended"},

	"POST /orders/{id}/certificate":                     {"certificate.issued"},
	"POST /ent/certificates":                            {"certificate.issued"},
	"POST /ops/campaigns":                               {"campaign.added"},
	"PUT /ops/campaigns/{id}":                           {"campaign.changed"},
	"POST /ops/campaigns/{id}/publish":                  {"campaign.published"},
	"POST /ops/campaigns/{id}/close":                    {"campaign.closed"},
	"PUT /ops/campaigns/{id}/products/{product_id}":     {"campaign.goods_accepted"},
	"DELETE /ops/campaigns/{id}/products/{product_id}":  {"campaign.goods_out"},
	"PUT /coop/campaigns/{id}/products/{product_id}":    {"campaign.goods_offered"},
	"DELETE /coop/campaigns/{id}/products/{product_id}": {"campaign.goods_out"},

	"POST /organisations":                                    {"organisation.created", "member.joined", "cooperative.villages_changed"},
	"PUT /organisations/{id}/contact":                        {"organisation.contact_changed"},
	"PUT /organisations/{id}":                                {"organisation.changed", "cooperative.villages_changed"},
	"POST /organisations/{id}/submit":                        {"organisation.submitted"},
	"POST /organisations/{id}/withdraw":                      {"organisation.withdrawn"},
	"PUT /organisations/{id}/members/{user_id}":              {"member.role_changed", "invitation.revoked"},
	"DELETE /organisations/{id}/members/{user_id}":           {"member.removed|member.left", "invitation.revoked"},
	"POST /organisations/{id}/invitations":                   {"member.invited"},
	"DELETE /organisations/{id}/invitations/{invitation_id}": {"invitation.revoked"},
	"POST /invitations/{id}/accept":                          {"invitation.accepted", "member.joined"},
	"POST /invitations/{id}/decline":                         {"invitation.declined"},
	"POST /organisations/{id}/payee-accounts":                {"approval.requested"},

	"POST /ops/organisations/{id}/recommend": {"organisation.recommended"},
	"POST /ops/organisations/{id}/approve":   {"organisation.admitted"},
	"POST /ops/organisations/{id}/return":    {"organisation.returned"},
	"POST /ops/organisations/{id}/reject":    {"organisation.rejected"},
	"POST /ops/organisations/{id}/suspend":   {"organisation.suspended"},
	"POST /ops/organisations/{id}/reinstate": {"organisation.reinstated"},

	"POST /ops/collectives/{id}/invitations":                   {"member.invited", "invitation.revoked"},
	"DELETE /ops/collectives/{id}/invitations/{invitation_id}": {"invitation.revoked"},
	"POST /ops/collectives/{id}/heads/{user_id}/removal":       {"approval.requested"},
	"POST /ops/collectives/{id}/payee-accounts":                {"approval.requested"},

	"POST /ent/bulk-orders":                   {"bulk_order.asked"},
	"POST /ent/bulk-orders/{id}/place":        {"bulk_order.confirmed"},
	"POST /ent/bulk-orders/{id}/cancel":       {"bulk_order.cancelled"},
	"POST /ent/purchase-orders":               {"purchase_order.drafted"},
	"POST /ent/purchase-orders/{id}/approve":  {"purchase_order.approved"},
	"POST /ent/purchase-orders/{id}/cancel":   {"purchase_order.cancelled"},
	"POST /ent/purchase-orders/{id}/accept":   {"purchase_order.accepted"},
	"POST /coop/purchase-orders/{id}/quote":   {"purchase_order.quoted"},
	"POST /coop/purchase-orders/{id}/decline": {"purchase_order.declined"},
	"POST /coop/purchase-orders/{id}/deliver": {"purchase_order.delivered"},

	"POST /ent/card-batches":                 {"card_batch.ordered"},
	"POST /ent/card-batches/{id}/exports":    {"approval.requested"},
	"POST /ent/exports/{id}/approve":         {"card_export.approved", "approval.approved"},
	"POST /ent/cards/rekey":                  {"card.rekeyed"},
	"POST /ent/redemptions":                  {"redemption.checked", "redemption.confirmed", "order.placed", "card.redeemed", "redemption.done"},
	"POST /ent/redemptions/{id}/confirm":     {"redemption.confirmed", "order.placed", "card.redeemed", "redemption.done"},
	"POST /ent/redemptions/{id}/stop":        {"redemption.stopped"},
	"POST /ent/card-batches/{id}/recipients": {"card_recipient_import.started", "card_batch.recipients_added"},
	"POST /ent/card-batches/{id}/confirm":    {"card_batch.confirmed"},
	"POST /ent/card-batches/{id}/cancel":     {"card_batch.cancelled"},
	"POST /ent/card-batches/{id}/reminders":  {"card_batch.reminded"},
	"POST /ent/card-batches/{id}/recall":     {"card_batch.recalled"},
	"POST /ops/card-batches/{id}/fund":       {"bank_row.recorded", "bank_row.taken", "card_batch.funded"},
	"POST /ops/card-batches/{id}/issue":      {"card_batch.issue_begun"},

	"POST /ops/bank-imports":                       {"bank_import.started", "bank_row.taken", "payment.captured", "card_batch.funded", "purchase_order.paid"},
	"POST /ops/bank-rows/{id}/match":               {"approval.requested"},
	"POST /ops/bank-rows/{id}/give-back":           {"approval.requested"},
	"POST /ops/bank-days/{day}/close":              {"bank_day.closed"},
	"POST /ops/payment-differences/{id}/give-back": {"approval.requested"},
	"POST /ops/refund-transfers/{id}/done":         {"refund.transferred"},

	"POST /ops/ledger/corrections":                {"approval.requested"},
	"POST /ops/ledger/transactions/{id}/reversal": {"approval.requested"},

	"POST /coop/statements/{id}/confirm":          {"statement.confirmed"},
	"POST /coop/statements/{id}/dispute":          {"statement.disputed"},
	"POST /village/statements/{id}/confirm":       {"statement.confirmed"},
	"POST /village/statements/{id}/dispute":       {"statement.disputed"},
	"POST /ops/settlements":                       {"settlement.started"},
	"POST /ops/settlements/{id}/request-approval": {"approval.requested", "statement.payout_requested"},
	"POST /ops/settlements/{id}/close":            {"settlement.closed"},
	"POST /ops/statements/{id}/answer":            {"statement.answered"},
	"POST /ops/statements/{id}/carry":             {"statement.carried"},
	"POST /ops/statements/{id}/pay":               {"statement.paid"},

	"POST /approvals/{id}/approve":  {"approval.approved", "card_export.approved", "card_batch.funded", "payout.approved", "statement.approved", "member.joined", "payee_account.changed", "member.removed", "invitation.revoked", "role.granted", "share_rule.added", "share_rule.ended", "card_program.changed", "custody_balance.recorded", "issuer_revenue.recorded", "card.voided", "card_return.approved", "card.returned", "bank_difference.settled", "payment.captured", "payment_difference.sent_back", "ledger.corrected", "ledger.reversed", "purchase_order.paid"},
	"POST /approvals/{id}/reject":   {"approval.rejected"},
	"POST /approvals/{id}/withdraw": {"approval.withdrawn"},

	"POST /ops/users/{id}/roles":               {"approval.requested"},
	"POST /ops/users/{id}/roles/{role}/revoke": {"role.revoked", "member.removed", "user.signed_out_everywhere", "invitation.revoked"},

	"POST /ops/share-rules":              {"approval.requested"},
	"POST /ops/share-rules/{id}/end":     {"approval.requested"},
	"POST /ops/custody-balances":         {"approval.requested"},
	"POST /ops/issuer-revenues":          {"approval.requested"},
	"POST /ent/card-returns":             {"card_return.requested", "card.frozen"},
	"POST /ops/card-returns/{id}/accept": {"approval.requested"},
	"POST /ops/card-returns/{id}/reject": {"card_return.rejected", "card.unfrozen"},
	"POST /ops/card-returns/{id}/done":   {"card_return.done"},
	"POST /ops/cards/{id}/freeze":        {"card.frozen"},
	"POST /ops/cards/{id}/unfreeze":      {"card.unfrozen"},
	"POST /ops/cards/{id}/void":          {"approval.requested|card.voided"},
	"POST /ops/card-programs":            {"card_program.added"},
	"PUT /ops/card-programs/{id}":        {"approval.requested|card_program.changed"},

	"POST /ops/jobs/{id}/retry":         {"job.retried"},
	"POST /ops/stuck-events/{id}/retry": {"event.retried"},

	"POST /ops/villages":                  {"village.added", "organisation.created"},
	"PUT /ops/villages/{id}":              {"village.changed"},
	"PUT /ops/cooperatives/{id}/villages": {"cooperative.villages_changed"},
	"POST /ops/village-imports":           {"village_import.started", "village.added", "organisation.created"},
}

// seen are the routes of which a test saw a call succeed and leave its row.
var seen = struct {
	sync.Mutex
	routes map[string]bool
}{routes: map[string]bool{}}

// TestMain also lets the test's binary be the program itself, to be killed.
func TestMain(m *testing.M) {
	if os.Getenv("ZIQUE_TEST_PROGRAM") != "" {
		main()
		return
	}
	code := m.Run()
	if code == 0 && flag.Lookup("test.run").Value.String() == "" {
		code = everyChangeWasSeen()
	}
	os.Exit(code)
}

// everyChangeWasSeen fails the run when a changing route was never called with
// success, so that its audit row was never looked for.
func everyChangeWasSeen() int {
	for _, route := range changingRoutes() {
		if _, exempt := unaudited[route]; !exempt && !seen.routes[route] {
			fmt.Printf("FAIL: no test saw %s succeed and leave an audit row\n", route)
			return 1
		}
	}
	return 0
}

// changingRoutes are all routes but the reading ones, as "METHOD /path/{id}".
func changingRoutes() []string {
	var routes []string
	for _, r := range allRoutes() {
		if !strings.HasPrefix(r, http.MethodGet) {
			routes = append(routes, r)
		}
	}
	return routes
}

// allRoutes lists the API as its own description does.
var allRoutes = sync.OnceValue(func() []string {
	_, api := (&rest.Server{Demo: true, Site: fstest.MapFS{}}).Handler()
	var routes []string
	for path, item := range api.Paths {
		path = strings.TrimPrefix(path, "/api/v1")
		for method, operation := range map[string]any{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "DELETE": item.Delete, "PATCH": item.Patch} {
			if fmt.Sprint(operation) != "<nil>" {
				routes = append(routes, method+" "+path)
			}
		}
	}
	slices.Sort(routes)
	return routes
})

// routeOf finds the route that a concrete path belongs to.
func routeOf(method, path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	best, fixed := "", -1
	for _, route := range allRoutes() {
		m, template, _ := strings.Cut(route, " ")
		pattern := strings.Split(template, "/")
		if m != method || len(pattern) != len(parts) {
			continue
		}
		same := 0
		for i, p := range pattern {
			if p == parts[i] {
				same++
			} else if !strings.HasPrefix(p, "{") {
				same = -1
				break
			}
		}
		if same > fixed {
			best, fixed = route, same
		}
	}
	return best
}

// note remembers a changing call that succeeded.
func (p *program) note(method, path string, r reply) {
	if method == http.MethodGet || r.status >= 300 || r.header.Get("Idempotency-Replayed") != "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	route := routeOf(method, path)
	p.changes[route] = append(p.changes[route], r.header.Get("X-Request-Id"))
}

// checkAudit fails the test when the calls of a route that changes something left
// other rows in the audit log than they should. (A state verb repeated changes nothing,
// so of a route's calls one is asked to leave its row.)
func (p *program) checkAudit(t *testing.T) {
	t.Helper()
	logged := map[string][]string{} // request → actions
	for _, row := range p.auditRows(t) {
		logged[row["request_id"]] = append(logged[row["request_id"]], row["action"])
	}
	seen.Lock()
	defer seen.Unlock()
	for route, requests := range p.changes {
		var actions []string
		for _, id := range requests {
			actions = append(actions, logged[id]...)
		}
		for _, action := range actions {
			if !slices.ContainsFunc(audited[route], oneOf(action)) {
				t.Errorf("%s left an audit row %s, want one of %v", route, action, audited[route])
			}
		}
		if _, exempt := unaudited[route]; exempt {
			continue
		}
		if want := audited[route]; len(want) == 0 || !slices.ContainsFunc(actions, func(action string) bool { return oneOf(action)(want[0]) }) {
			t.Errorf("%s changed something and left the audit rows %v, want %v", route, actions, want)
			continue
		}
		seen.routes[route] = true
	}
}

func oneOf(action string) func(names string) bool {
	return func(names string) bool { return slices.Contains(strings.Split(names, "|"), action) }
}

// auditRows reads the whole log as an auditor exports it.
func (p *program) auditRows(t *testing.T) []map[string]string {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, p.base+"/api/v1/audit/export", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+p.signIn(t, demoAuditor))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	held := bufio.NewReader(response.Body)
	if mark, err := held.Peek(3); err != nil || string(mark) != "\uFEFF" {
		t.Fatalf("the export begins with %q (%v): Excel takes it for GBK", mark, err)
	}
	_, _ = held.Discard(3)
	lines, err := csv.NewReader(held).ReadAll()
	if err != nil || response.StatusCode != http.StatusOK || len(lines) == 0 {
		t.Fatalf("export of the audit log: %d, %v", response.StatusCode, err)
	}
	var rows []map[string]string
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

const demoAuditor = "13900000008"

func TestTheAuditLogTellsWhoDidWhatFromWhere(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		placed := p.place(t, b, b.order(1))
		operator, auditor := p.signIn(t, "13900000004"), p.signIn(t, demoAuditor)
		path := "/audit?request_id=" + placed.header.Get("X-Request-Id")
		seen := p.call(t, operator, "GET", path, nil)
		if seen.text("items.0.action") != "order.placed" || seen.text("items.0.subject_id") != placed.text("id") ||
			seen.fen("items.0.after.total_fen") != placed.fen("total_fen") || seen.text("items.0.peer") != "127.0.0.1" || seen.text("items.0.actor_name") != "演示买家" {
			t.Errorf("an operator sees %s", seen.raw)
		}
		masked := p.call(t, auditor, "GET", path, nil)
		if masked.text("items.0.actor_name") != "演**" || masked.text("items.0.peer") != "127.0.0.0/24" {
			t.Errorf("an auditor sees personal data: %s", masked.raw)
		}
		p.call(t, b.token, "GET", path, nil).wants(t, http.StatusForbidden, "forbidden")
		p.call(t, "", "GET", path, nil).wants(t, http.StatusUnauthorized, "unauthenticated")
		p.call(t, auditor, "GET", "/audit?actor_id=x", nil).wants(t, http.StatusBadRequest, "invalid_field")
		p.call(t, auditor, "GET", "/audit?since=2030-01-02T00:00:00Z&until=2030-01-01T00:00:00Z", nil).wants(t, http.StatusBadRequest, "invalid_field")
		p.place(t, b, b.order(1))
		first := p.call(t, auditor, "GET", "/audit?limit=1", nil)
		if next := p.call(t, auditor, "GET", "/audit?limit=1&cursor="+first.text("next_cursor"), nil); next.text("items.0.id") == first.text("items.0.id") {
			t.Errorf("the second page repeats the first: %s", next.raw)
		}
		rows := p.auditRows(t)
		if !slices.ContainsFunc(rows, func(row map[string]string) bool {
			return row["action"] == "order.placed" && row["subject_id"] == placed.text("id") && row["actor"] == "演**"
		}) {
			t.Errorf("the export lacks the order: %v", slices.Collect(maps.Keys(rows[0])))
		}
	})
}
