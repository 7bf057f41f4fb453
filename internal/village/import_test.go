package village_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/imports"
	"zique/internal/org"
	"zique/internal/outbox"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
	"zique/internal/verify/verifytest"
	"zique/internal/village"
	"zique/internal/worker"
)

const header = "县,乡镇,村名,区划代码,称号,特产\n"

// rows are n villages that differ.
func rows(n int) string {
	var all strings.Builder
	for i := range n {
		fmt.Fprintf(&all, "新化县,镇%d,村%d,%012d,集体经济薄弱村,红茶、蜂蜜\n", i%20, i, 431_322_000_000+i)
	}
	return all.String()
}

// importing is a runner whose only file is content.
func importing(db *storage.DB, content string) *worker.Runner {
	files := func(context.Context, id.ID) ([]byte, string, error) { return []byte(content), "a.csv", nil }
	runner := worker.NewRunner(db, map[string]worker.Handler{village.Imports.Name: village.Imports.Handler(db, files)})
	runner.OnEnd(village.Imports.Name, village.Imports.Ended)
	return runner
}

func startImport(t *testing.T, db *storage.DB, jobs *worker.Runner, dryRun bool) (started imports.Import) {
	t.Helper()
	err := db.InTx(t.Context(), func(tx *storage.Tx) (err error) {
		started, err = village.Imports.Start(tx, operator, 1, dryRun)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return started
}

func runImport(t *testing.T, db *storage.DB, content string, dryRun bool) imports.Import {
	t.Helper()
	jobs := importing(db, content)
	started := startImport(t, db, jobs, dryRun)
	if err := jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	found, err := village.Imports.Get(db.Read(t.Context()), started.ID)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func count(t *testing.T, db *storage.DB, model any, where ...any) (n int64) {
	t.Helper()
	q := db.Read(t.Context()).Model(model)
	if len(where) > 0 {
		q = q.Where(where[0], where[1:]...)
	}
	if err := q.Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

func wantsVillages(t *testing.T, db *storage.DB, want int64) {
	t.Helper()
	villages := count(t, db, &village.Village{})
	collectives := count(t, db, &org.Organisation{}, "kind = ?", org.VillageCollective)
	if villages != want || collectives != want {
		t.Errorf("%d villages and %d collectives, want %d", villages, collectives, want)
	}
	verifytest.Check(t, db)
}

func said(i imports.Import) (all []string) {
	for _, e := range i.Report.Errors {
		all = append(all, fmt.Sprint(e.Row, " ", e.Column, " ", e.Code))
	}
	return all
}

func TestADryRunAddsNothing(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		dry := runImport(t, db, header+rows(450), true)
		if dry.Status != worker.Done || dry.Done != 450 || dry.Total != 450 || dry.Counts["added"] != 0 || dry.Report.Total != 0 || !dry.DryRun || dry.FinishedAt == nil {
			t.Errorf("%+v", dry)
		}
		wantsVillages(t, db, 0)
		real := runImport(t, db, header+rows(450), false)
		if real.Status != worker.Done || real.Done != 450 || real.Counts["added"] != 450 {
			t.Errorf("%+v", real)
		}
		wantsVillages(t, db, 450)
		found, err := village.List(db.Read(t.Context()), village.Filter{Query: "村449", Limit: 2})
		if err != nil || len(found) != 1 || *found[0].Code != "431322000449" || found[0].Township != "镇9" || len(found[0].ProduceNames()) != 2 ||
			found[0].Designations[0] != village.WeakCollective || len(audited(t, db, "village.added", found[0].ID)) != 1 {
			t.Errorf("%+v %v", found, err)
		}
	})
}

// spoilt are 100 rows of which 37 are wrong, each in one cell, and what is wrong.
func spoilt() (content string, want []string) {
	lines := strings.Split(strings.TrimSuffix(rows(100), "\n"), "\n")
	for i := range 37 {
		cells := strings.Split(lines[2*i+5], ",")
		row := 2*i + 5 + 2
		wrong := ""
		switch i % 8 {
		case 0:
			cells[2], wrong = "", "村名 required"
		case 1:
			cells[1], wrong = strings.Repeat("长", 61), "乡镇 too_long"
		case 2:
			cells[3], wrong = "4313", "区划代码 invalid"
		case 3:
			cells[4], wrong = "贫困村", "称号 unknown_designation"
		case 4:
			cells[5], wrong = "=1+1", "特产 formula"
		case 5:
			cells[3], wrong = "431322000000", "区划代码 duplicate"
		case 6:
			cells[1], cells[2], wrong = "镇0", "村0", "村名 duplicate"
		case 7:
			cells[0], cells[1], cells[2], wrong = "旧县", "旧镇", fmt.Sprint("旧村", i), "村名 village_exists"
		}
		lines[2*i+5] = strings.Join(cells, ",")
		want = append(want, fmt.Sprint(row, " ", wrong))
	}
	return header + strings.Join(lines, "\n"), want
}

func TestEveryBadRowIsNamedAndNothingIsAdded(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		for i := range 37 {
			mustAdd(t, db, village.New{Name: fmt.Sprint("旧村", i), Township: "旧镇", County: "旧县"})
		}
		content, want := spoilt()
		for _, dryRun := range []bool{true, false} {
			got := runImport(t, db, content, dryRun)
			status := map[bool]string{true: worker.Done, false: worker.Failed}[dryRun]
			if got.Status != status || got.Report.Total != 37 || got.Counts["added"] != 0 || got.Total != 100 || !slices.Equal(said(got), want) {
				t.Errorf("%s, %d errors %q, want %q", got.Status, got.Report.Total, said(got), want)
			}
			if !dryRun && got.Error != imports.ErrRejected.Code {
				t.Errorf("failed with %q", got.Error)
			}
			for _, e := range got.Report.Errors {
				if e.Code == "duplicate" && !strings.Contains(e.Message, "row 2") {
					t.Errorf("the other row is not named: %+v", e)
				}
			}
		}
		wantsVillages(t, db, 37)
	})
}

