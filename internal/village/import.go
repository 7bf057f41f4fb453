package village

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/notify"
	"zique/internal/outbox"
	"zique/internal/spreadsheet"
	"zique/internal/storage"
	"zique/internal/worker"
)

// ImportKind is the kind of the jobs that add villages from a file.
const ImportKind = "village_import"

// importChunk is how many rows are added in one transaction.
const importChunk = 200

// Refusals of imports.
var (
	ErrNoImport       = fault.New(fault.NotFound, "not_found", "there is no such import")
	ErrImportRejected = fault.New(fault.Invalid, "import_rejected", "the file has errors; nothing was added")
)

// Table describes the file of an import.
var Table = spreadsheet.Table{Name: "村庄 villages", Columns: []spreadsheet.Column{
	{Key: "county", Zh: "县", En: "County", Required: true, Example: "新化县", Check: lineOf(MaxName)},
	{Key: "township", Zh: "乡镇", En: "Township", Required: true, Example: "示例镇", Check: lineOf(MaxName)},
	{Key: "name", Zh: "村名", En: "Name", Required: true, Example: "示例村", Note: "同一乡镇内不可重复", Check: lineOf(MaxName)},
	{Key: "code", Zh: "区划代码", En: "Code", Example: "431322999201", Note: "统计用区划代码，12 位数字", Check: checkCode},
	{Key: "designations", Zh: "称号", En: "Designations", Example: WeakCollective, Note: "可填：" + strings.Join(Designations, "、"), Check: checkMany(len(Designations), checkDesignation)},
	{Key: "produce", Zh: "特产", En: "Produce", Example: "红茶、蜂蜜", Note: fmt.Sprintf("最多 %d 项，用顿号分开", MaxProduce), Check: checkMany(MaxProduce, checkProduce)},
	{Key: "note", Zh: "备注", En: "Note", Length: MaxNote, Check: textOf(MaxNote)},
	{Key: "story", Zh: "村庄故事", En: "Story", Length: MaxStory, Check: textOf(MaxStory)},
}}

// many splits what stands in one cell.
func many(cell string) []string {
	return strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune("、,，;；\n", r) })
}

func checkMany(most int, check func(string) problem) func(string) problem {
	return func(cell string) problem {
		values := trimAll(many(cell))
		if len(values) > most {
			return tooMany(most)
		}
		for i, value := range values {
			if wrong := check(value); wrong.Code != "" {
				return wrong
			}
			if slices.Contains(values[:i], value) {
				return twice
			}
		}
		return problem{}
	}
}

func newOf(r spreadsheet.Row) New {
	return New{
		County: r.Get("county"), Township: r.Get("township"), Name: r.Get("name"), Code: r.Get("code"), Note: r.Get("note"), Story: r.Get("story"),
		Designations: many(r.Get("designations")), Produce: many(r.Get("produce")),
	}.trimmed()
}

// FileSource answers an uploaded file and the name that it had. A file that is not
// there is a fault.
type FileSource func(ctx context.Context, fileID id.ID) (content []byte, name string, err error)

// Import is an import as whoever started it sees it.
type Import struct {
	ID         id.ID
	FileID     id.ID
	DryRun     bool
	Status     string // as of a worker.Job
	Done       int64
	Total      int64 // rows; 0 until the file is read
	Added      int64
	Report     spreadsheet.Report
	Error      string // why it failed
	CreatedAt  clock.Millis
	FinishedAt *clock.Millis
}

type importOrder struct {
	FileID id.ID       `json:"file_id"`
	DryRun bool        `json:"dry_run"`
	By     audit.Actor `json:"by"`
}

type importState struct {
	Next int `json:"next"` // rows before it are added; there is a state once all rows are checked
}

type importResult struct {
	Added  int64              `json:"added"`
	Report spreadsheet.Report `json:"report"`
}

// StartImport lets a job add the villages of a file or, as a dry run, only check them.
func StartImport(tx *storage.Tx, by audit.Actor, fileID id.ID, dryRun bool) (Import, error) {
	order := importOrder{FileID: fileID, DryRun: dryRun, By: by}
	jobID, err := worker.Enqueue(tx, worker.New{Kind: ImportKind, Payload: order, OwnerID: by.UserID, OrgID: by.OrgID})
	if err != nil {
		return Import{}, err
	}
	err = audit.Write(tx, by, audit.Change{Action: "village_import.started", Subject: "job", SubjectID: jobID,
		After: map[string]any{"file_id": fileID, "dry_run": dryRun}})
	return Import{ID: jobID, FileID: fileID, DryRun: dryRun, Status: worker.Queued, CreatedAt: tx.Now()}, err
}

