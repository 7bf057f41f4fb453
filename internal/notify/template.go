package notify

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// Languages that every template has; the first is for whoever named none.
const (
	Chinese = "zh-CN"
	English = "en"
)

// Languages are all of them.
var Languages = []string{Chinese, English}

// Text is a template with its parameters in place. A field is empty where the template
// has none.
type Text struct{ Title, Text, SMS string }

type wording struct {
	Title string `yaml:"title"`
	Text  string `yaml:"text"`
	SMS   string `yaml:"sms"`
}

type template struct {
	Params  map[string]string `yaml:"params"` // name to kind: text or word
	Chinese wording           `yaml:"zh-CN"`
	English wording           `yaml:"en"`
}

func (t template) in(lang string) wording {
	if lang == English {
		return t.English
	}
	return t.Chinese
}

type book struct {
	Templates map[string]template          `yaml:"templates"`
	Words     map[string]map[string]string `yaml:"words"` // code to language to word
}

//go:embed templates.yaml
var source []byte

// templates is the embedded file, which a test reads too.
var templates = sync.OnceValues(func() (book, error) { return readBook(source) })

func readBook(raw []byte) (b book, err error) {
	decoder := yaml.NewDecoder(strings.NewReader(string(raw)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&b); err != nil {
		return b, fmt.Errorf("templates: %w", err)
	}
	return b, b.check()
}

const (
	kindText = "text"
	kindWord = "word"
)

// check finds what is missing in a language, and parameters that one side does not know.
func (b book) check() error {
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(b.Templates)) {
		t := b.Templates[name]
		for param, kind := range t.Params {
			if kind != kindText && kind != kindWord {
				wrong = append(wrong, fmt.Errorf("%s: parameter %s is of the kind %q", name, param, kind))
			}
		}
		for _, lang := range Languages {
			wrong = append(wrong, t.in(lang).check(name+" in "+lang, t))
		}
	}
	for word, in := range b.Words {
		for _, lang := range Languages {
			if in[lang] == "" {
				wrong = append(wrong, fmt.Errorf("the word %s is missing in %s", word, lang))
			}
		}
	}
	return errors.Join(wrong...)
}

var placeholder = regexp.MustCompile(`\{(\w+)\}`)

func (w wording) check(where string, t template) error {
	var wrong []error
	has := func(part string, value, other string) {
		if (value == "") != (other == "") {
			wrong = append(wrong, fmt.Errorf("%s: %s is missing in one language", where, part))
		}
	}
	has("title", w.Title, t.Chinese.Title)
	has("text", w.Text, t.Chinese.Text)
	has("sms", w.SMS, t.Chinese.SMS)
	if (w.Title == "") != (w.Text == "") || w.Text+w.SMS == "" {
		wrong = append(wrong, fmt.Errorf("%s: wants a title and a text, or an sms, or all", where))
	}
	used := map[string]bool{}
	for _, found := range placeholder.FindAllStringSubmatch(w.Title+w.Text+w.SMS, -1) {
		used[found[1]] = true
		if t.Params[found[1]] == "" {
			wrong = append(wrong, fmt.Errorf("%s: {%s} is not a parameter", where, found[1]))
		}
	}
	for param := range t.Params {
		if !used[param] {
			wrong = append(wrong, fmt.Errorf("%s: the parameter %s is not used", where, param))
		}
	}
	return errors.Join(wrong...)
}

// find answers a template whose parameters are exactly those given.
func find(name string, params map[string]string) (book, template, error) {
	b, err := templates()
	if err != nil {
		return b, template{}, err
	}
	t, known := b.Templates[name]
	if !known {
		return b, t, fmt.Errorf("notify: there is no template %q", name)
	}
	for param := range t.Params {
		if _, given := params[param]; !given {
			return b, t, fmt.Errorf("notify: template %s wants the parameter %s", name, param)
		}
	}
	if len(params) > len(t.Params) {
		return b, t, fmt.Errorf("notify: template %s has the parameters %v only", name, slices.Sorted(maps.Keys(t.Params)))
	}
	return b, t, nil
}

// Render puts the parameters into a template. It fails for an unknown template and for
// a parameter that is missing or unknown; any other language than English is Chinese.
func Render(name string, params map[string]string, lang string) (Text, error) {
	b, t, err := find(name, params)
	if err != nil {
		return Text{}, err
	}
	if lang != English {
		lang = Chinese
	}
	fill := func(text string) string {
		return placeholder.ReplaceAllStringFunc(text, func(found string) string {
			param := found[1 : len(found)-1]
			return b.value(t.Params[param], params[param], lang)
		})
	}
	w := t.in(lang)
	return Text{Title: fill(w.Title), Text: fill(w.Text), SMS: fill(w.SMS)}, nil
}

// value is a parameter as it is shown; a word that is not in the book stays as it is.
func (b book) value(kind, given, lang string) string {
	if word := b.Words[given][lang]; kind == kindWord && word != "" {
		return word
	}
	return given
}
