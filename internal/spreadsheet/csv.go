package spreadsheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

var bom = []byte("\xef\xbb\xbf")

func csvLines(data []byte, limits Limits, each func(line) error) error {
	text, err := decodeText(data)
	if err != nil {
		return err
	}
	comma := separator(text)
	if isTooWide(text, byte(comma)) {
		return ErrTooManyColumns
	}
	reader := csv.NewReader(bytes.NewReader(text))
	reader.Comma, reader.FieldsPerRecord, reader.ReuseRecord = comma, -1, true
	number, ended := 0, 0 // the row before, and the line of the file where it ended
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			return wrongQuotes{number + wrong.StartLine - ended}
		}
		if err != nil {
			return ErrUnreadable
		}
		begun, _ := reader.FieldPos(0)
		number += begun - ended // empty lines count, lines inside quotes do not
		ended = begun
		for _, field := range record {
			ended += strings.Count(field, "\n")
		}
		l, err := csvLine(number, record, limits)
		if err != nil {
			return err
		}
		if err := each(l); err != nil {
			return err
		}
	}
}

// wrongQuotes is ErrUnreadable for the quotes of a row.
type wrongQuotes struct{ row int }

func (w wrongQuotes) Error() string { return fmt.Sprintf("row %d: %v", w.row, ErrUnreadable) }
func (w wrongQuotes) Unwrap() error { return ErrUnreadable }

func csvLine(number int, record []string, limits Limits) (line, error) {
	l := line{number: number}
	for i, field := range record {
		c := cellOf(field, false, limits)
		if c.text == "" {
			continue
		}
		if i >= limits.Columns {
			return l, ErrTooManyColumns
		}
		l.set(i, c)
	}
	return l, nil
}

// set puts a cell at a column, counted from 0.
func (l *line) set(column int, c cell) {
	for len(l.cells) <= column {
		l.cells = append(l.cells, cell{})
	}
	l.cells[column] = c
}

// decodeText answers UTF-8 without its mark. What is not UTF-8 is tried as GB18030,
// of which GBK is a part.
func decodeText(data []byte) ([]byte, error) {
	if text := bytes.TrimPrefix(data, bom); utf8.Valid(text) {
		return text, nil
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return nil, ErrEncoding
	}
	return text, nil
}

// widest is how many columns spreadsheet programs write, most of them empty.
const widest = 16_384

// isTooWide finds a row that would fill the memory before its columns can be counted.
func isTooWide(text []byte, comma byte) bool {
	quoted, columns := false, 0
	for _, b := range text {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '\n':
			columns = 0
		case b == comma:
			if columns++; columns > widest {
				return true
			}
		}
	}
	return false
}

// separator is the one that stands most often in the first line that has any,
// outside quotes.
func separator(text []byte) rune {
	counts := map[byte]int{}
	quoted := false
	for _, b := range text {
		if b == '"' {
			quoted = !quoted
		}
		if quoted {
			continue
		}
		if b == '\n' && len(counts) > 0 {
			break
		}
		if b == ',' || b == ';' || b == '\t' {
			counts[b]++
		}
	}
	best := byte(',')
	for _, b := range []byte{';', '\t'} {
		if counts[b] > counts[best] {
			best = b
		}
	}
	return rune(best)
}
