package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// scrape answers what GET /metrics says to somebody with these headers.
func (p *program) scrape(t *testing.T, headers ...string) (status int, text string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, p.base+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if request.Header.Set(headers[i], headers[i+1]); headers[i] == "Host" {
			request.Host = headers[i+1]
		}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(raw)
}

func TestTheProgramIsMeasured(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		p.call(t, "", "GET", "/products/1", nil).wants(t, http.StatusNotFound, "not_found")
		status, text := p.scrape(t)
		for _, line := range []string{
			`zique_http_requests_total{method="GET",route="/api/v1/products/:id",status="404"} 1`,
			`zique_http_request_seconds_count{route="/api/v1/products/:id"} 1`,
			`zique_db_connections{pool="write",state="in_use"}`, `zique_db_waits_total{pool="read"}`,
			`zique_jobs{status="queued"} 0`, `zique_jobs_failed 0`, `zique_events_stuck 0`, `zique_ledger_unsealed `,
		} {
			if status != http.StatusOK || !strings.Contains(text, "\n"+line) {
				t.Errorf("%d without %s:\n%.2000s", status, line, text)
			}
		}
		for host, want := range map[string]int{"localhost": http.StatusOK, "localhost:1": http.StatusOK, "[::1]:8080": http.StatusOK,
			"shop.example": http.StatusForbidden, "shop.example:443": http.StatusForbidden, "127.0.0.1.example": http.StatusForbidden, "10.0.0.7": http.StatusForbidden} {
			if status, _ := p.scrape(t, "Host", host); status != want { // as a proxy that only passes on
				t.Errorf("for %s: %d, want %d", host, status, want)
			}
		}
		for _, header := range []string{"X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"} {
			if status, _ := p.scrape(t, header, "x"); status != http.StatusForbidden {
				t.Errorf("with %s: %d", header, status)
			}
		}
	})
}

func TestAMetricsTokenIsAskedOfEverybody(t *testing.T) {
	token := strings.Repeat("t", 32)
	p := start(t, map[string]string{"ZIQUE_METRICS_TOKEN": token})
	for header, want := range map[string]int{"": http.StatusForbidden, "Bearer x": http.StatusForbidden, "Bearer " + token: http.StatusOK} {
		if status, _ := p.scrape(t, "Authorization", header, "X-Forwarded-For", "x"); status != want {
			t.Errorf("%q: %d, want %d", header, status, want)
		}
	}
}

func TestOnlyALoopbackListenerIsMeasuredWithoutAToken(t *testing.T) {
	p := start(t, map[string]string{"ZIQUE_ADDR": "0.0.0.0:0"})
	if status, _ := p.scrape(t); status != http.StatusForbidden {
		t.Errorf("a program that others can reach: %d", status)
	}
}