func TestACodeThatIsNoneIsNamedByRowAndColumn(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		content := header + "新化县,镇,村甲,无,,\n新化县,镇,村乙,431322000001,,\n新化县,镇,村丙,😀,,\n"
		got := runImport(t, db, content, true)
		if got.Status != worker.Done || got.Done != 3 || !slices.Equal(said(got), []string{"2 区划代码 invalid", "4 区划代码 invalid"}) {
			t.Errorf("%s %q, %d rows, %s", got.Status, said(got), got.Done, got.Error)
		}
	})
}

func TestWhoeverStartedAnImportIsToldHowItEnded(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		good, bad := header+rows(3), header+"新化县,镇,,,,\n新化县,镇,\"x,,,\n"
		var want []string
		for _, c := range []struct {
			content string
			dryRun  bool
			told    string
		}{
			{good, true, `"template":"import_checked","params":{"errors":"0","rows":"3"}`},
			{good, false, `"template":"import_done","params":{"added":"3","errors":"0"}`},
			{bad, false, `"template":"import_refused","params":{"errors":"2"}`},
		} {
			i := runImport(t, db, c.content, c.dryRun)
			want = append(want, fmt.Sprintf(`{"user_ids":["%s"],%s,"link":"/ops/villages/import?job=%s\u0026file=1"}`, operator.UserID, c.told, i.ID))
		}
		var told []string
		if err := db.Read(t.Context()).Model(&outbox.Event{}).Order("id").Pluck("payload", &told).Error; err != nil || !slices.Equal(told, want) {
			t.Errorf("told %q, want %q (%v)", told, want, err)
		}
		if n, _, err := worker.CountFailed(db.Read(t.Context()), 0); err != nil || n != 0 {
			t.Errorf("%d refused imports count as failed (%v)", n, err)
		}
	})
}

