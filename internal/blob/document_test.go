package blob

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"zique/internal/pdf"
)

// structured is a small document; the cross-reference stands where the end says.
func structured(inside, xref string) string {
	head := "%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + inside + "\n"
	return fmt.Sprintf("%s%s\nstartxref\n%d\n%%%%EOF", head, xref, len(head))
}

const (
	xrefTable  = "xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<< /Size 2 /Root 1 0 R >>"
	xrefStream = "2 0 obj\n<< /Type /XRef /W [1 2 1] /Root 1 0 R /Size 2 /Length 3 >>\nstream\nabc\nendstream\nendobj"
)

func TestADocumentIsADocumentAndNothingElse(t *testing.T) {
	printed, err := pdf.Table{Title: "结算单", Columns: []pdf.Column{{Title: "村", Width: 100}}, Rows: [][]string{{"甲"}}}.Render()
	if err != nil {
		t.Fatal(err)
	}
	archive := "PK\x05\x06" + strings.Repeat("\x00", 18)
	linear := structured("", xrefTable+"\nstartxref\n0\n%%EOF\n3 0 obj\n<<>>\nendobj")
	for what, c := range map[string]struct {
		data, want string
	}{
		"a table":                  {structured("", xrefTable), ""},
		"a stream":                 {structured("", xrefStream), ""},
		"one of our own":           {string(printed), ""},
		"white space behind":       {structured("", xrefTable) + "\r\n \x00", ""},
		"linearised":               {linear, ""},
		"without white space":      {strings.Replace(structured("", xrefTable), "trailer\n<<", "trailer<<", 1), ""},
		"a zip far before the end": {structured(archive+strings.Repeat(" ", 1<<16), xrefTable), ""},
		"only a head":              {"%PDF-1.4\n%%EOF", "unreadable"},
		"no end":                   {strings.TrimSuffix(structured("", xrefTable), "%%EOF"), "unreadable"},
		"something behind":         {structured("", xrefTable) + "\nx", "unreadable"},
		"a page behind":            {structured("", xrefTable) + "\n<html>", "unreadable"},
		"an archive behind":        {structured("", xrefTable) + archive, "unreadable"},
		"a xref elsewhere":         {strings.Replace(structured("", xrefTable), "endobj", "endobj % and more", 1), "unreadable"},
		"a xref beyond the end":    {structured("", "startxref\n99999999\n%%EOF")[:70] + "\nstartxref\n99999999\n%%EOF", "unreadable"},
		"a xref without a root":    {structured("", strings.Replace(xrefTable, "/Root", "/Rood", 1)), "unreadable"},
		"a xref of words":          {structured("", strings.Replace(xrefTable, "0 2", "0 zwei", 1)), "unreadable"},
		"a xref cut off":           {structured("", "xref\n0 2"), "unreadable"},
		"a stream of another kind": {structured("", strings.Replace(xrefStream, "/XRef", "/ObjStm", 1)), "unreadable"},
		"a page inside":            {structured("%<!DOCTYPE  html>", xrefTable), "mixed_content"},
		"a script inside":          {structured("%<SCRIPT src=x>", xrefStream), "mixed_content"},
		"an archive inside":        {structured(archive, xrefTable), "mixed_content"},
	} {
		err := checkPDF([]byte(c.data))
		got := ""
		if refused := errInvalid.With("", "", ""); errors.As(err, &refused) {
			got = refused.Fields[0].Code
		}
		if got != c.want || (err != nil) != (c.want != "") {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
}

func FuzzCheckPDF(f *testing.F) {
	for _, xref := range []string{xrefTable, xrefStream, "xref", ""} {
		f.Add([]byte(structured("", xref)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if checkPDF(data) == nil && !bytes.Contains(data, []byte("%%EOF")) {
			t.Errorf("taken without an end: %q", data)
		}
	})
}
