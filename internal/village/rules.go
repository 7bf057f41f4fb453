package village

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/spreadsheet"
)

// Bounds of what people type, in characters.
const (
	MaxName        = 60 // also of a township and a county
	MaxNote        = 500
	MaxStory       = 4_000
	MaxProduce     = 10
	MaxProduceName = 20
	MaxPictures    = 9
)

// New is what makes a village, or what it is changed to.
type New struct {
	Name         string
	Township     string
	County       string
	Code         string // "" where it is not known
	Designations []string
	Produce      []string
	Note         string
	Story        string
	Pictures     []id.ID // files, the cover first; whoever calls has checked that they may be shown

	// NoTownship allows an empty Township: the source does not say.
	NoTownship bool
}

// problem is what a rule finds wrong; the same rules serve forms and imports.
type problem = spreadsheet.Problem

func lineOf(most int) func(string) problem {
	return func(value string) problem {
		switch {
		case utf8.RuneCountInString(value) > most:
			return tooLong(most)
		case !fault.IsLine(value):
			return problem{Code: "invalid", En: "must be a line of text", Zh: "必须是一行文字"}
		}
		return problem{}
	}
}

func textOf(most int) func(string) problem {
	return func(value string) problem {
		switch {
		case utf8.RuneCountInString(value) > most:
			return tooLong(most)
		case !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }):
			return problem{Code: "invalid", En: "must be text", Zh: "必须是文字"}
		}
		return problem{}
	}
}

func tooLong(most int) problem {
	return problem{Code: "too_long", En: fmt.Sprintf("must have at most %d characters", most), Zh: fmt.Sprintf("最多 %d 个字符", most)}
}

var (
	required     = problem{Code: "required", En: "must not be empty", Zh: "必填"}
	twice        = problem{Code: "duplicate", En: "stands twice", Zh: "重复"}
	divisionCode = regexp.MustCompile(`^[1-9][0-9]{11}$`)
)

func checkCode(value string) problem {
	if !divisionCode.MatchString(value) {
		return problem{Code: "invalid", En: "must be a division code of 12 digits", Zh: "必须是 12 位统计用区划代码"}
	}
	return problem{}
}

func checkDesignation(value string) problem {
	if !slices.Contains(Designations, value) {
		return problem{Code: "unknown_designation", En: "must be one of " + strings.Join(Designations, ", "), Zh: "只能是：" + strings.Join(Designations, "、")}
	}
	return problem{}
}

func checkProduce(value string) problem {
	if value == "" {
		return required
	}
	return lineOf(MaxProduceName)(value)
}

func tooMany(most int) problem {
	return problem{Code: "too_many", En: fmt.Sprintf("must be at most %d", most), Zh: fmt.Sprintf("最多 %d 项", most)}
}

// problems are the wrong fields of a request about villages.
type problems struct{ fault.Problems }

func (p *problems) add(field string, wrong problem) {
	if wrong.Code != "" {
		p.Add(field, wrong.Code, wrong.En)
	}
}

func (p *problems) must(field, value string, check func(string) problem) {
	if value == "" {
		p.add(field, required)
		return
	}
	p.add(field, check(value))
}

// list checks each value, that none stands twice, and their number.
func (p *problems) list(field string, values []string, most int, check func(string) problem) {
	if len(values) > most {
		p.add(field, tooMany(most))
		return
	}
	for i, value := range values {
		at := fmt.Sprintf("%s[%d]", field, i)
		p.add(at, check(value))
		if slices.Contains(values[:i], value) {
			p.add(at, twice)
		}
	}
}

// trimmed takes the space around every value away.
func (n New) trimmed() New {
	for _, value := range []*string{&n.Name, &n.Township, &n.County, &n.Code, &n.Note, &n.Story} {
		*value = strings.TrimSpace(*value)
	}
	n.Designations, n.Produce = trimAll(n.Designations), trimAll(n.Produce)
	return n
}

func trimAll(values []string) []string {
	trimmed := make([]string, len(values))
	for i, value := range values {
		trimmed[i] = strings.TrimSpace(value)
	}
	return trimmed
}

// check names every field that is wrong.
func (n New) check() error {
	var p problems
	p.must("name", n.Name, lineOf(MaxName))
	if n.Township != "" || !n.NoTownship {
		p.must("township", n.Township, lineOf(MaxName))
	}
	p.must("county", n.County, lineOf(MaxName))
	if n.Code != "" {
		p.add("code", checkCode(n.Code))
	}
	p.list("designations", n.Designations, len(Designations), checkDesignation)
	p.list("produce", n.Produce, MaxProduce, checkProduce)
	p.add("note", textOf(MaxNote)(n.Note))
	p.add("story", textOf(MaxStory)(n.Story))
	files := make([]string, len(n.Pictures))
	for i, file := range n.Pictures {
		files[i] = file.String()
	}
	p.list("pictures", files, MaxPictures, func(string) problem { return problem{} })
	return p.Err()
}

// row is the village's own columns.
func (n New) row() Village {
	v := Village{
		Name: n.Name, Township: n.Township, County: n.County, Note: n.Note, Story: n.Story, Produce: encode(n.Produce),
		Designations: slices.Sorted(slices.Values(n.Designations)), Pictures: append([]id.ID{}, n.Pictures...),
	}
	if n.Code != "" {
		v.Code = &n.Code
	}
	return v
}

// encode is JSON as short as it gets: & stays one character of the column.
func encode(names []string) string {
	if names == nil {
		names = []string{}
	}
	var raw bytes.Buffer
	encoder := json.NewEncoder(&raw)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(names) // strings always can be
	return strings.TrimSpace(raw.String())
}
