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
// anybody. Every other call that changes something leaves a row in the audit log:
// a route that is in neither list of this file's tests fails them.
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

// deeds are the successful changing calls of all tests: route → audited or not.
var deeds = struct {
	sync.Mutex
	audited map[string]bool
}{audited: map[string]bool{}}

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
		if _, exempt := unaudited[route]; !exempt && !deeds.audited[route] {
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

// checkAudit fails the test when a route changed something and left no row in the
// audit log. (A state verb repeated changes nothing, so one row for each route is asked.)
func (p *program) checkAudit(t *testing.T) {
	t.Helper()
	logged := map[string]bool{}
	for _, row := range p.auditRows(t) {
		logged[row["request_id"]] = true
	}
	deeds.Lock()
	defer deeds.Unlock()
	for route, requests := range p.changes {
		if _, exempt := unaudited[route]; exempt {
			continue
		}
		if !slices.ContainsFunc(requests, func(id string) bool { return logged[id] }) {
			t.Errorf("%s changed something and left no audit row", route)
			continue
		}
		deeds.audited[route] = true
	}
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
