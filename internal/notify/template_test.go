package notify

import (
	"strings"
	"testing"
)

// needed are the templates that other packages name, with their parameters.
var needed = map[string]string{
	"code": "code minutes", "admission_submitted": "organisation", "admission_recommended": "organisation",
	"admission_approved": "organisation", "admission_returned": "organisation reason", "admission_rejected": "organisation reason",
	"org_suspended": "organisation reason", "org_reinstated": "organisation", "invitation": "organisation role",
	"invitation_accepted": "name organisation", "member_removed": "organisation", "role_changed": "organisation role",
	"payee_change_asked": "organisation", "payee_change_approved": "organisation", "payee_change_rejected": "organisation reason",
	"approval_expired": "kind", "role_asked": "role", "role_granted": "role", "password_changed": "", "phone_verified": "",
	"import_done": "added errors", "import_checked": "errors rows", "import_refused": "errors", "import_failed": "added",
}

func filled(params string) map[string]string {
	given := map[string]string{}
	for name := range strings.FieldsSeq(params) {
		given[name] = "<" + name + ">"
	}
	return given
}

func TestEveryTemplateRendersInBothLanguages(t *testing.T) {
	for name, params := range needed {
		seen := map[string]bool{}
		for _, lang := range Languages {
			text, err := Render(name, filled(params), lang)
			if err != nil {
				t.Error(err)
				continue
			}
			all := text.Title + text.Text + text.SMS
			if (name == "code") != (text.Title == "") || strings.ContainsAny(all, "{}") || seen[all] {
				t.Errorf("%s in %s: %+v", name, lang, text)
			}
			if (text.SMS != "") != (name == "code" || name == "invitation") {
				t.Errorf("%s in %s has the sms %q", name, lang, text.SMS)
			}
			for _, value := range filled(params) {
				if !strings.Contains(all, value) {
					t.Errorf("%s in %s does not say %s", name, lang, value)
				}
			}
			seen[all] = true
		}
	}
}

func TestWordsAreTranslatedAndValuesAreNotTemplates(t *testing.T) {
	text, err := Render("role_changed", map[string]string{"organisation": "{role}", "role": "owner"}, English)
	if err != nil || text.Text != "Your role in {role} is now owner." {
		t.Errorf("%+v, %v", text, err)
	}
	text, err = Render("role_changed", map[string]string{"organisation": "owner", "role": "owner"}, "fr")
	if err != nil || text.Text != "您在owner的角色变更为“社长”。" {
		t.Errorf("%+v, %v", text, err)
	}
}

func TestMissingAndUnknownParametersAreRefused(t *testing.T) {
	for _, c := range []struct {
		template, params string
	}{
		{"nothing_like_it", ""}, {"org_suspended", "organisation"}, {"org_suspended", "organisation reason phone"},
		{"org_suspended", "organisation phone"}, {"password_changed", "reason"},
	} {
		if _, err := Render(c.template, filled(c.params), Chinese); err == nil {
			t.Errorf("%s rendered with %q", c.template, c.params)
		}
	}
}

func TestABookWithAGapIsRefused(t *testing.T) {
	const good = `templates: {t: {params: {a: text}, zh-CN: {title: "{a}", text: "x"}, en: {title: "{a}", text: "y"}}}`
	if _, err := readBook([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"no English":       strings.Replace(good, `, en: {title: "{a}", text: "y"}`, ``, 1),
		"no text":          strings.Replace(good, `, text: "y"`, ``, 1),
		"sms in one":       strings.Replace(good, `text: "y"`, `text: "y", sms: "y"`, 1),
		"unknown language": strings.Replace(good, `en:`, `fr:`, 1),
		"unknown param":    strings.Replace(good, `"y"`, `"{b}"`, 1),
		"unused param":     strings.Replace(good, `title: "{a}", text: "y"`, `title: "b", text: "y"`, 1),
		"kind of param":    strings.Replace(good, `a: text`, `a: number`, 1),
		"half a word":      good + "\nwords: {owner: {en: owner}}",
	} {
		if _, err := readBook([]byte(bad)); err == nil {
			t.Errorf("%s was accepted:\n%s", name, bad)
		}
	}
}

func TestAMessageThatCannotBeDeliveredIsRefused(t *testing.T) {
	good := Message{Template: "invitation", Params: filled("organisation role"), Link: "/invitations", SMS: true}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Message){
		"unknown template": func(m *Message) { m.Template = "x" },
		"missing param":    func(m *Message) { m.Params = nil },
		"endless param":    func(m *Message) { m.Params["role"] = strings.Repeat("长", maxParam+1) },
		"param not text":   func(m *Message) { m.Params["role"] = "\xff" },
		"foreign link":     func(m *Message) { m.Link = "https://elsewhere.example" },
		"link with space":  func(m *Message) { m.Link = "/a b" },
		"endless link":     func(m *Message) { m.Link = "/" + strings.Repeat("a", 300) },
		"no sms":           func(m *Message) { m.Template, m.Params = "password_changed", nil },
		"no sms for phone": func(m *Message) {
			m.Template, m.Params, m.SMS, m.Phones = "password_changed", nil, false, [][]byte{{1}}
		},
		"no inbox": func(m *Message) {
			m.Template, m.Params, m.UserIDs = "code", filled("code minutes"), append(m.UserIDs, 1)
		},
	} {
		m := good
		m.Params = filled("organisation role")
		change(&m)
		if m.Check() == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
