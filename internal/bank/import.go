package bank

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/spreadsheet"
	"zique/internal/storage"
	"zique/internal/worker"
)

// ImportKind is the kind of the jobs that take in a bank statement.
const ImportKind = "bank_import"

// importChunk is how many rows are taken in by one transaction, which holds their orders.
const importChunk = 50

// Refusals of imports.
var (
	ErrNoImport       = fault.New(fault.NotFound, "not_found", "there is no such import")
	ErrImportRejected = fault.New(fault.Invalid, "import_rejected", "the file has errors; nothing was posted")
)

// Lengths in characters.
const (
	maxPayer = 120
	maxMemo  = 500
)

// Table describes a statement.
var Table = spreadsheet.Table{Name: "银行流水 bank statement", Columns: []spreadsheet.Column{
	{Key: "bank_reference", Zh: "流水号", En: "Bank reference", Required: true, Example: "B20260105000001", Note: "每笔唯一，重复导入只记一次", Check: checkReference},
	{Key: "paid_at", Zh: "交易时间", En: "Paid at", Required: true, Example: "2026-01-05 09:30:00", Note: "北京时间", Check: checkTime},
	{Key: "payer_name", Zh: "付款户名", En: "Payer name", Required: true, Example: "示例企业", Check: lineOf(maxPayer)},
	{Key: "payer_account", Zh: "付款账号", En: "Payer account", Required: true, Example: "6222020000000000", Check: checkAccount},
	{Key: "amount", Zh: "金额（元）", En: "Amount in yuan", Required: true, Example: "199.00", Note: "收入金额，两位小数", Check: checkAmount},
	{Key: "memo", Zh: "附言", En: "Memo", Example: "ZQ23456789", Note: "付款人填写的汇款码", Check: lineOf(maxMemo)},
}}

type problem = spreadsheet.Problem

