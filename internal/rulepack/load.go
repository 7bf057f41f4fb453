package rulepack

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

//go:embed packs/*.yaml
var embedded embed.FS

// Load reads the national pack and those in a folder ("": no others). Everything that is
// wrong is named at once, by file, line and field.
func Load(folder string) (Packs, error) {
	national, wrong := read(embedded, "packs/national.yaml")
	packs := Packs{all: []*Pack{national}}
	wrong = append(wrong, complete(national)...)
	if folder == "" {
		return packs, errors.Join(wrong...)
	}
	files, err := fs.Glob(os.DirFS(folder), "*.yaml")
	if _, missing := os.Stat(folder); err != nil || missing != nil {
		return packs, errors.Join(append(wrong, errors.New("no such folder"))...)
	}
	for _, file := range files {
		p, bad := read(os.DirFS(folder), file)
		wrong = append(wrong, bad...)
		if p == nil {
			continue
		}
		if _, twice := packs.Get(p.ID); twice {
			wrong = append(wrong, fmt.Errorf("%s: id: another pack has it", file))
		}
		if p.Extends != National {
			wrong = append(wrong, fmt.Errorf("%s: extends: must be %s", file, National))
		}
		p.base = national
		packs.all = append(packs.all, p)
	}
	return packs, errors.Join(wrong...)
}

// complete finds which limits that code asks for the national pack lacks.
func complete(national *Pack) (wrong []error) {
	if national == nil {
		return nil
	}
	for name := range unitOf {
		if !slices.ContainsFunc(national.Limits, func(l Limit) bool { return l.Name == name }) {
			wrong = append(wrong, fmt.Errorf("national.yaml: limits: %s is missing", name))
		}
	}
	return wrong
}

const largestFile = 1 << 20

func read(from fs.FS, name string) (*Pack, []error) {
	file := path.Base(name)
	raw, err := fs.ReadFile(from, name)
	if err == nil && len(raw) > largestFile {
		err = errors.New("larger than 1 MiB")
	}
	if err != nil {
		return nil, []error{fmt.Errorf("%s: %w", file, err)}
	}
	var p Pack
	var doc yaml.Node
	strict := yaml.NewDecoder(bytes.NewReader(raw))
	strict.KnownFields(true)
	if err := strict.Decode(&p); err != nil {
		return nil, []error{fmt.Errorf("%s: %s", file, strings.TrimPrefix(err.Error(), "yaml: "))}
	}
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return nil, []error{fmt.Errorf("%s: %w", file, err)}
	}
	for i := range p.Limits {
		p.Limits[i].Pack = p.ID
	}
	return &p, checked{file, &doc, &p}.problems()
}

// checked is a pack with the places of its parts.
type checked struct {
	file string
	doc  *yaml.Node
	pack *Pack
}

var (
	packID    = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)
	limitName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,59}$`)
)

func (c checked) problems() (wrong []error) {
	top := c.doc.Content[0]
	add := func(in *yaml.Node, at, field, message string) {
		wrong = append(wrong, fmt.Errorf("%s: line %d: %s%s: %s", c.file, lineOf(in, field), at, field, message))
	}
	if !packID.MatchString(c.pack.ID) {
		add(top, "", "id", "must be 1 to 40 of a-z, 0-9 and -")
	}
	if c.pack.Name == "" {
		add(top, "", "name", "must not be empty")
	}
	if c.pack.NameEn == "" {
		add(top, "", "name_en", "must not be empty")
	}
	list := valueOf(top, "limits")
	for i, l := range c.pack.Limits {
		if v := valueOf(list.Content[i], "value"); v == nil || v.Tag != "!!int" { // YAML would cut 1.5 to 1
			add(list.Content[i], fmt.Sprintf("limits[%d].", i), "value", "must be a whole number")
		}
		for _, w := range l.problems(c.pack.Limits[:i]) {
			add(list.Content[i], fmt.Sprintf("limits[%d].", i), w.field, w.message)
		}
	}
	return wrong
}

type problem struct{ field, message string }

// problems names what is wrong with a limit, in a pack where others stand before it.
func (l Limit) problems(before []Limit) (wrong []problem) {
	add := func(is bool, field, message string) {
		if is {
			wrong = append(wrong, problem{field, message})
		}
	}
	unit, asked := unitOf[l.Name]
	add(!limitName.MatchString(l.Name), "limit", "must be a name of a-z, 0-9 and _")
	add(!slices.Contains(units, l.Unit), "unit", "must be one of "+strings.Join(units, ", "))
	add(asked && l.Unit != unit && slices.Contains(units, l.Unit), "unit", "must be "+unit+" for this limit")
	add(l.Value < 0, "value", "must not be below 0")
	add(l.Unit == Allowed && l.Value > 1, "value", "must be 0 or 1")
	add(l.Unit == Months && l.Value > 1200, "value", "must be at most 1200 months")
	add((l.Unit == Days || l.Unit == WorkingDays) && l.Value > 36500, "value", "must be at most 36500 days")
	add(strings.TrimSpace(l.Article) == "", "article", "must name the text that sets the limit")
	add(strings.TrimSpace(l.Source) == "", "source", "must say where that was read")
	from, until := isDay(l.ValidFrom), isDay(l.ValidUntil)
	add(!from, "valid_from", "must be a day, as in 2025-05-01")
	add(!until, "valid_until", "must be a day, as in 2025-05-01")
	add(from && until && l.ValidUntil != "" && l.ValidUntil < l.ValidFrom, "valid_until", "must not be before valid_from")
	for _, other := range before {
		add(other.Name == l.Name && l.overlaps(other), "limit", "two versions hold on one day")
	}
	return wrong
}

func (l Limit) overlaps(other Limit) bool {
	return (l.ValidUntil == "" || other.ValidFrom <= l.ValidUntil) && (other.ValidUntil == "" || l.ValidFrom <= other.ValidUntil)
}

func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return text == "" || err == nil
}

func valueOf(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value != key {
			continue
		}
		if v := mapping.Content[i+1]; v.Kind != yaml.AliasNode {
			return v
		}
		return mapping.Content[i+1].Alias
	}
	return nil
}

func lineOf(mapping *yaml.Node, key string) int {
	if v := valueOf(mapping, key); v != nil {
		return v.Line
	}
	return mapping.Line
}
