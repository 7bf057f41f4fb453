package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/danielgtaylor/huma/v2"

	"zique/api/rest"
)

// oddTexts are what a parameter may hold that names a code, an id or a part of a name.
var oddTexts = map[string]string{
	"Chinese and an emoji": "中文😀", "a NUL": "a\x00b", "5,000 characters": strings.Repeat("长", 5_000),
	"wildcards": `%_!\'"`, "half a character": "\xff\xfe", "a number": "99999999999999999999",
}

// noText are those of oddTexts that every free parameter refuses.
var noText = map[string]bool{"a NUL": true, "half a character": true}

// answers are what one pair of engines said to each request, for the other to agree with.
type answers struct{ sync.Map }

func (a *answers) hear(t *testing.T, request, said string) {
	t.Helper()
	if other, heard := a.LoadOrStore(request, said); heard && other != said {
		t.Errorf("%.120s: %s, and %v on the other engines", request, said, other)
	}
}

// oddPaths are the addresses of a route with the text in one of its free parameters.
func oddPaths(path string, o *huma.Operation, text string) (paths []string) {
	for _, p := range o.Parameters {
		if p.In != "path" && p.In != "query" || p.Schema.Type != huma.TypeString || len(p.Schema.Enum) > 0 {
			continue
		}
		full, query := path, url.Values{}
		for _, other := range o.Parameters {
			switch {
			case other.Name == p.Name && p.In == "query":
				query.Set(p.Name, text)
			case other.Name == p.Name:
				full = strings.ReplaceAll(full, "{"+p.Name+"}", url.PathEscape(text))
			case other.In == "path":
				full = strings.ReplaceAll(full, "{"+other.Name+"}", "1")
			case other.In == "query" && other.Required:
				query.Set(other.Name, "13900000001")
			}
		}
		paths = append(paths, full+"?"+query.Encode())
	}
	return paths
}

func TestNoTextInAParameterIsOurFault(t *testing.T) {
	_, api := (&rest.Server{Demo: true, Site: fstest.MapFS{}}).Handler()
	var both answers
	eachPair(t, func(t *testing.T, p *program) {
		f := p.fixture(t)
		tried := 0
		for path, item := range api.Paths {
			path = strings.TrimPrefix(path, "/api/v1")
			for method, o := range map[string]*huma.Operation{
				http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put, http.MethodDelete: item.Delete,
			} {
				if o == nil {
					continue
				}
				r := rules[method+" "+path]
				for name, text := range oddTexts {
					for _, odd := range oddPaths(path, o, text) {
						tried++
						headers := []string{"Idempotency-Key", p.key()}
						got := p.fetch(t, f.tokens[r.by], method, odd, f.fill(r.body), headers...)
						inQuery := !strings.HasSuffix(odd, "?")
						if got.status >= http.StatusInternalServerError || noText[name] && inQuery && got.status != http.StatusBadRequest {
							t.Errorf("%s in %s %.120s: %d %.300s", name, method, odd, got.status, got.raw)
						}
						if method == http.MethodGet {
							both.hear(t, odd, fmt.Sprint(got.status, " ", got.at("items.0") != nil))
						}
					}
				}
			}
		}
		t.Logf("%d requests", tried)
	})
}
