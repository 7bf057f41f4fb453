package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
	"zique/internal/village"
)

// sheet uploads content and answers its id.
func (p *program) sheet(t *testing.T, token, name string, content []byte) string {
	t.Helper()
	r := p.upload(t, token, name, content)
	if r.status != http.StatusCreated {
		t.Fatalf("upload: %d %s", r.status, r.raw)
	}
	return r.text("file_id")
}

const countyOperator = "13900000004"

// await asks for the import until `enough`.
func (p *program) await(t *testing.T, token, importID string, enough func(reply) bool) reply {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(2 * time.Minute); ; <-tick.C {
		r := p.call(t, token, "GET", "/ops/village-imports/"+importID, nil)
		if r.status != http.StatusOK || time.Now().After(end) {
			t.Fatalf("import: %d %s", r.status, r.raw)
		}
		if enough(r) {
			return r
		}
	}
}

func isOver(r reply) bool { return slices.Contains([]string{"done", "failed"}, r.text("status")) }

func (p *program) importFile(t *testing.T, token, fileID string, dryRun bool) reply {
	t.Helper()
	started := p.call(t, token, "POST", "/ops/village-imports", map[string]any{"file_id": fileID, "dry_run": dryRun})
	if started.status != http.StatusAccepted || started.text("status") != "queued" {
		t.Fatalf("start: %d %s", started.status, started.raw)
	}
	return started
}

func villageRows(n int) string {
	var all strings.Builder
	all.WriteString("县,乡镇,村名,区划代码,称号\n")
	for i := range n {
		fmt.Fprintf(&all, "测试县,镇%d,村%d,%012d,集体经济薄弱村\n", i%50, i, 431_399_000_000+i)
	}
	return all.String()
}

func TestVillagesAreImportedOrNamedByRow(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		token := p.signIn(t, countyOperator)
		template := p.fetch(t, token, "GET", "/ops/import-templates/villages?format=xlsx", nil)
		book, err := excelize.OpenReader(bytes.NewReader(template.raw))
		if err != nil {
			t.Fatal(err)
		}
		titles, err := book.GetRows(book.GetSheetName(0))
		if err != nil || len(titles) != 2 {
			t.Fatal(titles, err)
		}
		for i := range 60 { // 37 of them without a name
			name := fmt.Sprint("表格村", i)
			if i < 37 {
				name = ""
			}
			_ = book.SetSheetRow(book.GetSheetName(0), fmt.Sprint("A", i+3), &[]any{"测试县", "镇", name, 431388000000 + i})
		}
		buffer, _ := book.WriteToBuffer()
		bad := p.sheet(t, token, "a.xlsx", buffer.Bytes())
		for _, dryRun := range []bool{true, false} {
			over := p.await(t, token, p.importFile(t, token, bad, dryRun).text("id"), isOver)
			if over.fen("errors_total") != 37 || over.fen("added") != 0 || over.fen("total") != 61 || (over.text("status") == "done") != dryRun ||
				over.fen("errors.36.row") != 39 || over.text("errors.36.column") != "村名" || over.text("errors.36.code") != "required" {
				t.Errorf("%s", over.raw)
			}
			marked := p.fetch(t, token, "GET", "/ops/village-imports/"+over.text("id")+"/file", nil)
			book, err := excelize.OpenReader(bytes.NewReader(marked.raw))
			if err != nil {
				t.Fatalf("%v: %v", marked.header, err)
			}
			if note, _ := book.GetCellValue("Sheet1", "I39"); note != "村名：必填" || !strings.HasPrefix(marked.header.Get("Content-Disposition"), "attachment") {
				t.Errorf("I39 is %q, %v", note, marked.header)
			}
		}
		template = p.fetch(t, token, "GET", "/ops/import-templates/villages?format=csv", nil)
		good := p.await(t, token, p.importFile(t, token, p.sheet(t, token, "a.csv", template.raw), false).text("id"), isOver)
		if good.text("status") != "done" || good.fen("added") != 1 {
			t.Errorf("the template: %s", good.raw)
		}
		found := p.call(t, "", "GET", "/villages?q=示例&township=示例镇&designation=集体经济薄弱村", nil)
		if found.text("items.0.code") != "431322999201" || found.text("items.1.id") != "" || found.text("items.0.collective_id") == "" {
			t.Errorf("%s", found.raw)
		}
		townships := p.call(t, "", "GET", "/townships", nil)
		items, _ := townships.at("items").([]any)
		if !slices.ContainsFunc(items, func(one any) bool {
			return fmt.Sprint(one) == fmt.Sprint(map[string]any{"county": "新化县", "name": "示例镇", "village_count": 1})
		}) {
			t.Errorf("%s", townships.raw)
		}
		if jobs := p.call(t, token, "GET", "/ops/jobs?status=failed", nil); jobs.text("items.0.kind") != "village_import" || jobs.text("items.1.id") != "" {
			t.Errorf("%s", jobs.raw)
		}
	})
}

