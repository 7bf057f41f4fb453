// Package floors holds the rule of the house: a package imports only lower floors,
// and siblings never import each other.
package floors

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

var floors = [][]string{
	{"money", "fault", "id", "clock", "pii", "spreadsheet", "pdf", "division"},
	{"storage", "blob", "rulepack"},
	{"audit", "idempotency", "attempt", "worker", "notify"},
	{"ledger", "outbox", "approval"},
	{"identity", "org", "imports"},
	{"village", "staff"},
	{"share", "freight", "promotion"},
	{"catalog"},
	{"cart", "aidcard", "payment", "campaign"},
	{"order", "cardsale", "procurement"},
	{"programme", "bank", "settlement", "prepaid", "bulkorder", "redemption"},
	{"report", "certificate", "verify", "erasure"},
	{"config", "seed"},
}

// On one floor, yet an id is made from the clock's time, a file is refused by a fault,
// and blob's rows are in the database.
var allowed = map[[2]string]bool{{"id", "clock"}: true, {"spreadsheet", "fault"}: true, {"blob", "storage"}: true}

func TestImportsOnlyGoDown(t *testing.T) {
	floorOf := map[string]int{}
	for floor, names := range floors {
		for _, name := range names {
			floorOf[name] = floor
		}
	}
	for name, imports := range imports(t) {
		floor, placed := floorOf[name]
		if !placed {
			t.Errorf("internal/%s stands on no floor: name it here", name)
			continue
		}
		for _, imported := range imports {
			if lower, known := floorOf[imported]; known && lower >= floor && !allowed[[2]string{name, imported}] {
				t.Errorf("internal/%s (floor %d) imports internal/%s (floor %d)", name, floor, imported, lower)
			}
		}
	}
}

// imports maps each package of internal to the packages of internal that it imports.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "zique/internal/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return found
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, "zique/internal/")
		if strings.Contains(name, "/") || name == "floors" { // a test's helpers, or this rule
			continue
		}
		found[name] = nil
		for _, imported := range p.Imports {
			if inside, ok := strings.CutPrefix(imported, "zique/internal/"); ok {
				found[name] = append(found[name], inside)
			}
		}
	}
}
