package seed_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/pii"
	"zique/internal/programme"
	"zique/internal/seed"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
	"zique/internal/verify/verifytest"
	"zique/internal/village"
)

// demo starts once with the demo county.
func demo(t *testing.T, db *storage.DB) aidcard.Codes {
	t.Helper()
	keys, err := pii.New("1", bytes.Repeat([]byte("k"), pii.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	people, err := identity.NewService(db, keys, identity.Config{JWTSecret: bytes.Repeat([]byte("s"), 32), Demo: true, PasswordCost: identity.Cost{Memory: 64, Passes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	codes := aidcard.Codes{Pepper: bytes.Repeat([]byte("p"), 32), Rand: rand.Reader}
	if err := seed.Demo(context.Background(), db, people, codes); err != nil {
		t.Fatal(err)
	}
	return codes
}

func TestTheDemoCountyIsTheReportAndMarkedFiction(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		codes := demo(t, db)
		demo(t, db) // a second start changes nothing
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

func TestEachStartHasTwoCardsToClaim(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		codes := demo(t, db)
		open := func() []string {
			t.Helper()
			unclaimed, err := seed.UnclaimedCodes(db.Read(t.Context()), codes)
			if err != nil {
				t.Fatal(err)
			}
			return unclaimed
		}
		first := open()
		claim := func(all []string) {
			t.Helper()
			for _, code := range all {
				if _, err := codes.Claim(t.Context(), db, audit.Actor{UserID: buyer(t, db)}, code); err != nil {
					t.Fatal(err)
				}
			}
		}
		claim(first[1:])
		demo(t, db)
		second := open()
		if len(second) != 2 || second[0] != first[0] || slices.Contains(first[1:], second[1]) {
			t.Fatalf("one of %q was left; a start made %q of it", first, second)
		}
		claim(second)
		for range 2 { // the second changes nothing
			demo(t, db)
			if third := open(); len(third) != 2 || slices.Contains(second, third[0]) {
				t.Errorf("after %q: %q", second, third)
			}
		}
		verifytest.Check(t, db)
	})
}

func buyer(t *testing.T, db *storage.DB) id.ID {
	t.Helper()
	var found aidcard.Card
	if err := db.Read(t.Context()).Where("holder_id IS NOT NULL").Take(&found).Error; err != nil {
		t.Fatal(err)
	}
	return *found.HolderID
}

// Parts of the facts file that no record holds.
var notLoaded = map[string]string{
	"source.note":                "tells how to read the file",
	"source.period":              "kept as an ISO 8601 interval",
	"county.prefecture":          "inferred, not said by the report",
	"county.inferred":            "names what is inferred",
	"villages.inferred_produce":  "inferred, not said by the report",
	"campaigns.issues_aid_cards": "the titles say it",
}

// A fact of the file or of the records: a number, or a text, which may be part of a longer one.
type fact struct {
	path string
	said any
}

func facts(path string, value any) (all []fact) {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			all = append(all, facts(strings.TrimPrefix(path+"."+name, "."), inner)...)
		}
	case []any:
		for _, inner := range v {
			all = append(all, facts(path, inner)...)
		}
	case string, float64:
		all = append(all, fact{path, v})
	}
	return all
}

// yuanFields are kept in fen.
var yuanFields = regexp.MustCompile(`_yuan$`)

func TestEachFactOfTheReportIsLoadedOrLeftOutForAReason(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		demo(t, db)
		view := db.Read(context.Background())
		recorded, err := programme.Recorded(view)
		if err != nil {
			t.Fatal(err)
		}
		words := recorded.Words
		recorded.Words = nil
		var villages []village.Village
		if err := view.Find(&villages).Error; err != nil {
			t.Fatal(err)
		}
		var loaded, file, remarks any
		reread(t, map[string]any{"report": recorded, "villages": villages}, &loaded)
		readFile(t, "data/xinhua-2023.json", &file)
		readFile(t, "data/words.json", &remarks)
		numbers, texts := map[float64]int{}, ""
		for _, f := range facts("", loaded) {
			if n, ok := f.said.(float64); ok {
				numbers[n]++
			} else {
				texts += f.said.(string) + "\n"
			}
		}
		for _, f := range facts("", file) {
			if notLoaded[f.path] != "" {
				continue
			}
			switch said := f.said.(type) {
			case float64:
				if yuanFields.MatchString(f.path) {
					said *= 100
				}
				if numbers[said]--; numbers[said] < 0 {
					t.Errorf("%s: %v is not loaded", f.path, f.said)
				}
			case string:
				if chinese, ok := remarks.(map[string]any)["chinese"].(map[string]any)[said].(string); ok {
					said = chinese
				}
				if !strings.Contains(texts, said) {
					t.Errorf("%s: %s is not loaded", f.path, said)
				}
			}
		}
		phrasesHaveEnglish(t, facts("", loaded.(map[string]any)["report"]), words)
	})
}

// phrasesHaveEnglish: what the board shows in Chinese it can show in English, and no
// translation is of something that is not there.
func phrasesHaveEnglish(t *testing.T, shown []fact, words []programme.Word) {
	t.Helper()
	english := map[string]string{}
	for _, w := range words {
		english[w.Phrase] = w.English
	}
	used := map[string]bool{}
	for _, f := range shown {
		phrase, _ := f.said.(string)
		if used[phrase] = true; chinese.MatchString(phrase) && english[phrase] == "" {
			t.Errorf("%s: %s has no English", f.path, phrase)
		}
	}
	for phrase, said := range english {
		if !used[phrase] || chinese.MatchString(said) {
			t.Errorf("%s: %s translates nothing, or is not English", phrase, said)
		}
	}
}

var chinese = regexp.MustCompile(`\p{Han}`)

func reread(t *testing.T, value any, into *any) {
	t.Helper()
	raw, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, name string, into any) {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		t.Fatal(err)
	}
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
	var report struct {
		Villages []struct {
			Name string `json:"name"`
		} `json:"villages"`
	}
	readFile(t, "data/xinhua-2023.json", &report)
	for _, v := range report.Villages {
		names = append(names, v.Name)
	}
	return names
}