// ImportOf answers an import or ErrNoImport.
func ImportOf(db *gorm.DB, importID id.ID) (Import, error) {
	job, err := worker.Get(db, importID)
	if fault.IsKind(err, fault.NotFound) || (err == nil && job.Kind != ImportKind) {
		return Import{}, ErrNoImport
	}
	if err != nil {
		return Import{}, err
	}
	return importOf(job)
}

func importOf(job worker.Job) (Import, error) {
	var order importOrder
	var result importResult
	if err := job.Order(&order); err != nil {
		return Import{}, err
	}
	if err := job.Decode(&result); err != nil {
		return Import{}, err
	}
	return Import{
		ID: job.ID, FileID: order.FileID, DryRun: order.DryRun, Status: job.Status, Done: job.Done, Total: job.Total,
		Added: result.Added, Report: result.Report, Error: job.Error, CreatedAt: job.CreatedAt, FinishedAt: job.FinishedAt,
	}, nil
}

// WithErrors answers the import's own file with what is wrong beside each row.
func (i Import) WithErrors(ctx context.Context, files FileSource) (content []byte, name string, err error) {
	content, name, err = files(ctx, i.FileID)
	if err == nil {
		content, err = Table.WithErrors(name, content, i.Report.Errors, spreadsheet.Limits{})
	}
	return content, name, err
}

// Ended tells whoever started an import how it ended; see worker.Runner.OnEnd.
func Ended(tx *storage.Tx, job worker.Job) error {
	i, err := importOf(job)
	if err != nil {
		return err
	}
	template, params := "import_done", map[string]string{"added": fmt.Sprint(i.Added), "errors": fmt.Sprint(i.Report.Total)}
	switch {
	case i.Status == worker.Failed && job.Refused:
		template, params = "import_refused", map[string]string{"errors": fmt.Sprint(i.Report.Total)}
	case i.Status == worker.Failed:
		template, params = "import_failed", map[string]string{"added": fmt.Sprint(i.Added)}
	case i.DryRun:
		template, params = "import_checked", map[string]string{"rows": fmt.Sprint(i.Total), "errors": fmt.Sprint(i.Report.Total)}
	}
	_, err = outbox.Emit(tx, notify.Topic, notify.Message{UserIDs: []id.ID{job.OwnerID}, Template: template, Params: params,
		Link: fmt.Sprintf("/ops/villages/import?job=%s&file=%s", i.ID, i.FileID)})
	return err
}

// Importer handles jobs of ImportKind. All rows are checked before the first is
// added: a file with any error adds nothing. Then the rows are added in chunks. A
// village that somebody else adds in between is reported on its row and left as it is.
type Importer struct {
	DB    *storage.DB
	Files FileSource
}

// Handle is a worker.Handler.
func (im Importer) Handle(ctx context.Context, run *worker.Run) error {
	var order importOrder
	if err := run.Payload(&order); err != nil {
		return err
	}
	content, name, err := im.Files(ctx, order.FileID)
	if err != nil {
		return err
	}
	rows, report, err := Table.Read(name, content, spreadsheet.Limits{})
	if refusal, known := fault.As(err); known {
		report.Add(0, "", problem{Code: refusal.Code, En: refusal.Message, Zh: refusal.Message})
		return note(ctx, run, 0, 0, importResult{Report: report}, refusal)
	}
	if err != nil {
		return err
	}
	if run.Job.State == "" {
		if err := im.checkAll(ctx, run, order, rows, report); err != nil {
			return err
		}
	}
	if order.DryRun {
		return nil
	}
	return addRows(ctx, run, order.By, rows)
}

// note leaves a result in the job and answers the outcome, if that went well.
func note(ctx context.Context, run *worker.Run, done, total int, result importResult, outcome error) error {
	err := run.Step(ctx, func(*storage.Tx) (worker.Progress, error) {
		return worker.Progress{Done: int64(done), Total: int64(total), Result: result}, nil
	})
	if err != nil {
		return err
	}
	return outcome
}

// checkAll names everything that is wrong with any row, and refuses the file then.
func (im Importer) checkAll(ctx context.Context, run *worker.Run, order importOrder, rows []spreadsheet.Row, report spreadsheet.Report) error {
	checkTwins(rows, &report)
	for chunk := range slices.Chunk(rows, importChunk) {
		there, err := existing(im.DB.Read(ctx), chunk)
		if err != nil {
			return err
		}
		for _, r := range chunk {
			if column := there.has(newOf(r)); column != "" {
				report.Add(r.Number, Table.Title(column), isThere)
			}
		}
	}
	report.Sort()
	result := importResult{Report: report}
	switch {
	case order.DryRun:
		return note(ctx, run, len(rows), len(rows), result, nil)
	case report.Total > 0:
		return note(ctx, run, 0, len(rows), result, ErrImportRejected)
	}
	return run.Step(ctx, func(*storage.Tx) (worker.Progress, error) {
		return worker.Progress{Total: int64(len(rows)), State: importState{}, Result: result}, nil
	})
}

