package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestEveryPageIsTheStorefrontAndNoFileIsMadeUp(t *testing.T) {
	p := start(t, nil)
	for path, html := range map[string]bool{"/": true, "/orders/1": true, "/ops": true, "/openapi.json": false, "/assets/none.js": false, "/api/v2/x": false} {
		response, err := http.Get(p.base + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		is := response.StatusCode == http.StatusOK && strings.HasPrefix(response.Header.Get("Content-Type"), "text/html")
		if is != html || (!html && response.StatusCode != http.StatusNotFound) {
			t.Errorf("%s: %d %s", path, response.StatusCode, response.Header.Get("Content-Type"))
		}
	}
}