func TestWhoMayChangeVillages(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		token := p.signIn(t, countyOperator)
		started := p.importFile(t, token, p.sheet(t, token, "a.csv", []byte(villageRows(1))), true)
		id := started.text("id")
		p.await(t, token, id, isOver)
		coop := p.call(t, p.signIn(t, "13900000002"), "GET", "/me", nil).text("memberships.0.org_id")
		some := p.call(t, "", "GET", "/villages", nil).text("items.0.id")
		valid := map[string]any{"name": "新村", "township": "镇", "county": "县"}
		for _, phone := range []string{"", demoBuyer, "13900000002", "13900000003", "13900000006", demoAuditor} {
			other, status, code := "", http.StatusUnauthorized, "unauthenticated"
			if phone != "" {
				other, status, code = p.signIn(t, phone), http.StatusForbidden, "forbidden"
			}
			p.call(t, other, "POST", "/ops/villages", valid).wants(t, status, code)
			p.call(t, other, "PUT", "/ops/villages/"+some, valid).wants(t, status, code)
			p.call(t, other, "PUT", "/ops/cooperatives/"+coop+"/villages", map[string]any{"village_ids": []string{}}).wants(t, status, code)
			p.call(t, other, "POST", "/ops/village-imports", map[string]any{"file_id": "1", "dry_run": true}).wants(t, status, code)
			p.call(t, other, "GET", "/ops/village-imports/"+id+"/file", nil).wants(t, status, code)
			p.call(t, other, "GET", "/ops/import-templates/villages", nil).wants(t, status, code)
			if phone == demoAuditor {
				if seen := p.call(t, other, "GET", "/ops/village-imports/"+id, nil); seen.status != http.StatusOK {
					t.Errorf("the auditor: %s", seen.raw)
				}
				continue
			}
			p.call(t, other, "GET", "/ops/village-imports/"+id, nil).wants(t, status, code)
			p.call(t, other, "GET", "/ops/jobs", nil).wants(t, status, code)
		}
		for _, missing := range []string{"1", "x", some} {
			p.call(t, token, "GET", "/ops/village-imports/"+missing, nil).wants(t, http.StatusNotFound, "not_found")
			p.call(t, token, "GET", "/ops/village-imports/"+missing+"/file", nil).wants(t, http.StatusNotFound, "not_found")
		}
		picture := p.upload(t, token, "a.jpg", snapshot(t, 8, 8)).text("file_id")
		foreign := p.sheet(t, p.signIn(t, "13900000005"), "a.csv", []byte(villageRows(1)))
		for _, file := range []string{"1", "x", picture, foreign} {
			r := p.call(t, token, "POST", "/ops/village-imports", map[string]any{"file_id": file, "dry_run": true})
			if r.wants(t, http.StatusBadRequest, "invalid_field"); r.text("errors.0.field") != "file_id" {
				t.Errorf("%s", r.raw)
			}
		}
	})
}

