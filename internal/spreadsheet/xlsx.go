package spreadsheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
)

// Bounds of an XLSX file that no honest one comes near.
const (
	maxParts = 2_000
	maxDepth = 64      // of XML elements in each other
	maxToken = 1 << 20 // bytes between two angle brackets
	maxRow   = 1 << 20 // of a sheet, by the format
	perCell  = 4       // XML elements, on average, of the cells that may be there
)

// xlsxLines reads the first sheet.
func xlsxLines(data []byte, limits Limits, each func(line) error) error {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return ErrUnreadable
	}
	book := workbook{archive: archive, limits: limits, left: int64(limits.Unzipped), elements: perCell * limits.cells()}
	var unzipped uint64
	for _, part := range archive.File {
		if unzipped += part.UncompressedSize64; unzipped > uint64(limits.Unzipped) || part.UncompressedSize64 > uint64(limits.Unzipped) {
			return ErrUnzipsTooLarge
		}
	}
	if len(archive.File) > maxParts {
		return ErrUnreadable
	}
	sheet, err := book.open()
	if err != nil {
		return err
	}
	return book.sheet(sheet, each)
}

type workbook struct {
	archive  *zip.Reader
	limits   Limits
	left     int64 // bytes that may still be unpacked
	elements int   // elements that may still be read
	strings  []string
}

// open finds the first sheet's part and reads the strings that the sheets share.
func (b *workbook) open() (sheet string, err error) {
	var first string
	err = b.part("xl/workbook.xml", func(_ *xml.Decoder, e xml.StartElement) (bool, error) {
		if e.Name.Local == "sheet" && first == "" {
			first = attribute(e, "id")
		}
		return false, nil
	})
	if errors.Is(err, errNoPart) {
		return "", ErrFormat // some other zip
	}
	if err != nil {
		return "", err
	}
	var shared string
	err = b.part("xl/_rels/workbook.xml.rels", func(_ *xml.Decoder, e xml.StartElement) (bool, error) {
		if e.Name.Local != "Relationship" {
			return false, nil
		}
		target := attribute(e, "Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join("xl", target)
		}
		target = strings.TrimPrefix(target, "/")
		if attribute(e, "Id") == first && first != "" {
			sheet = target
		}
		if strings.HasSuffix(attribute(e, "Type"), "/sharedStrings") {
			shared = target
		}
		return false, nil
	})
	if err == nil && sheet == "" {
		err = ErrUnreadable
	}
	if err == nil && shared != "" {
		err = b.sharedStrings(shared)
	}
	if errors.Is(err, errNoPart) {
		err = ErrUnreadable
	}
	return sheet, err
}

var errNoPart = errors.New("spreadsheet: the file has no such part")

// part walks the elements of one part. Whatever is not well-formed to the end, nested
// too deep or too long is ErrUnreadable. element says whether it read its element to the end.
func (b *workbook) part(name string, element func(*xml.Decoder, xml.StartElement) (read bool, err error)) error {
	file, err := b.archive.Open(name)
	if err != nil {
		return errNoPart
	}
	defer file.Close()
	counted := &io.LimitedReader{R: file, N: b.left + 1}
	decoder := xml.NewDecoder(&short{from: counted})
	depth := 0
	for {
		token, err := decoder.Token()
		if counted.N <= 0 {
			return ErrUnzipsTooLarge
		}
		if errors.Is(err, io.EOF) {
			b.left = counted.N - 1
			return nil
		}
		if err != nil {
			return ErrUnreadable
		}
		switch e := token.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return ErrUnreadable
			}
			if b.elements--; b.elements < 0 {
				return ErrUnzipsTooLarge
			}
			read, err := element(decoder, e)
			if err != nil {
				return err
			}
			if read {
				depth--
			}
		case xml.EndElement:
			depth--
		}
	}
}

// short refuses a token of XML that would fill the memory.
type short struct {
	from io.Reader
	run  int // bytes since the last angle bracket
}

func (s *short) Read(into []byte) (int, error) {
	n, err := s.from.Read(into)
	if last := bytes.LastIndexAny(into[:n], "<>"); last >= 0 {
		s.run = n - last
	} else {
		s.run += n
	}
	if s.run > maxToken {
		return 0, ErrUnreadable
	}
	return n, err
}

