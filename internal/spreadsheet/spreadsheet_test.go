package spreadsheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"zique/internal/fault"
	"zique/internal/spreadsheet"
)

var fruit = spreadsheet.Table{Name: "水果", Columns: []spreadsheet.Column{
	{Key: "name", Zh: "名称", En: "Name", Required: true, Example: "柚子", Note: "常用名"},
	{Key: "grade", Zh: "等级", En: "Grade", Example: "一级", Check: func(v string) spreadsheet.Problem {
		if v != "一级" && v != "二级" {
			return spreadsheet.Problem{Code: "not_a_grade", En: "must be a grade", Zh: "不是等级"}
		}
		return spreadsheet.Problem{}
	}},
	{Key: "weight", Zh: "重量", En: "Weight", Required: true, Example: "500"},
}}

// workbook makes an XLSX of rows with excelize; a value that begins with "=" is a formula.
func workbook(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	book := excelize.NewFile()
	for i, row := range rows {
		for j, value := range row {
			name, _ := excelize.CoordinatesToCellName(j+1, i+1)
			var err error
			if text, ok := value.(string); ok && strings.HasPrefix(text, "=") {
				err = book.SetCellFormula("Sheet1", name, text)
			} else if value != nil {
				err = book.SetCellValue("Sheet1", name, value)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	buffer, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func describe(rows []spreadsheet.Row, report spreadsheet.Report) (said []string) {
	for _, r := range rows {
		said = append(said, fmt.Sprintf("%d %s|%s|%s", r.Number, r.Get("name"), r.Get("grade"), r.Get("weight")))
	}
	for _, e := range report.Errors {
		said = append(said, fmt.Sprintf("%d %s %s", e.Row, e.Column, e.Code))
	}
	return said
}

func wants(t *testing.T, name string, data []byte, want ...string) {
	t.Helper()
	rows, report, err := fruit.Read(name, data, spreadsheet.Limits{})
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if diff := cmp.Diff(want, describe(rows, report)); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

func TestReadsXLSXAndEverySortOfCSV(t *testing.T) {
	want := []string{"2 柚子|一级|430724100001", "4 橙, 脐|| 7"}
	want[1] = "4 橙, 脐||7"
	wants(t, "a.xlsx", workbook(t, []any{"Weight", "名称*", "GRADE"}, []any{430724100001, "柚子", "一级"}, nil, []any{" 7 ", "橙, 脐"}), want...)
	text := "名称,等级,weight\r\n柚子,一级,430724100001\r\n\r\n\"橙, 脐\",,7\r\n"
	wants(t, "a.csv", []byte(text), want...)
	wants(t, "", []byte("\ufeff"+text), want...)
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	wants(t, "gbk.CSV", []byte(gbk), want...)
	wants(t, "a.csv", []byte("名称;等级;weight\n柚子;一级;430724100001\n\n橙, 脐;;7"), want...)
	wants(t, "a.csv", []byte("名称\t等级\tweight\n柚子\t一级\t430724100001\n\t\t\n橙, 脐\t\t7"), want...)
	wants(t, "a.csv", []byte("\n名称,重量\n\"柚\n子\",1\n橙,2\n"), "3 柚\n子||1", "4 橙||2")
}

func TestEveryErrorIsNamedAtOnce(t *testing.T) {
	want := []string{"2 名称 required", "2 等级 not_a_grade", "3 等级 formula", "3 重量 formula", "3 E no_header", "5 重量 too_long", "5 名称 required"}
	sheet := workbook(t, []any{"名称", "等级", "重量"}, []any{nil, "x", 5}, []any{"-", "=1+1", "=A1", nil, "stray"}, nil, []any{nil, nil, strings.Repeat("长", 1001)})
	text := "名称,等级,重量\n,x,5\n-,=1+1,＝A1,,stray\n\n,," + strings.Repeat("长", 1001) + "\n"
	for name, data := range map[string][]byte{"a.xlsx": sheet, "a.csv": []byte(text)} {
		_, report, err := fruit.Read(name, data, spreadsheet.Limits{})
		got := describe(nil, report)
		if err != nil || report.Total != len(want) {
			t.Errorf("%s: %d errors, %v", name, report.Total, err)
		}
		for _, w := range want {
			if !strings.Contains(strings.Join(got, "\n"), w) {
				t.Errorf("%s: %s is missing from %q", name, w, got)
			}
		}
	}
}

func TestAWrongHeaderIsNamedByColumn(t *testing.T) {
	wants(t, "a.csv", []byte("名称,价格,Name,等级\n柚子,1,1,1\n"), "1 B header_unknown", "1 名称 header_duplicate", "1 重量 header_missing")
	wants(t, "a.xlsx", workbook(t, []any{"名称", "=A1"}, []any{"a", "b"}), "1 B header_unknown", "1 重量 header_missing")
}

func TestEveryWrongRowIsMarkedHoweverManyThereAre(t *testing.T) {
	const wrong = 9_000 // each twice: a title that nothing has, and no weight
	data := []byte("名称,重量\n" + strings.Repeat("x,,stray\n", wrong))
	_, report, err := fruit.Read("a.csv", data, spreadsheet.Limits{})
	if kept := len(report.Errors); err != nil || report.Total != 2*wrong || kept < wrong || kept > wrong+spreadsheet.MaxErrors {
		t.Fatalf("%d of %d errors, %v", kept, report.Total, err)
	}
	back, err := fruit.WithErrors("a.csv", data, report, spreadsheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(string(back)), "\r\n")
	if len(rows) != wrong+1 || !strings.Contains(rows[0], "共 18000 处") {
		t.Errorf("%d rows under %q", len(rows), rows[0])
	}
	for i, row := range rows[1:] {
		if !strings.Contains(row, "：") {
			t.Fatalf("row %d says nothing: %q", i+2, row)
		}
	}
}

func TestTheTemplateCanBeReadAsItIs(t *testing.T) {
	for _, format := range []spreadsheet.Format{spreadsheet.XLSX, spreadsheet.CSV} {
		file, err := fruit.Template(format)
		if err != nil {
			t.Fatal(err)
		}
		wants(t, "t."+string(format), file, "2 柚子|一级|500")
	}
}

func TestTheSameFileComesBackWithItsErrors(t *testing.T) {
	for name, data := range map[string][]byte{
		"a.xlsx": workbook(t, []any{"名称", "重量"}, []any{"@cmd", 1}, nil, []any{"-2", "=1+1"}, []any{"x", nil, nil, "stray"}),
		"a.csv":  []byte("名称,重量\n@cmd,1\n\n-2,=1+1\nx,,,stray\n"),
	} {
		rows, report, err := fruit.Read(name, data, spreadsheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		before := describe(rows, report)
		for range 2 { // what comes back can be sent again, and comes back the same
			if data, err = fruit.WithErrors(name, data, report, spreadsheet.Limits{}); err != nil {
				t.Fatal(err)
			}
			rows, report, err := fruit.Read(name, data, spreadsheet.Limits{})
			after := describe(rows, report)
			if name == "a.xlsx" { // a formula comes back as what it showed: nothing
				before[4-1] = after[4-1]
			}
			if diff := cmp.Diff(before, after); err != nil || diff != "" {
				t.Errorf("%s: %v %s", name, err, diff)
			}
		}
		if name == "a.csv" {
			if text := string(data); !strings.HasPrefix(text, "\ufeff名称,重量,,,错误 Errors") || !strings.Contains(text, "'@cmd,1") ||
				!strings.Contains(text, "\r\n\r\n'-2,'=1+1,,,重量：不接受公式") {
				t.Errorf("%q", text)
			}
			continue
		}
		book, err := excelize.OpenReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if v, _ := book.GetCellValue("Sheet1", "A2"); v != "'@cmd" {
			t.Errorf("A2 is %q", v)
		}
		if v, _ := book.GetCellValue("Sheet1", "E5"); !strings.Contains(v, "D：此列没有标题") {
			t.Errorf("E5 is %q", v)
		}
		if f, _ := book.GetCellFormula("Sheet1", "B4"); f != "" {
			t.Errorf("the formula came back: %q", f)
		}
	}
}

// parts packs an XLSX by hand; a part of "" is left out.
func parts(t testing.TB, sheet, shared string, more ...string) []byte {
	t.Helper()
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	for i, all := 0, append([]string{
		"xl/workbook.xml", `<workbook xmlns:r="r"><sheets><sheet name="a" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml", sheet, "xl/sharedStrings.xml", shared}, more...); i < len(all); i += 2 {
		if all[i+1] == "" {
			continue
		}
		part, err := w.Create(all[i])
		if err == nil {
			_, err = part.Write([]byte(all[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func rowsOf(n int) string { return "名称,重量\n" + strings.Repeat("x,1\n", n) }

func TestWhateverIsRefusedIsSaidInChinese(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	refusal := regexp.MustCompile(`fault\.New\(fault\.\w+, "(\w+)", "([^"]+)"`)
	problem := regexp.MustCompile(`\bProblem\{"\w+", .*`)
	chinese := regexp.MustCompile(`\p{Han}`)
	refusals, problems := 0, 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range refusal.FindAllStringSubmatch(string(source), -1) {
			refusals++
			if p := spreadsheet.ProblemOf(fault.New(fault.Invalid, found[1], found[2])); p.Code != found[1] || p.En != found[2] || !chinese.MatchString(p.Zh) {
				t.Errorf("%+v", p)
			}
		}
		for _, found := range problem.FindAllString(string(source), -1) {
			if problems++; !chinese.MatchString(found) && !strings.Contains(found, "inChinese[") {
				t.Error(found)
			}
		}
	}
	if refusals < 9 || problems < 8 {
		t.Errorf("%d refusals and %d problems were found", refusals, problems)
	}
}

func TestHostileFilesAreRefused(t *testing.T) {
	good := workbook(t, []any{"名称", "重量"}, []any{"x", 1})
	sst := `<sst><si><t>a</t></si></sst>`
	for name, c := range map[string]struct {
		file string
		data []byte
		want *fault.Fault
	}{
		"cut in the middle":    {"a.xlsx", good[:len(good)/2], spreadsheet.ErrUnreadable},
		"cut inside the sheet": {"a.xlsx", parts(t, `<worksheet><sheetData><row r="1"><c><v>1</v></c>`, sst), spreadsheet.ErrUnreadable},
		"another zip": {"a.xlsx", func() []byte {
			var b bytes.Buffer
			w := zip.NewWriter(&b)
			_, _ = w.Create("a.txt")
			_ = w.Close()
			return b.Bytes()
		}(), spreadsheet.ErrFormat},
		"an XLSX named csv":         {"a.csv", good, spreadsheet.ErrRenamed},
		"a CSV named xlsx":          {"a.xlsx", []byte(rowsOf(1)), spreadsheet.ErrRenamed},
		"an old XLS":                {"a.xls", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), spreadsheet.ErrFormat},
		"a picture":                 {"a.csv", []byte("\x89PNG\r\n\x1a\n\x00\x00"), spreadsheet.ErrFormat},
		"neither UTF-8 nor GBK":     {"a.csv", []byte("a,b\n\xff\xff,\x81\x20"), spreadsheet.ErrEncoding},
		"a zip bomb":                {"a.xlsx", parts(t, "<a>"+strings.Repeat(" ", 70<<20)+"</a>", sst), spreadsheet.ErrUnzipsTooLarge},
		"11 MB":                     {"a.csv", bytes.Repeat([]byte("x,1\n"), 11<<18), spreadsheet.ErrTooLarge},
		"20,000 columns":            {"a.csv", []byte(strings.Repeat("x,", 20_000) + "x\n1,2\n"), spreadsheet.ErrTooManyColumns},
		"20,000 columns of a sheet": {"a.xlsx", parts(t, `<worksheet><sheetData><row r="1">`+strings.Repeat(`<c t="s"><v>0</v></c>`, 20_000)+`</row></sheetData></worksheet>`, sst), spreadsheet.ErrTooManyColumns},
		"ten million empty columns": {"a.csv", bytes.Repeat([]byte(","), 10<<20), spreadsheet.ErrTooManyColumns},
		"ten million empty cells":   {"a.xlsx", parts(t, "<a><row>"+strings.Repeat("<c/>", 10<<20)+"</row></a>", sst), spreadsheet.ErrUnzipsTooLarge},
		"ten million empty runs":    {"a.xlsx", parts(t, "<a/>", "<sst><si>"+strings.Repeat("<r/>", 10<<20)+"</si></sst>"), spreadsheet.ErrUnzipsTooLarge},
		"a million empty rows":      {"a.xlsx", parts(t, "<a>"+strings.Repeat("<row/>", 1<<20)+"</a>", sst), spreadsheet.ErrNoRows},
		"10,001 rows":               {"a.csv", []byte(rowsOf(10_001)), spreadsheet.ErrTooManyRows},
		"10,001 rows of a sheet":    {"a.xlsx", parts(t, `<worksheet><sheetData>`+strings.Repeat(`<row><c t="s"><v>0</v></c></row>`, 10_002)+`</sheetData></worksheet>`, sst), spreadsheet.ErrTooManyRows},
		"a million strings":         {"a.xlsx", parts(t, `<worksheet/>`, `<sst>`+strings.Repeat(`<si/>`, 1_000_000)+`</sst>`), spreadsheet.ErrTooManyRows},
		"nested 20,000 deep":        {"a.xlsx", parts(t, strings.Repeat("<a>", 20_000)+strings.Repeat("</a>", 20_000), sst), spreadsheet.ErrUnreadable},
		"a cell nested deep":        {"a.xlsx", parts(t, "<row><c>"+strings.Repeat("<a>", 20_000)+strings.Repeat("</a>", 20_000)+"</c></row>", sst), spreadsheet.ErrUnreadable},
		"a name of 2 MB":            {"a.xlsx", parts(t, "<"+strings.Repeat("a", 2<<20)+"/>", sst), spreadsheet.ErrUnreadable},
		"rows out of order":         {"a.xlsx", parts(t, `<row r="2"/><row r="1"/>`, sst), spreadsheet.ErrUnreadable},
		"a row too far":             {"a.xlsx", parts(t, `<a><row r="1048577"/></a>`, sst), spreadsheet.ErrUnreadable},
		"a string that is not":      {"a.xlsx", parts(t, `<row><c t="s"><v>1</v></c></row>`, sst), spreadsheet.ErrUnreadable},
		"no shared strings":         {"a.xlsx", parts(t, `<a/>`, ""), spreadsheet.ErrUnreadable},
		"empty":                     {"a.csv", nil, spreadsheet.ErrNoRows},
		"a header only":             {"a.csv", []byte("名称,重量\n,,\n"), spreadsheet.ErrNoRows},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := fruit.Read(c.file, c.data, spreadsheet.Limits{})
		runtime.ReadMemStats(&after)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want.Code)
		}
		if spent := (after.TotalAlloc - before.TotalAlloc) >> 20; spent > 600 { // most of it is free again at once
			t.Errorf("%s: %d MB were allocated", name, spent)
		}
	}
	wants(t, "entities.xlsx", parts(t, `<!DOCTYPE a [<!ENTITY b "bb">]><a><row><c t="inlineStr"><is><t>名称</t></is></c><c t="str"><v>重量</v></c></row>`+
		`<row><c t="inlineStr"><is><r><t>富</t></r><rPh><t>fu</t></rPh><r><t>文本</t></r></is></c><c><v>4.30724100001E+11</v></c></row></a>`, sst), "2 富文本||430724100001")
	if rows, _, err := fruit.Read("a.csv", []byte(rowsOf(10_000)), spreadsheet.Limits{}); err != nil || len(rows) != 10_000 {
		t.Errorf("10,000 rows: %d, %v", len(rows), err)
	}
}

func TestAWrongQuoteIsNamedByItsRow(t *testing.T) {
	wants(t, "a.csv", []byte("名称,重量\n\nx,1\n\"y\n\",1\n,1\n\"z,1\nx,1\n"), "5 名称 required", "6  quotes")
	wants(t, "a.csv", []byte("名称,重量\n5\"x,1\n"), "2  quotes")
}

func TestACellMayBeAsLongAsItsColumn(t *testing.T) {
	stories := spreadsheet.Table{Columns: []spreadsheet.Column{{Key: "name", Zh: "名称", Length: 3}, {Key: "story", Zh: "故事", Length: 4_000}, {Key: "note", Zh: "备注"}}}
	long := strings.Repeat("长", 4_000)
	for row, code := range map[string]string{
		"一二三," + long + ",": "", "一二三四,,": "名称 too_long must have at most 3 characters", "," + long + "长,": "故事 too_long must have at most 4000 characters",
		",," + strings.Repeat("长", 1_001): "备注 too_long must have at most 1000 characters",
	} {
		file := []byte("名称,故事,备注\n" + row + "\n")
		rows, report, err := stories.Read("a.csv", file, spreadsheet.Limits{})
		said := ""
		for _, e := range report.Errors {
			said += e.Column + " " + e.Code + " " + e.Message
		}
		if err != nil || len(rows) != 1 || said != code {
			t.Errorf("%q, want %q (%v)", said, code, err)
		}
		if back, err := stories.WithErrors("a.csv", file, report, spreadsheet.Limits{}); err != nil || code == "" && !bytes.Contains(back, []byte(long)) {
			t.Errorf("%.40s came back cut short: %v", row, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("a.csv", []byte(rowsOf(3)))
	f.Add("a.csv", []byte("\xef\xbb\xbf名称;重量\n\"x\n\";=1\n"))
	f.Add("a.xlsx", workbook(f, []any{"名称", "重量"}, []any{"x", "=1"}))
	f.Add("a.xlsx", parts(f, `<a><row r="3"><c r="B2" t="b"><v>1</v></c></row></a>`, `<sst><si><t>a</t></si></sst>`))
	limits := spreadsheet.Limits{Bytes: 1 << 16, Unzipped: 1 << 20, Rows: 50, Columns: 5, Length: 20}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		rows, report, err := fruit.Read(name, data, limits)
		if _, known := fault.As(err); err != nil && !known {
			t.Fatalf("not a refusal: %v", err)
		}
		if len(rows) > 50 || (len(report.Errors) != min(report.Total, spreadsheet.MaxErrors)) {
			t.Fatalf("%d rows, %d errors of %d", len(rows), len(report.Errors), report.Total)
		}
		back, err := fruit.WithErrors(name, data, report, limits)
		if err != nil {
			return
		}
		wider := spreadsheet.Limits{Columns: 6, Rows: 51}
		again, _, err := fruit.Read(name, back, wider)
		if err != nil && !errors.Is(err, spreadsheet.ErrNoRows) && !errors.Is(err, spreadsheet.ErrFormat) {
			t.Fatalf("what came back cannot be read: %v", err)
		}
		if report.Total == 0 && len(again) != len(rows) {
			t.Fatalf("%d rows came back as %d", len(rows), len(again))
		}
	})
}
