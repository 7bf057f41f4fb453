package spreadsheet

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"regexp"
	"strings"

	"github.com/xuri/excelize/v2"
)

// writer writes rows under their numbers, in ascending order.
type writer interface {
	row(number int, cells []string) error
	close() ([]byte, error)
}

func newWriter(format Format, sheet string) (writer, error) {
	if format == CSV {
		w := &csvWriter{}
		w.buffer.Write(bom) // without it Excel takes the text for GBK
		w.out = csv.NewWriter(&w.buffer)
		w.out.UseCRLF = true
		return w, nil
	}
	book := excelize.NewFile()
	if err := book.SetSheetName(book.GetSheetName(0), sheet); err != nil {
		return nil, err
	}
	out, err := book.NewStreamWriter(sheet)
	if err == nil {
		err = out.SetColWidth(1, 20, 18)
	}
	return &xlsxWriter{book, out}, err
}

type csvWriter struct {
	buffer  bytes.Buffer
	out     *csv.Writer
	written int
}

func (w *csvWriter) row(number int, cells []string) error {
	for w.written++; w.written < number; w.written++ {
		w.out.Flush()
		w.buffer.WriteString("\r\n")
	}
	return w.out.Write(cells)
}

func (w *csvWriter) close() ([]byte, error) {
	w.out.Flush()
	return w.buffer.Bytes(), w.out.Error()
}

type xlsxWriter struct {
	book *excelize.File
	out  *excelize.StreamWriter
}

func (w *xlsxWriter) row(number int, cells []string) error {
	values := make([]any, len(cells))
	for i, c := range cells {
		if c != "" {
			values[i] = c // a string is never a formula
		}
	}
	return w.out.SetRow(fmt.Sprint("A", number), values)
}

func (w *xlsxWriter) close() ([]byte, error) {
	if err := w.out.Flush(); err != nil {
		return nil, err
	}
	buffer, err := w.book.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return buffer.Bytes(), w.book.Close()
}

var amount = regexp.MustCompile(`^-?\d+\.\d\d$`)

// Rows makes a file of rows. Amounts stand as they are; nothing else is evaluated.
func Rows(format Format, sheet string, rows [][]string) ([]byte, error) {
	w, err := newWriter(format, sheet)
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		safe := make([]string, len(row))
		for j, cell := range row {
			safe[j] = cell
			if !amount.MatchString(cell) {
				safe[j] = Neutralise(cell)
			}
		}
		if err := w.row(i+1, safe); err != nil {
			return nil, err
		}
	}
	return w.close()
}

// Template is an empty file to fill in: the titles and one row as an example. In XLSX
// a second sheet explains the columns.
func (t Table) Template(format Format) ([]byte, error) {
	w, err := newWriter(format, t.Name)
	if err != nil {
		return nil, err
	}
	var titles, examples []string
	for _, c := range t.Columns {
		titles, examples = append(titles, c.Zh), append(examples, c.Example)
	}
	if err := w.row(1, titles); err != nil {
		return nil, err
	}
	if err := w.row(2, examples); err != nil {
		return nil, err
	}
	if x, ok := w.(*xlsxWriter); ok {
		if err := t.explain(x.book); err != nil {
			return nil, err
		}
	}
	return w.close()
}

const notesSheet = "说明 Notes"

func (t Table) explain(book *excelize.File) error {
	if _, err := book.NewSheet(notesSheet); err != nil {
		return err
	}
	notes := [][]string{{"列", "Column", "必填 Required", "说明"}}
	for _, c := range t.Columns {
		required := ""
		if c.Required {
			required = "是 yes"
		}
		notes = append(notes, []string{c.Zh, c.En, required, c.Note})
	}
	for i, note := range notes {
		if err := book.SetSheetRow(notesSheet, fmt.Sprint("A", i+1), &note); err != nil {
			return err
		}
	}
	return book.SetColWidth(notesSheet, "A", "D", 24)
}

// WithErrors gives a file back in its own format with what is wrong in a column beside
// each row, under the same row numbers; the title of that column says it where a report
// keeps only some. Only the text of the first sheet's cells goes
// into it: no formula, macro or link, and nothing that a spreadsheet program would
// evaluate. Reading it again ignores the column of errors.
func (t Table) WithErrors(name string, data []byte, report Report, limits Limits) ([]byte, error) {
	limits = t.limits(limits)
	format, err := FormatOf(name, data)
	if err != nil {
		return nil, err
	}
	beside, err := placeForErrors(name, data, limits)
	if err != nil {
		return nil, err
	}
	w, err := newWriter(format, "Sheet1")
	if err != nil {
		return nil, err
	}
	said, title := byRow(report.Errors), errorsTitle+" " // of the first row
	if report.Total > len(report.Errors) {
		title += fmt.Sprintf("共 %d 处，列出 %d 处，每个有误的行至少一处；", report.Total, len(report.Errors))
	}
	err = lines(name, data, limits, func(l line) error {
		cells := make([]string, max(beside+1, len(l.cells)))
		for i, c := range l.cells {
			cells[i] = Neutralise(c.text)
		}
		cells[beside] = title + strings.Join(said[l.number], "；")
		title = ""
		return w.row(l.number, cells)
	})
	if err != nil {
		return nil, err
	}
	return w.close()
}

// placeForErrors is where an earlier column of errors stands, or behind the widest row.
func placeForErrors(name string, data []byte, limits Limits) (int, error) {
	widest, earlier, first := 0, -1, true
	err := lines(name, data, limits, func(l line) error {
		widest = max(widest, len(l.cells))
		for i, c := range l.cells {
			if first && strings.HasPrefix(c.text, errorsTitle) {
				earlier = i
			}
		}
		first = false
		return nil
	})
	if earlier >= 0 {
		return earlier, err
	}
	return widest, err
}

func byRow(errors []CellError) map[int][]string {
	said := map[int][]string{}
	for _, e := range errors {
		said[e.Row] = append(said[e.Row], e.Column+"："+e.MessageZh)
	}
	return said
}