var isThere = problem{Code: ErrExists.Code, En: ErrExists.Message, Zh: "此村已存在"}

// checkTwins names rows that say the same village or code as a row before them.
func checkTwins(rows []spreadsheet.Row, report *spreadsheet.Report) {
	places, codes := map[place]int{}, map[string]int{}
	for _, r := range rows {
		n := newOf(r)
		if earlier, twin := places[n.place()]; twin {
			report.Add(r.Number, Table.Title("name"), sameAs(earlier))
		} else if n.Name != "" {
			places[n.place()] = r.Number
		}
		if checkCode(n.Code).Code != "" {
			continue // none, or named already
		}
		if earlier, twin := codes[n.Code]; twin {
			report.Add(r.Number, Table.Title("code"), sameAs(earlier))
		} else {
			codes[n.Code] = r.Number
		}
	}
}

func sameAs(row int) problem {
	return problem{Code: "duplicate", En: fmt.Sprintf("the same stands in row %d", row), Zh: fmt.Sprintf("与第 %d 行重复", row)}
}

// addRows adds the rows that are not added yet, chunk by chunk.
func addRows(ctx context.Context, run *worker.Run, by audit.Actor, rows []spreadsheet.Row) error {
	for {
		var state importState
		var result importResult
		if err := run.State(&state); err != nil {
			return err
		}
		if err := run.Job.Decode(&result); err != nil {
			return err
		}
		if state.Next >= len(rows) {
			return nil
		}
		err := run.Step(ctx, func(tx *storage.Tx) (worker.Progress, error) {
			next := min(state.Next+importChunk, len(rows))
			after, err := addChunk(tx, by, rows[state.Next:next], result)
			return worker.Progress{Done: int64(next), Total: int64(len(rows)), State: importState{next}, Result: after}, err
		})
		if err != nil {
			return err
		}
	}
}

// errAgain makes the job look again at what is there.
var errAgain = errors.New("village import: somebody added one of the villages at the same moment")

func addChunk(tx *storage.Tx, by audit.Actor, rows []spreadsheet.Row, result importResult) (importResult, error) {
	there, err := existing(tx.DB, rows)
	if err != nil {
		return result, err
	}
	result.Report.Errors = slices.Clone(result.Report.Errors) // the transaction may run again
	var fresh []New
	for _, r := range rows {
		n := newOf(r)
		if column := there.has(n); column != "" {
			result.Report.Add(r.Number, Table.Title(column), isThere)
			continue
		}
		fresh = append(fresh, n)
	}
	if len(fresh) == 0 {
		return result, nil
	}
	added, err := addAll(tx, by, fresh)
	if errors.Is(err, ErrExists) {
		err = errAgain
	}
	result.Added += int64(len(added))
	return result, err
}

type place struct{ County, Township, Name string }

func (n New) place() place { return place{n.County, n.Township, n.Name} }

// known are the villages in the database that some rows may collide with.
type known struct {
	places map[place]bool
	codes  map[string]bool
}

// has answers the column by which n is there already, "" if it is not.
func (k known) has(n New) string {
	switch {
	case k.places[n.place()]:
		return "name"
	case n.Code != "" && k.codes[n.Code]:
		return "code"
	}
	return ""
}

func existing(db *gorm.DB, rows []spreadsheet.Row) (known, error) {
	var counties, townships, names, codes []string
	for _, r := range rows {
		n := newOf(r)
		counties, townships, names = append(counties, n.County), append(townships, n.Township), append(names, n.Name)
		if checkCode(n.Code).Code == "" { // MySQL refuses to look for Chinese in an ASCII column
			codes = append(codes, n.Code)
		}
	}
	found := known{map[place]bool{}, map[string]bool{}}
	var same []Village
	err := db.Select("county", "township", "name").
		Where("county IN ? AND township IN ? AND name IN ?", distinct(counties), distinct(townships), distinct(names)).Find(&same).Error
	if err != nil {
		return found, err
	}
	for _, v := range same {
		found.places[place{v.County, v.Township, v.Name}] = true
	}
	var taken []string
	err = db.Model(&Village{}).Where("code IN ?", distinct(codes)).Pluck("code", &taken).Error
	for _, code := range taken {
		found.codes[code] = true
	}
	return found, err
}

func distinct(values []string) []string {
	slices.Sort(values)
	return slices.Compact(values)
}
