package seed_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"os"
	"testing"

	"gorm.io/gorm"

	"zique/internal/aidcard"
	"zique/internal/identity"
	"zique/internal/pii"
	"zique/internal/seed"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
	"zique/internal/verify/verifytest"
)

func TestTheDemoCountyIsTheReportAndMarkedFiction(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		keys, err := pii.New("1", bytes.Repeat([]byte("k"), pii.KeySize))
		if err != nil {
			t.Fatal(err)
		}
		people, err := identity.NewService(db, keys, identity.Config{JWTSecret: bytes.Repeat([]byte("s"), 32), Demo: true, PasswordCost: identity.Cost{Memory: 64, Passes: 1}})
		if err != nil {
			t.Fatal(err)
		}
		codes := aidcard.Codes{Pepper: bytes.Repeat([]byte("p"), 32), Rand: rand.Reader}
		for range 2 { // a second start changes nothing
			if err := seed.Demo(context.Background(), db, people, codes); err != nil {
				t.Fatal(err)
			}
		}
		view := db.Read(context.Background())
		for what, c := range map[string]struct {
			query string
			least int64
			most  int64
		}{
			"products":                         {"SELECT COUNT(*) FROM products", 40, 200},
			"products that are not marked":     {"SELECT COUNT(*) FROM products WHERE demo = 0", 0, 0},
			"products with fewer than 2 SKUs":  {"SELECT COUNT(*) FROM products p WHERE (SELECT COUNT(*) FROM skus s WHERE s.product_id = p.id) < 2", 0, 0},
			"cooperatives that are not marked": {"SELECT COUNT(*) FROM organisations WHERE kind = 'cooperative' AND demo = 0", 0, 0},
			"records without as_of":            {"SELECT COUNT(*) FROM assistance_records WHERE as_of <> '2023-06'", 0, 0},
			"sources":                          {"SELECT COUNT(*) FROM record_sources", 1, 1},
			"villages, all of the report":      {"SELECT COUNT(*) FROM villages", int64(len(reportVillages(t))), int64(len(reportVillages(t)))},
			"consumption in fen":               {"SELECT SUM(amount_fen) FROM assistance_records WHERE kind = 'consumption'", 7_000_000_000, 7_000_000_000},
		} {
			if n := count(t, view, c.query); n < c.least || n > c.most {
				t.Errorf("%s: %d, want %d to %d", what, n, c.least, c.most)
			}
		}
		for _, name := range reportVillages(t) {
			if n := count(t, view, "SELECT COUNT(*) FROM villages WHERE name = ?", name); n != 1 {
				t.Errorf("the report's %s is there %d times", name, n)
			}
		}
		open, err := seed.UnclaimedCodes(view, codes)
		if err != nil || len(open) < 2 {
			t.Errorf("unclaimed codes: %d, %v", len(open), err)
		}
		verifytest.Check(t, db)
	})
}

func count(t *testing.T, view *gorm.DB, query string, values ...any) (n int64) {
	t.Helper()
	if err := view.Raw(query, values...).Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

func reportVillages(t *testing.T) (names []string) {
	t.Helper()
	raw, err := os.ReadFile("data/xinhua-2023.json")
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Villages []struct {
			Name string `json:"name"`
		} `json:"villages"`
	}
	if err := json.Unmarshal(raw, &report); err != nil {
		t.Fatal(err)
	}
	for _, v := range report.Villages {
		names = append(names, v.Name)
	}
	return names
}