func (b *workbook) sharedStrings(name string) error {
	return b.part(name, func(d *xml.Decoder, e xml.StartElement) (bool, error) {
		if e.Name.Local != "si" {
			return false, nil
		}
		if len(b.strings) >= b.limits.cells() {
			return false, ErrTooManyRows
		}
		text, _, err := b.content(d)
		b.strings = append(b.strings, text)
		return true, err
	})
}

// content reads to the end of the element that was just begun: the text of its t or v
// elements, without phonetic hints, cut where no cell may reach; and whether there is
// a formula in it.
func (b *workbook) content(d *xml.Decoder) (text string, formula bool, err error) {
	var all strings.Builder
	var open []string
	for {
		token, err := d.Token()
		if err != nil {
			return "", false, ErrUnreadable
		}
		switch e := token.(type) {
		case xml.StartElement:
			if open = append(open, e.Name.Local); len(open) > maxDepth {
				return "", false, ErrUnreadable
			}
			if b.elements--; b.elements < 0 {
				return "", false, ErrUnzipsTooLarge
			}
			formula = formula || e.Name.Local == "f"
		case xml.EndElement:
			if len(open) == 0 {
				return all.String(), formula, nil
			}
			open = open[:len(open)-1]
		case xml.CharData:
			if isText(open) && all.Len() <= 4*b.limits.Length {
				all.Write(e[:min(len(e), 4*b.limits.Length+4)])
			}
		}
	}
}

func isText(open []string) bool {
	if len(open) == 0 {
		return false
	}
	for _, name := range open {
		if name == "rPh" {
			return false
		}
	}
	last := open[len(open)-1]
	return last == "t" || last == "v"
}

func (b *workbook) sheet(name string, each func(line) error) error {
	now := line{}
	next := 0 // column, from 0
	err := b.part(name, func(d *xml.Decoder, e xml.StartElement) (read bool, err error) {
		switch e.Name.Local {
		case "row":
			if err := each(now); err != nil {
				return false, err
			}
			number, err := rowNumber(e, now.number)
			now, next = line{number: number}, 0
			return false, err
		case "c":
			next, err = b.cell(d, e, &now, next)
			return true, err
		}
		return false, nil
	})
	if errors.Is(err, errNoPart) {
		return ErrUnreadable
	}
	if err != nil {
		return err
	}
	return each(now)
}

// cell reads one cell into its row and answers the column after it.
func (b *workbook) cell(d *xml.Decoder, e xml.StartElement, row *line, next int) (int, error) {
	at, err := columnOf(attribute(e, "r"), next)
	if err != nil || row.number == 0 {
		return 0, ErrUnreadable
	}
	text, formula, err := b.content(d)
	if err == nil {
		text, err = b.value(attribute(e, "t"), text)
	}
	c := cellOf(text, formula, b.limits)
	if err != nil || (c.text == "" && !c.formula) {
		return at + 1, err
	}
	if at >= b.limits.Columns {
		return 0, ErrTooManyColumns
	}
	row.set(at, c)
	return at + 1, nil
}

// value turns what a cell holds into what it says.
func (b *workbook) value(kind, text string) (string, error) {
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(text))
		if text == "" {
			return "", nil
		}
		if err != nil || i < 0 || i >= len(b.strings) {
			return "", ErrUnreadable
		}
		return b.strings[i], nil
	case "b":
		return map[string]string{"1": "TRUE", "0": "FALSE"}[text], nil
	case "", "n":
		if f, err := strconv.ParseFloat(text, 64); err == nil && strings.ContainsAny(text, "eE") {
			return strconv.FormatFloat(f, 'f', -1, 64), nil // 4.30724E+11 is a code of twelve digits
		}
	}
	return text, nil
}

func rowNumber(e xml.StartElement, before int) (int, error) {
	given := attribute(e, "r")
	if given == "" {
		return before + 1, nil
	}
	number, err := strconv.Atoi(given)
	if err != nil || number <= before || number > maxRow {
		return 0, ErrUnreadable
	}
	return number, nil
}

// columnOf reads the letters of a reference such as AB12, counted from 0.
func columnOf(reference string, next int) (int, error) {
	letters := strings.TrimRight(reference, "0123456789")
	if letters == "" {
		return next, nil
	}
	column := 0
	for _, r := range letters {
		if r < 'A' || r > 'Z' || column > maxRow {
			return 0, ErrUnreadable
		}
		column = column*26 + int(r-'A') + 1
	}
	return column - 1, nil
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
