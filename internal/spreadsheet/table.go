package spreadsheet

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Problem is what is wrong with a cell, in both languages. The zero value is nothing.
type Problem struct {
	Code string
	En   string
	Zh   string
}

// Column describes one column of a Table. Its header is Zh, En or Key, in any case.
type Column struct {
	Key      string
	Zh       string
	En       string
	Required bool
	Example  string
	Note     string                     // for whoever fills in the template
	Length   int                        // characters; 0: as many as the Limits say
	Check    func(value string) Problem // of a value that is not empty; nil: any will do
}

// Table describes the files of one sort of import.
type Table struct {
	Name    string // of the sheet and of the template's file, without extension
	Columns []Column
}

// Row is a row of the file below the header.
type Row struct {
	Number int // as the user sees it
	values map[string]string
}

// Get answers the value in the column with that key, "" if empty.
func (r Row) Get(key string) string { return r.values[key] }

// CellError is one thing that is wrong. Row 0 is the file as a whole. Column is the
// column's Chinese title or, where it has none that is known, its letters.
type CellError struct {
	Row       int    `json:"row"`
	Column    string `json:"column"`
	Code      string `json:"code"`
	Message   string `json:"message"`
	MessageZh string `json:"message_zh"`
}

// MaxErrors is how many errors a Report keeps whatever their rows are. It counts all.
const MaxErrors = 10_000

// Report collects everything that is wrong with a file. Beyond MaxErrors it keeps the
// first of each row that has none yet: no wrong row goes without one, and the limit of
// rows bounds how many there are.
type Report struct {
	Total  int         `json:"total"`
	Errors []CellError `json:"errors"`

	marked map[int]bool // rows that have an error; filled once MaxErrors are reached
}

// Add notes a problem of a cell.
func (r *Report) Add(row int, column string, p Problem) {
	if r.Total++; len(r.Errors) >= MaxErrors && !r.mark(row) {
		return
	}
	r.Errors = append(r.Errors, CellError{row, column, p.Code, p.En, p.Zh})
}

// mark tells whether a row had no error yet.
func (r *Report) mark(row int) bool {
	if r.marked == nil {
		r.marked = map[int]bool{}
		for _, e := range r.Errors {
			r.marked[e.Row] = true
		}
	}
	fresh := !r.marked[row]
	r.marked[row] = true
	return fresh
}

// Clone is one that can be added to without the other.
func (r Report) Clone() Report { return Report{Total: r.Total, Errors: slices.Clone(r.Errors)} }

// Sort puts the errors in the order of the file's rows.
func (r *Report) Sort() {
	slices.SortStableFunc(r.Errors, func(a, b CellError) int { return a.Row - b.Row })
}

// Title answers the title under which the column with that key is named in errors.
func (t Table) Title(key string) string {
	for _, c := range t.Columns {
		if c.Key == key {
			return c.Zh
		}
	}
	return key
}

const errorsTitle = "错误 Errors"

// Read answers the rows of a file and everything that is wrong in its cells. The
// error is a refusal of the file as a whole. When the header is wrong, only that is
// reported, and no rows are answered; nor are they when a quote of a CSV file is wrong.
func (t Table) Read(name string, data []byte, limits Limits) ([]Row, Report, error) {
	usual := limits.orDefaults().Length
	limits = t.limits(limits)
	var rows []Row
	var report Report
	var titles *header
	err := lines(name, data, limits, func(l line) error {
		if titles == nil {
			titles = t.header(l, &report)
			return nil
		}
		if !titles.good {
			return nil
		}
		if row, filled := titles.row(l, usual, &report); filled {
			rows = append(rows, row)
		}
		return nil
	})
	var quotes wrongQuotes
	switch {
	case errors.As(err, &quotes):
		report.Add(quotes.row, "", Problem{"quotes", "a double quote stands in the wrong place, so the rest of the file cannot be read", "双引号位置有误，其后的内容无法读取"})
		return nil, report, nil
	case err != nil:
		return nil, Report{}, err
	case titles != nil && !titles.good:
		return nil, report, nil
	case len(rows) == 0:
		return nil, report, ErrNoRows
	}
	return rows, report, nil
}

// header says which column stands where in a file.
type header struct {
	table   Table
	at      []*Column // nil: no title, or the errors that we wrote ourselves
	ignored int       // where our own column of errors stands; -1: nowhere
	good    bool
}

func (t Table) header(l line, report *Report) *header {
	h := &header{table: t, at: make([]*Column, len(l.cells)), ignored: -1}
	seen := map[string]bool{}
	for i, c := range l.cells {
		column := t.named(c.text)
		switch {
		case strings.HasPrefix(c.text, errorsTitle):
			h.ignored = i
		case c.text == "" && !c.formula:
		case c.formula || column == nil:
			report.Add(l.number, letters(i), Problem{"header_unknown", "the table has no column with this title", "表中没有这个标题的列"})
		case seen[column.Key]:
			report.Add(l.number, column.Zh, Problem{"header_duplicate", "this column stands twice, again at " + letters(i), "此列重复，又见于 " + letters(i) + " 列"})
		default:
			h.at[i], seen[column.Key] = column, true
		}
	}
	for _, c := range t.Columns {
		if c.Required && !seen[c.Key] {
			report.Add(l.number, c.Zh, Problem{"header_missing", "this column is required and is missing", "缺少必需的列"})
		}
	}
	h.good = report.Total == 0
	return h
}

func (t Table) named(title string) *Column {
	title = strings.TrimRight(title, " *＊")
	for i, c := range t.Columns {
		if title != "" && (title == c.Zh || strings.EqualFold(title, c.En) || strings.EqualFold(title, c.Key)) {
			return &t.Columns[i]
		}
	}
	return nil
}

// row checks one row. filled is false when nothing stands under a title.
func (h *header) row(l line, usual int, report *Report) (row Row, filled bool) {
	row = Row{Number: l.number, values: map[string]string{}}
	for i, c := range l.cells {
		if i == h.ignored || (c.text == "" && !c.formula) {
			continue
		}
		filled = true
		if i >= len(h.at) || h.at[i] == nil {
			report.Add(l.number, letters(i), Problem{"no_header", "this column has no title", "此列没有标题"})
			continue
		}
		row.values[h.at[i].Key] = c.text
		if p := h.at[i].check(c, usual); p.Code != "" {
			report.Add(l.number, h.at[i].Zh, p)
		}
	}
	for _, c := range h.table.Columns {
		if _, given := row.values[c.Key]; filled && c.Required && !given {
			report.Add(l.number, c.Zh, Problem{"required", "must not be empty", "必填"})
		}
	}
	return row, filled
}

// limits lets cells be as long as the longest column may be.
func (t Table) limits(given Limits) Limits {
	given = given.orDefaults()
	for _, c := range t.Columns {
		given.Length = max(given.Length, c.Length)
	}
	return given
}

func (c *Column) check(in cell, usual int) Problem {
	most := cmp.Or(c.Length, usual)
	switch {
	case in.formula:
		return Problem{"formula", "a formula is not accepted; enter its value", "不接受公式，请填写数值"}
	case in.long || utf8.RuneCountInString(in.text) > most:
		return Problem{"too_long", fmt.Sprintf("must have at most %d characters", most), fmt.Sprintf("最多 %d 个字符", most)}
	case c.Check != nil:
		return c.Check(in.text)
	}
	return Problem{}
}

// letters names a column, counted from 0, as spreadsheet programs do.
func letters(column int) string {
	name := ""
	for column++; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name
}
