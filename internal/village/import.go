package village

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"zique/internal/imports"
	"zique/internal/spreadsheet"
	"zique/internal/storage"
)

// Imports are those of villages from a file.
var Imports = imports.Kind{Name: "village_import", Table: Table, Chunk: importChunk, Page: "/ops/villages/import", Check: check, Take: take}

// importChunk is how many rows are added in one transaction.
const importChunk = 200

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

// check names rows that are twins of others, or of villages that are there.
func check(view *gorm.DB, _ imports.Asked, rows []spreadsheet.Row, result *imports.Result) error {
	checkTwins(rows, &result.Report)
	for chunk := range slices.Chunk(rows, importChunk) {
		there, err := existing(view, chunk)
		if err != nil {
			return err
		}
		for _, r := range chunk {
			if column := there.has(newOf(r)); column != "" {
				result.Report.Add(r.Number, Table.Title(column), isThere)
			}
		}
	}
	return nil
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

// errAgain makes the job look again at what is there.
var errAgain = errors.New("village import: somebody added one of the villages at the same moment")

// take adds villages. One that somebody else added after the check is reported on its row
// and left as it is.
func take(tx *storage.Tx, asked imports.Asked, rows []spreadsheet.Row, result *imports.Result) error {
	there, err := existing(tx.DB, rows)
	if err != nil {
		return err
	}
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
		return nil
	}
	added, err := addAll(tx, asked.By, fresh)
	if errors.Is(err, ErrExists) {
		err = errAgain
	}
	result.Count("added", len(added))
	return err
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
