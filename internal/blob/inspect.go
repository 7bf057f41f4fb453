package blob

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// content is what of an upload is kept.
type content struct {
	kind, mediaType, extension string
	full, thumb                []byte
	width, height              int
}

// Waiting for the turn to be read.
const (
	longestWait = 20 * time.Second
	retryBusy   = 5 * time.Second
)

// inspect says what the received file is, and makes of it what is kept. The memory
// that files in hand take is bounded by the budget, of which each takes what decoding it needs.
func (s *Store) inspect(ctx context.Context, received, name string) (content, error) {
	head, size, err := headOf(received)
	if err != nil {
		return content{}, err
	}
	format, isImage := formatOf(head)
	weight := int64(leastWeight)
	if isImage {
		decoded, err := measure(received, format)
		if err != nil {
			return content{}, err
		}
		weight = max(weight, decoded)
	} else if size > MaxOther {
		return content{}, ErrTooLarge
	}
	waiting, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	if err := s.budget.Acquire(waiting, weight); err != nil {
		return content{}, errBusy
	}
	defer s.budget.Release(weight)
	data, err := os.ReadFile(received)
	switch {
	case err != nil:
		return content{}, err
	case isImage:
		return picture(data, format)
	}
	return other(data, name)
}

func headOf(received string) (head []byte, size int64, err error) {
	f, err := os.Open(received)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	head = make([]byte, min(info.Size(), 16))
	_, err = f.ReadAt(head, 0)
	return head, info.Size(), err
}

// other recognises documents and sheets; they are kept as they are.
func other(data []byte, name string) (content, error) {
	switch {
	case pdfHeader.Match(data):
		return content{kind: Document, mediaType: typePDF, extension: ".pdf", full: data}, checkPDF(data)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return content{kind: Sheet, mediaType: typeXLSX, extension: ".xlsx", full: data}, checkXLSX(data)
	case strings.EqualFold(path.Ext(name), ".csv"):
		return content{kind: Sheet, mediaType: typeCSV, extension: ".csv", full: data}, checkCSV(data)
	}
	return content{}, ErrType
}

const maxZipEntries = 10_000 // a workbook has a few dozen

// checkXLSX looks into the zip's directory only. Each entry of it starts with the
// same four bytes, so counting them bounds it before it is read.
func checkXLSX(data []byte) error {
	if bytes.Count(data, []byte("PK\x01\x02")) > maxZipEntries {
		return errInvalid.With("file", "too_many_parts", "the workbook consists of too many parts")
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return errInvalid.With("file", "unreadable", "the workbook is damaged or cut off")
	}
	has := map[string]bool{}
	for _, entry := range archive.File {
		has[entry.Name] = true
	}
	if !has["[Content_Types].xml"] || !has["xl/workbook.xml"] || has["xl/vbaProject.bin"] || !isOnlyZip(data, archive.File) {
		return ErrType
	}
	return nil
}

const zipEndLength = 22 // bytes of the record that ends a zip without a comment

// isOnlyZip tells whether nothing stands before the first entry, after the last record,
// or between the directory and that: readers of zips overlook it, other programs may
// take the file for what stands there.
func isOnlyZip(data []byte, entries []*zip.File) bool {
	little := binary.LittleEndian
	end := len(data) - zipEndLength
	if end < 0 || !bytes.HasPrefix(data[end:], zipEnd) ||
		uint64(little.Uint32(data[end+12:]))+uint64(little.Uint32(data[end+16:])) != uint64(end) {
		return false
	}
	first := 30 + int64(little.Uint16(data[26:])) + int64(little.Uint16(data[28:])) // where its content begins
	return slices.ContainsFunc(entries, func(f *zip.File) bool {
		at, err := f.DataOffset()
		return err == nil && at == first
	})
}

// checkCSV wants text in UTF-8 or GBK. Text has no type that its content would tell,
// so the name must say .csv; and what some program would take for markup, a picture or
// a document under that name is refused all the same.
func checkCSV(data []byte) error {
	text := bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if bytes.ContainsFunc(text, notText) || otherStart.Match(text) || bytes.Contains(text[:min(pdfStart, len(text))], []byte("%PDF-")) {
		return ErrType
	}
	if utf8.Valid(text) {
		return nil
	}
	decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(text)
	if err != nil || bytes.ContainsRune(decoded, utf8.RuneError) {
		return errInvalid.With("file", "encoding", "the text is neither UTF-8 nor GBK")
	}
	return nil
}

// What is not a table though all of it may be printed. The magic of most others, such as
// zips and programs, has bytes in it that no text has.
var otherStart = regexp.MustCompile(`^\s*(<|%PDF|GIF8)`)

const pdfStart = 1024 // bytes in which readers of PDF look for its beginning

func notText(r rune) bool { return (r < ' ' && r != '\t' && r != '\r' && r != '\n') || r == 0x7F }
