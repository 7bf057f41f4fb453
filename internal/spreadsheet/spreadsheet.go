// Package spreadsheet is the one toolkit for tables that people send as files: XLSX
// and CSV (UTF-8 or GBK), read by the description of a Table and given back with
// what is wrong beside each row.
//
// Reading is streamed and bounded before anything is kept: bytes, unzipped bytes,
// rows, columns and characters a cell, so a hostile file costs no more than a large
// honest one. Nothing is ever evaluated: a formula is an error on its cell. A file
// that ends early is refused as a whole and never read by half. That is why XLSX is
// read here and not by excelize, which takes whole parts into memory and takes
// malformed XML for the end of the sheet; excelize writes.
//
// Rows carry the numbers that the user sees: the header is row 1 unless rows above
// it are empty, and empty rows are skipped but counted. A number is read as the file
// holds it, not as it is displayed.
package spreadsheet

import (
	"bytes"
	"cmp"
	"path"
	"strings"

	"zique/internal/fault"
)

// Format is a kind of file.
type Format string

// The formats that are read and written.
const (
	XLSX Format = "xlsx"
	CSV  Format = "csv"
)

// Refusals of a file as a whole.
var (
	ErrFormat         = fault.New(fault.Invalid, "file_not_a_table", "the file is neither XLSX nor CSV; save it as one of them")
	ErrRenamed        = fault.New(fault.Invalid, "file_renamed", "the file's name says another format than its content")
	ErrUnreadable     = fault.New(fault.Invalid, "file_unreadable", "the file is damaged or incomplete")
	ErrEncoding       = fault.New(fault.Invalid, "file_encoding", "the text is neither UTF-8 nor GBK")
	ErrTooLarge       = fault.New(fault.Invalid, "file_too_large", "the file is too large")
	ErrUnzipsTooLarge = fault.New(fault.Invalid, "file_unzips_too_large", "the file is too large once unpacked")
	ErrTooManyRows    = fault.New(fault.Invalid, "too_many_rows", "the file has too many rows; split it")
	ErrTooManyColumns = fault.New(fault.Invalid, "too_many_columns", "the file has too many columns")
	ErrNoRows         = fault.New(fault.Invalid, "no_rows", "the file has no rows below its header")
)

// inChinese has each refusal by its code.
var inChinese = map[string]string{
	ErrFormat.Code:         "文件既不是 XLSX 也不是 CSV，请另存为其中一种",
	ErrRenamed.Code:        "文件扩展名与内容的格式不一致",
	ErrUnreadable.Code:     "文件已损坏或不完整",
	ErrEncoding.Code:       "文字编码既不是 UTF-8 也不是 GBK",
	ErrTooLarge.Code:       "文件太大",
	ErrUnzipsTooLarge.Code: "文件解压后太大",
	ErrTooManyRows.Code:    "行数太多，请分成几个文件",
	ErrTooManyColumns.Code: "列数太多",
	ErrNoRows.Code:         "表头下面没有数据行",
}

// ProblemOf is a refusal of a file as a whole as a Report says it. One of another
// package's has no Chinese.
func ProblemOf(refusal *fault.Fault) Problem {
	return Problem{refusal.Code, refusal.Message, cmp.Or(inChinese[refusal.Code], refusal.Message)}
}

// Limits bound what is read. A zero field is its default.
type Limits struct {
	Bytes    int // of the file; 10 MiB
	Unzipped int // bytes of all its parts; 64 MiB
	Rows     int // that are not empty, below the header; 10,000
	Columns  int // 50
	Length   int // characters of a cell whose column does not say; 1,000
}

func (l Limits) orDefaults() Limits {
	for _, d := range []struct {
		limit *int
		usual int
	}{{&l.Bytes, 10 << 20}, {&l.Unzipped, 64 << 20}, {&l.Rows, 10_000}, {&l.Columns, 50}, {&l.Length, 1_000}} {
		if *d.limit <= 0 {
			*d.limit = d.usual
		}
	}
	return l
}

// cells is how many a file may have, with its header.
func (l Limits) cells() int { return (l.Rows + 2) * l.Columns }

// line is a row of a file that is not empty.
type line struct {
	number int // from 1, as the user sees it
	cells  []cell
}

type cell struct {
	text    string // without space around it
	formula bool
	long    bool // longer than Limits.Length; text is cut
}

func (l line) isEmpty() bool {
	for _, c := range l.cells {
		if c.text != "" || c.formula {
			return false
		}
	}
	return true
}

// lines calls each for every row that is not empty, the header first.
func lines(name string, data []byte, limits Limits, each func(line) error) error {
	if len(data) > limits.Bytes {
		return ErrTooLarge
	}
	format, err := FormatOf(name, data)
	if err != nil {
		return err
	}
	rows := 0
	bounded := func(l line) error {
		if l.isEmpty() {
			return nil
		}
		if rows++; rows > limits.Rows+1 {
			return ErrTooManyRows
		}
		return each(l)
	}
	if format == XLSX {
		return xlsxLines(data, limits, bounded)
	}
	return csvLines(data, limits, bounded)
}

var (
	zipMagic = []byte("PK\x03\x04")
	oleMagic = []byte("\xd0\xcf\x11\xe0") // XLS, and XLSX behind a password
)

// FormatOf tells a file's format by its content, and refuses one whose name says another.
func FormatOf(name string, data []byte) (Format, error) {
	if bytes.HasPrefix(data, oleMagic) {
		return "", ErrFormat
	}
	format := CSV
	if bytes.HasPrefix(data, zipMagic) {
		format = XLSX
	}
	switch extension := strings.TrimPrefix(strings.ToLower(path.Ext(name)), "."); extension {
	case string(XLSX), string(CSV):
		if extension != string(format) {
			return "", ErrRenamed
		}
	}
	if format == CSV && bytes.IndexByte(data, 0) >= 0 {
		return "", ErrFormat
	}
	return format, nil
}

// dangerous begin what a spreadsheet program would evaluate.
const dangerous = "=+-@\t\r＝＋－＠"

// Neutralise makes text safe to open in a spreadsheet program: what would be taken
// for a formula gets an apostrophe in front, which reading takes off again.
func Neutralise(text string) string {
	if text != "" && strings.ContainsRune(dangerous, firstRune(text)) {
		return "'" + text
	}
	return text
}

func restore(text string) string {
	if rest, quoted := strings.CutPrefix(text, "'"); quoted && rest != "" && strings.ContainsRune(dangerous, firstRune(rest)) {
		return rest
	}
	return text
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

// cellOf makes a cell of what the file holds.
func cellOf(raw string, formula bool, limits Limits) cell {
	text := restore(strings.TrimSpace(raw))
	c := cell{text: text, formula: formula || strings.HasPrefix(text, "=") || strings.HasPrefix(text, "＝")}
	count := 0
	for at := range text {
		if count++; count > limits.Length {
			c.text, c.long = strings.Clone(text[:at]), true
			break
		}
	}
	return c
}