func TestAVillageIsAddedChangedAndServed(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		token := p.signIn(t, countyOperator)
		seeded := p.call(t, "", "GET", "/villages?limit=100", nil)
		items, _ := seeded.at("items").([]any)
		served := 0
		for i := range items {
			if seeded.text(fmt.Sprintf("items.%d.collective_id", i)) == "" {
				t.Errorf("a seeded village has no collective: %v", items[i])
			}
			if seeded.text(fmt.Sprintf("items.%d.cooperatives.0.name", i)) != "" {
				served++
			} else if seeded.fen(fmt.Sprintf("items.%d.product_count", i)) > 0 {
				t.Errorf("nobody serves %v", items[i])
			}
		}
		if served == 0 {
			t.Errorf("no cooperative serves a village: %s", seeded.raw)
		}
		full := map[string]any{"name": "新村", "township": "水车镇", "county": "新化县", "code": "431322110999", "designations": []string{village.KeyAssistance},
			"produce": []string{"红茶"}, "note": "n", "story": "从前"}
		added := p.call(t, token, "POST", "/ops/villages", full)
		if added.status != http.StatusCreated || added.text("code") != "431322110999" || added.text("story") != "从前" || added.text("collective_id") == "" || added.text("designations.0") != village.KeyAssistance {
			t.Fatalf("%d %s", added.status, added.raw)
		}
		again := p.call(t, token, "POST", "/ops/villages", full)
		if again.wants(t, http.StatusConflict, "village_exists"); again.text("errors.0.field") != "code" {
			t.Errorf("%s", again.raw)
		}
		bad := p.call(t, token, "PUT", "/ops/villages/"+added.text("id"), map[string]any{"name": "", "township": "", "county": "新化县", "code": "1", "designations": []string{"x"}})
		if bad.wants(t, http.StatusBadRequest, "invalid_field"); bad.text("errors.3.field") != "designations[0]" || bad.text("errors.2.field") != "code" {
			t.Errorf("%s", bad.raw)
		}
		full["pictures"] = []any{map[string]any{"file_id": "5"}}
		picture := p.call(t, token, "PUT", "/ops/villages/"+added.text("id"), full)
		if picture.wants(t, http.StatusBadRequest, "invalid_field"); picture.text("errors.0.field") != "pictures[0].file_id" {
			t.Errorf("%s", picture.raw)
		}
		image := p.upload(t, token, "村.jpg", snapshot(t, 8, 8)).text("file_id")
		p.file(t, "", image).wants(t, http.StatusNotFound, "not_found")
		full["pictures"] = []any{map[string]any{"file_id": image}}
		if r := p.call(t, token, "PUT", "/ops/villages/"+added.text("id"), full); r.text("pictures.0.file_id") != image || p.file(t, "", image).status != http.StatusOK {
			t.Errorf("%s", r.raw)
		}
		full["story"] = "后来"
		if changed := p.call(t, token, "PUT", "/ops/villages/"+added.text("id"), full); changed.status != http.StatusOK || changed.text("story") != "后来" {
			t.Errorf("%s", changed.raw)
		}
		p.call(t, token, "PUT", "/ops/villages/1", full).wants(t, http.StatusNotFound, "not_found")
		coop := p.call(t, p.signIn(t, "13900000002"), "GET", "/me", nil).text("memberships.0.org_id")
		put := func(villages ...string) reply {
			return p.call(t, token, "PUT", "/ops/cooperatives/"+coop+"/villages", map[string]any{"village_ids": villages})
		}
		var before []string
		for i := range items {
			for j := range 5 {
				if seeded.text(fmt.Sprintf("items.%d.cooperatives.%d.id", i, j)) == coop {
					before = append(before, seeded.text(fmt.Sprintf("items.%d.id", i)))
				}
			}
		}
		if r := put(append(before, added.text("id"))...); r.status != http.StatusOK || r.text(fmt.Sprintf("village_ids.%d", len(before))) != added.text("id") {
			t.Errorf("%d %s", r.status, r.raw)
		}
		for _, fewer := range [][]string{{}, {added.text("id")}} {
			if r := put(fewer...); len(fewer) == 0 {
				r.wants(t, http.StatusConflict, "village_required")
			} else if r.wants(t, http.StatusConflict, "village_sold"); r.text("errors.0.field") != "village_ids" || !strings.Contains(r.text("errors.0.message"), ": ") {
				t.Errorf("%s", r.raw)
			}
		}
		if seen := p.call(t, "", "GET", "/villages/"+added.text("id"), nil); seen.text("cooperatives.0.id") != coop {
			t.Errorf("%s", seen.raw)
		}
		if r := put("1"); r.text("errors.0.field") != "village_ids[0]" {
			t.Errorf("%s", r.raw)
		}
	})
}