func TestAFileThatCannotBeReadFailsWithItsReason(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		for content, code := range map[string]string{header: "no_rows", header + strings.Repeat("a,b,c\n", 10_001): "too_many_rows", "a\xff\xff": "file_encoding"} {
			got := runImport(t, db, content, false)
			if got.Status != worker.Failed || fmt.Sprint(said(got)) != "[0  "+code+"]" || got.Error == "" {
				t.Errorf("%s: %+v", code, got)
			}
		}
		if got := runImport(t, db, "县,村\nx,y\n", false); fmt.Sprint(said(got)) != "[1 B header_unknown 1 乡镇 header_missing 1 村名 header_missing]" {
			t.Errorf("%q", said(got))
		}
		wantsVillages(t, db, 0)
	})
}

func TestAnImportGoesOnWhereItStopped(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		content := header + rows(1_000)
		started := startImport(t, db, importing(db, content), false)
		reads := 0
		ctx, stop := context.WithCancel(t.Context())
		for round := 1; ; round++ {
			files := func(context.Context, id.ID) ([]byte, string, error) { reads++; return []byte(content), "a.csv", nil }
			handler := village.Imports.Handler(db, files)
			// Each round is stopped as soon as a chunk is in.
			jobs := worker.NewRunner(db, map[string]worker.Handler{village.Imports.Name: func(ctx context.Context, run *worker.Run) error {
				stopping, cancel := context.WithCancel(ctx)
				defer cancel()
				jobID, before := run.Job.ID, run.Job.Done
				go func() {
					for stopping.Err() == nil {
						if now, err := worker.Get(db.Read(context.Background()), jobID); err == nil && now.Done > before {
							stop()
						}
					}
				}()
				return handler(ctx, run)
			}})
			_ = jobs.Drain(ctx)
			found, err := village.Imports.Get(db.Read(t.Context()), started.ID)
			if err != nil {
				t.Fatal(err)
			}
			if found.Status == worker.Done {
				break
			}
			if found.Status != worker.Queued || round > 20 {
				t.Fatalf("round %d: %+v", round, found)
			}
			ctx, stop = context.WithCancel(t.Context())
		}
		stop()
		wantsVillages(t, db, 1_000)
		if n := count(t, db, &audit.Entry{}, "action = ?", "village.added"); n != 1_000 {
			t.Errorf("%d additions in the audit log", n)
		}
		if reads < 2 {
			t.Error("it was never stopped")
		}
	})
}

func TestAVillageAddedInBetweenIsReportedAndLeft(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		content := header + rows(450)
		jobs := importing(db, content)
		started := startImport(t, db, jobs, false)
		// The rows are checked; then somebody adds one of them.
		err := db.InTx(t.Context(), func(tx *storage.Tx) error {
			return tx.Model(&worker.Job{}).Where("id = ?", started.ID).Updates(map[string]any{"state": `{"next":0}`, "total": 450}).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		mustAdd(t, db, village.New{Name: "村300", Township: "镇0", County: "新化县", Story: "先到"})
		if err := jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		found, err := village.Imports.Get(db.Read(t.Context()), started.ID)
		if err != nil || found.Status != worker.Done || found.Counts["added"] != 449 || fmt.Sprint(said(found)) != "[302 村名 village_exists]" {
			t.Errorf("%+v %v", found, err)
		}
		wantsVillages(t, db, 450)
	})
}

func TestTwoImportsOfOneFileAtOnceAddItOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		content := header + rows(600)
		first := startImport(t, db, importing(db, content), false)
		second := startImport(t, db, importing(db, content), false)
		ended := make(chan error, 2)
		for range 2 {
			go func() { ended <- importing(db, content).Drain(context.Background()) }()
		}
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		db.Clock().Advance(3 * time.Second) // one may wait to try again
		if err := importing(db, content).Drain(t.Context()); err != nil {
			t.Error(err)
		}
		added := int64(0)
		for _, started := range []imports.Import{first, second} {
			found, err := village.Imports.Get(db.Read(t.Context()), started.ID)
			if err != nil || (found.Status != worker.Done && found.Status != worker.Failed) {
				t.Errorf("%+v %v", found, err)
			}
			added += found.Counts["added"]
		}
		if added != 600 {
			t.Errorf("they say that they added %d", added)
		}
		wantsVillages(t, db, 600)
	})
}