var (
	accountNumber = regexp.MustCompile(`^\d{8,32}$`)
	yuan          = regexp.MustCompile(`^[¥￥]?\s*(\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.(\d{1,2})0*)?$`)
	timeForms     = []string{"2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly, "2006/1/2 15:04:05", "2006/1/2 15:04", "2006/1/2"}
)

func lineOf(most int) func(string) problem {
	return func(value string) problem {
		switch {
		case utf8.RuneCountInString(value) > most:
			return problem{Code: "too_long", En: fmt.Sprintf("must have at most %d characters", most), Zh: fmt.Sprintf("最多 %d 个字符", most)}
		case !fault.IsLine(value):
			return problem{Code: "invalid", En: "must be a line of text", Zh: "必须是一行文字"}
		}
		return problem{}
	}
}

func checkReference(value string) problem {
	if IsReference(value) {
		return problem{}
	}
	return problem{Code: "invalid", En: "must be 1 to 64 letters and digits", Zh: "应为 1 至 64 位字母或数字"}
}

func checkAccount(value string) problem {
	if accountNumber.MatchString(bare(value)) {
		return problem{}
	}
	return problem{Code: "invalid", En: "must have 8 to 32 digits", Zh: "应为 8 至 32 位数字"}
}

func bare(account string) string { return strings.NewReplacer(" ", "", "-", "").Replace(account) }

func checkTime(value string) problem {
	if _, ok := readTime(value); ok {
		return problem{}
	}
	return problem{Code: "invalid", En: "must be a time such as 2026-01-05 09:30:00", Zh: "应为时间，例如 2026-01-05 09:30:00"}
}

func readTime(value string) (clock.Millis, bool) {
	for _, form := range timeForms {
		if at, err := time.ParseInLocation(form, value, shanghai); err == nil && at.Year() >= 2000 && at.Year() < 2200 {
			return clock.FromTime(at), true
		}
	}
	return 0, false
}

func checkAmount(value string) problem {
	if _, ok := readYuan(value); ok {
		return problem{}
	}
	return problem{Code: "invalid", En: "must be an amount above 0 in yuan, such as 199.00", Zh: "应为大于 0 的金额（元），例如 199.00"}
}

func readYuan(value string) (money.Fen, bool) {
	parts := yuan.FindStringSubmatch(value)
	if parts == nil {
		return 0, false
	}
	whole, err := strconv.ParseInt(strings.ReplaceAll(parts[1], ",", ""), 10, 64)
	fen, _ := strconv.ParseInt((parts[2] + "00")[:2], 10, 64)
	total := money.Fen(whole*100 + fen)
	return total, err == nil && total > 0 && whole < 1e12
}

// rowOf reads a row whose cells are right.
func rowOf(r spreadsheet.Row) Row {
	at, _ := readTime(r.Get("paid_at"))
	amount, _ := readYuan(r.Get("amount"))
	return Row{BankDay: dayOf(at), BankReference: r.Get("bank_reference"), PaidAt: at, AmountFen: amount,
		Payer: Payer{Name: r.Get("payer_name"), Account: bare(r.Get("payer_account")), Memo: r.Get("memo")}}
}

// FileSource answers an uploaded file and the name that it had. A file that is not
// there is a fault.
type FileSource = func(ctx context.Context, fileID id.ID) (content []byte, name string, err error)

// Import is an import as operators see it.
type Import struct {
	ID         id.ID
	FileID     id.ID
	DryRun     bool
	Status     string // as of a worker.Job
	Done       int64
	Total      int64 // rows; 0 until the file is read
	Added      int64
	Matched    int64
	Repeated   int64 // rows that were there already
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
	Next int `json:"next"` // rows before it are in; there is a state once all rows are checked
}

type importResult struct {
	Added    int64              `json:"added"`
	Matched  int64              `json:"matched"`
	Repeated int64              `json:"repeated"`
	Report   spreadsheet.Report `json:"report"`
}

// StartImport lets a job take in a statement or, as a dry run, only check it.
func StartImport(tx *storage.Tx, by audit.Actor, fileID id.ID, dryRun bool) (Import, error) {
	ordered := importOrder{FileID: fileID, DryRun: dryRun, By: by}
	jobID, err := worker.Enqueue(tx, worker.New{Kind: ImportKind, Payload: ordered, OwnerID: by.UserID, OrgID: by.OrgID})
	if err != nil {
		return Import{}, err
	}
	err = audit.Write(tx, by, audit.Change{Action: "bank_import.started", Subject: "job", SubjectID: jobID,
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
	var ordered importOrder
	var result importResult
	if err := errors.Join(job.Order(&ordered), job.Decode(&result)); err != nil {
		return Import{}, err
	}
	return Import{ID: job.ID, FileID: ordered.FileID, DryRun: ordered.DryRun, Status: job.Status, Done: job.Done, Total: job.Total,
		Added: result.Added, Matched: result.Matched, Repeated: result.Repeated, Report: result.Report, Error: job.Error,
		CreatedAt: job.CreatedAt, FinishedAt: job.FinishedAt}, nil
}

// WithErrors answers the import's own file with what is wrong beside each row.
func (i Import) WithErrors(ctx context.Context, files FileSource) (content []byte, name string, err error) {
	content, name, err = files(ctx, i.FileID)
	if err == nil {
		content, err = Table.WithErrors(name, content, i.Report.Errors, spreadsheet.Limits{})
	}
	return content, name, err
}

// Importer handles jobs of ImportKind. All rows are checked before the first is taken
// in: a file with any error posts nothing.
type Importer struct {
	Desk  *Service
	Files FileSource
}

// Handle is a worker.Handler.
func (im Importer) Handle(ctx context.Context, run *worker.Run) error {
	var ordered importOrder
	if err := run.Payload(&ordered); err != nil {
		return err
	}
	content, name, err := im.Files(ctx, ordered.FileID)
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
		if err := im.checkAll(ctx, run, ordered, rows, report); err != nil {
			return err
		}
	}
	if ordered.DryRun {
		return nil
	}
	return im.takeAll(ctx, run, ordered.By, distinct(rows))
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
func (im Importer) checkAll(ctx context.Context, run *worker.Run, ordered importOrder, rows []spreadsheet.Row, report spreadsheet.Report) error {
	if report.Total == 0 { // every cell can be read
		if err := im.checkRows(im.Desk.db.Read(ctx), rows, &report); err != nil {
			return err
		}
	}
	report.Sort()
	result := importResult{Report: report, Repeated: int64(len(rows) - len(distinct(rows)))}
	switch {
	case ordered.DryRun:
		return note(ctx, run, len(rows), len(rows), result, nil)
	case report.Total > 0:
		return note(ctx, run, 0, len(rows), result, ErrImportRejected)
	}
	return run.Step(ctx, func(*storage.Tx) (worker.Progress, error) {
		return worker.Progress{Total: int64(len(rows)), State: importState{}, Result: result}, nil
	})
}

// checkRows compares the rows with each other, and with what is there. The same payment
// twice is one payment; another under the same reference is an error.
func (im Importer) checkRows(view *gorm.DB, rows []spreadsheet.Row, report *spreadsheet.Report) error {
	today := dayOf(im.Desk.db.Now())
	closed, err := closedDays(view, rows)
	if err != nil {
		return err
	}
	there, err := known(view, rows)
	if err != nil {
		return err
	}
	for _, r := range rows {
		now := rowOf(r)
		before, seen := there[now.BankReference]
		switch {
		case seen && !before.says(now):
			report.Add(r.Number, Table.Title("bank_reference"), problem{Code: "reference_reused", En: "another payment has this reference", Zh: "此流水号已用于另一笔交易"})
		case seen:
		case now.BankDay > today:
			report.Add(r.Number, Table.Title("paid_at"), problem{Code: "in_future", En: "the day has not come yet", Zh: "日期在未来"})
		case slices.Contains(closed, now.BankDay):
			report.Add(r.Number, Table.Title("paid_at"), problem{Code: "day_closed", En: "this day is closed", Zh: "该日已日结，不能再记入"})
		}
		if !seen {
			there[now.BankReference] = now
		}
	}
	return nil
}

// says tells whether both rows are the same payment.
func (r Row) says(other Row) bool { return r.PaidAt == other.PaidAt && r.AmountFen == other.AmountFen }

func closedDays(view *gorm.DB, rows []spreadsheet.Row) ([]string, error) {
	var days []string
	for _, r := range rows {
		days = append(days, rowOf(r).BankDay)
	}
	slices.Sort(days)
	var closed []string
	err := view.Model(&Day{}).Where("bank_day IN ? AND closed_at IS NOT NULL", slices.Compact(days)).Pluck("bank_day", &closed).Error
	return closed, err
}

func known(view *gorm.DB, rows []spreadsheet.Row) (map[string]Row, error) {
	there := map[string]Row{}
	for chunk := range slices.Chunk(rows, 500) {
		var references []string
		for _, r := range chunk {
			references = append(references, r.Get("bank_reference"))
		}
		var found []Row
		if err := view.Where("bank_reference IN ?", references).Find(&found).Error; err != nil {
			return nil, err
		}
		for _, r := range found {
			there[r.BankReference] = r
		}
	}
	return there, nil
}

// distinct leaves out rows that repeat one before them.
func distinct(rows []spreadsheet.Row) []spreadsheet.Row {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(rows), func(r spreadsheet.Row) bool {
		twice := seen[r.Get("bank_reference")]
		seen[r.Get("bank_reference")] = true
		return twice
	})
}

// takeAll takes in the rows that are not in yet, chunk by chunk.
func (im Importer) takeAll(ctx context.Context, run *worker.Run, by audit.Actor, rows []spreadsheet.Row) error {
	for {
		var state importState
		var result importResult
		if err := errors.Join(run.State(&state), run.Job.Decode(&result)); err != nil {
			return err
		}
		if state.Next >= len(rows) {
			return nil
		}
		total := run.Job.Total
		err := run.Step(ctx, func(tx *storage.Tx) (worker.Progress, error) {
			next := min(state.Next+importChunk, len(rows))
			chunk := make([]Row, 0, importChunk)
			for _, r := range rows[state.Next:next] {
				chunk = append(chunk, rowOf(r))
			}
			t, err := im.Desk.take(tx, by, chunk)
			after := result
			after.Added, after.Matched, after.Repeated = result.Added+t.added, result.Matched+t.matched, result.Repeated+t.repeated
			done := total - int64(len(rows)-next)
			return worker.Progress{Done: done, Total: total, State: importState{next}, Result: after}, err
		})
		if err != nil {
			return err
		}
	}
}