// child is the program in a process of its own.
type child struct {
	program
	process *exec.Cmd
}

func spawn(t *testing.T, env map[string]string) *child {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{program: program{env: env, changes: map[string][]string{}}, process: exec.Command(binary)}
	c.process.Env = append(os.Environ(), "ZIQUE_TEST_PROGRAM=1")
	for name, value := range env {
		c.process.Env = append(c.process.Env, name+"="+value)
	}
	c.process.Stderr = os.Stderr
	out, err := c.process.StdoutPipe()
	if err == nil {
		err = c.process.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kill)
	var said strings.Builder
	for buffer := make([]byte, 4096); ; {
		n, err := out.Read(buffer)
		said.Write(buffer[:n])
		if c.base = address.FindString(said.String()); c.base != "" {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return c
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// kill is kill -9.
func (c *child) kill() {
	_ = c.process.Process.Kill()
	_ = c.process.Wait()
}

// countVillages answers how many villages, collectives of theirs and rows about them
// in the audit log there are in the test's county.
func countVillages(t *testing.T, env map[string]string) (counts [3]int64) {
	t.Helper()
	db, err := storage.Open(context.Background(), storage.Config{MySQLDSN: env["ZIQUE_MYSQL_DSN"], Folder: env["ZIQUE_DATA"]}, clock.System())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	read := db.Read(context.Background())
	err = errors.Join(
		read.Model(&village.Village{}).Where("county = ?", "测试县").Count(&counts[0]).Error,
		read.Table("organisations o").Joins("JOIN villages v ON v.id = o.village_id").
			Where("v.county = ? AND o.kind = ?", "测试县", "village_collective").Count(&counts[1]).Error,
		read.Model(&audit.Entry{}).Where("action = ? AND actor_id <> 0", "village.added").Count(&counts[2]).Error)
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

func TestAnImportOf5000SurvivesKill9(t *testing.T) {
	for name, env := range map[string]map[string]string{
		"sqlite": {},
		"mysql":  {"ZIQUE_MYSQL_DSN": storagetest.MySQL(t), "ZIQUE_REDIS_URL": os.Getenv("ZIQUE_TEST_REDIS_URL"), "ZIQUE_MODE": "demo"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env["ZIQUE_DATA"], env["ZIQUE_ADDR"] = t.TempDir(), "127.0.0.1:0"
			first := spawn(t, env)
			token := first.signIn(t, countyOperator)
			fileID := first.sheet(t, token, "a.csv", []byte(villageRows(5_000)))
			importID := first.importFile(t, token, fileID, false).text("id")
			first.await(t, token, importID, func(r reply) bool { return r.fen("done") >= 1_000 })
			first.kill()
			half := countVillages(t, env)
			if half[0] < 1_000 || half[0] >= 5_000 || half[0]%200 != 0 || half[1] != half[0] || half[2] != half[0] {
				t.Fatalf("killed at %d villages, %d collectives, %d audited", half[0], half[1], half[2])
			}
			second := spawn(t, env)
			over := second.await(t, second.signIn(t, countyOperator), importID, isOver)
			if over.text("status") != "done" || over.fen("done") != 5_000 || over.fen("added") != 5_000 || over.fen("errors_total") != 0 {
				t.Errorf("%s", over.raw)
			}
			if all := countVillages(t, env); all != [3]int64{5_000, 5_000, 5_000} {
				t.Errorf("villages, collectives, audited: %v", all)
			}
			second.kill()
			var report bytes.Buffer
			if err := run(context.Background(), []string{"verify"}, second.getenv, &report); err != nil {
				t.Errorf("verify: %v\n%s", err, report.String())
			}
			t.Logf("killed at %d, ended at %s", half[0], over.text("finished_at"))
		})
	}
}
