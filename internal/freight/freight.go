// Package freight is what sending costs (运费模板). A template belongs to a cooperative and
// counts pieces or grams; it has a zone for named provinces and one for everywhere else,
// each with a price for the first units, one for each further step, and an amount of goods
// from which sending is free. A zone may also say that nothing is sent there.
package freight

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/division"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/storage"
)

// Units that a template counts.
const (
	Pieces = "piece"
	Grams  = "weight"
)

// Bounds.
const (
	MaxTemplates = 20 // of a cooperative
	maxZones     = 34
	maxName      = 60        // characters
	maxFen       = 1_000_000 // of one price
	maxUnits     = 1_000_000 // pieces or grams of one step
	maxFree      = money.Fen(100_000_000)
)

// Refusals.
var (
	ErrNotFound      = fault.New(fault.NotFound, "not_found", "there is no such freight template")
	ErrUndeliverable = fault.New(fault.Conflict, "undeliverable", "some of it is not sent to this address")
	ErrFull          = fault.New(fault.Conflict, "state_conflict", fmt.Sprintf("a cooperative has at most %d freight templates", MaxTemplates))
	ErrDefault       = fault.New(fault.Conflict, "state_conflict", "the default template stays: make another one the default first")
)

// Template is what a cooperative charges.
type Template struct {
	ID            id.ID `gorm:"primaryKey;autoIncrement:false"`
	CooperativeID id.ID
	DefaultOf     *id.ID // the cooperative, of its default template
	Name          string
	Unit          string
	CreatedAt     clock.Millis

	Zones []Zone `gorm:"-"`
}

// TableName is the table's name.
func (Template) TableName() string { return "freight_templates" }

// Zone is the price for some provinces; without provinces for everywhere else.
type Zone struct {
	ID            id.ID `gorm:"primaryKey;autoIncrement:false"`
	TemplateID    id.ID
	Provinces     string // joined by commas
	Undeliverable bool
	FirstUnits    int64 // pieces or grams
	FirstFen      money.Fen
	StepUnits     int64
	StepFen       money.Fen
	FreeAboveFen  *money.Fen // nil: never
}

// TableName is the table's name.
func (Zone) TableName() string { return "freight_zones" }

func (z Zone) names() []string {
	if z.Provinces == "" {
		return nil
	}
	return strings.Split(z.Provinces, ",")
}

// Load is what of an order is sent under one template.
type Load struct {
	Pieces   int64
	Grams    int64
	GoodsFen money.Fen
}

// Fee is what sending a load to a province costs, or ErrUndeliverable. The province is
// as people write it: 湖南 and 湖南省 are the same.
func (t Template) Fee(province string, load Load) (money.Fen, error) {
	z := t.zone(province)
	if z.Undeliverable {
		return 0, ErrUndeliverable
	}
	if z.FreeAboveFen != nil && load.GoodsFen >= *z.FreeAboveFen {
		return 0, nil
	}
	units := load.Pieces
	if t.Unit == Grams {
		units = load.Grams
	}
	fee := z.FirstFen
	if over := units - z.FirstUnits; over > 0 && z.StepFen > 0 {
		fee += money.Fen((over+z.StepUnits-1)/z.StepUnits) * z.StepFen
	}
	return fee, nil
}

func (t Template) zone(province string) Zone {
	var elsewhere Zone
	for _, z := range t.Zones {
		names := z.names()
		if slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(province, name) }) {
			return z
		}
		if len(names) == 0 {
			elsewhere = z
		}
	}
	return elsewhere
}

// Tariff finds templates by id, and a cooperative's default.
type Tariff struct {
	byID      map[id.ID]Template
	defaultOf map[id.ID]Template
}

// For is a product's template: its own, else its cooperative's default. A cooperative
// without templates sends for nothing.
func (t Tariff) For(cooperative, template id.ID) Template {
	if own, ok := t.byID[template]; ok && own.CooperativeID == cooperative {
		return own
	}
	return t.defaultOf[cooperative]
}

// Of reads the templates of cooperatives.
func Of(db *gorm.DB, cooperatives []id.ID) (Tariff, error) {
	found := Tariff{byID: map[id.ID]Template{}, defaultOf: map[id.ID]Template{}}
	var templates []Template
	if err := db.Where("cooperative_id IN ?", cooperatives).Find(&templates).Error; err != nil {
		return found, err
	}
	if err := fill(db, templates); err != nil {
		return found, err
	}
	for _, t := range templates {
		found.byID[t.ID] = t
		if t.DefaultOf != nil {
			found.defaultOf[*t.DefaultOf] = t
		}
	}
	return found, nil
}

// List answers a cooperative's templates, the default first.
func List(db *gorm.DB, cooperative id.ID) ([]Template, error) {
	templates := []Template{}
	err := db.Where("cooperative_id = ?", cooperative).Order("CASE WHEN default_of IS NULL THEN 1 ELSE 0 END, id").Find(&templates).Error
	if err != nil {
		return nil, err
	}
	return templates, fill(db, templates)
}

func fill(db *gorm.DB, templates []Template) error {
	ids := make([]id.ID, len(templates))
	for i, t := range templates {
		ids[i] = t.ID
	}
	var zones []Zone
	if err := db.Where("template_id IN ?", ids).Order("id").Find(&zones).Error; err != nil {
		return err
	}
	for i := range templates {
		for _, z := range zones {
			if z.TemplateID == templates[i].ID {
				templates[i].Zones = append(templates[i].Zones, z)
			}
		}
	}
	return nil
}

// Flat is a template that costs the same everywhere, whatever is sent.
func Flat(cooperative id.ID, fen money.Fen) Template {
	return Template{CooperativeID: cooperative, DefaultOf: &cooperative, Name: "统一运费", Unit: Pieces,
		Zones: []Zone{{FirstUnits: 1, FirstFen: fen, StepUnits: 1}}}
}

// Put adds a template (ID 0) or replaces one of the cooperative's. Its first template is
// the default; one that asks to be the default takes the other's place.
func Put(tx *storage.Tx, by audit.Actor, t Template) (Template, error) {
	if err := t.check(); err != nil {
		return t, err
	}
	var all []Template
	if err := tx.ForUpdate().Where("cooperative_id = ?", t.CooperativeID).Order("id").Find(&all).Error; err != nil {
		return t, err
	}
	at := slices.IndexFunc(all, func(other Template) bool { return other.ID == t.ID })
	action := "freight_template.changed"
	switch {
	case t.ID == 0 && len(all) >= MaxTemplates:
		return t, ErrFull
	case t.ID == 0:
		t.ID, t.CreatedAt, action = tx.NewID(), tx.Now(), "freight_template.added"
	case at < 0:
		return t, ErrNotFound
	default:
		t.CreatedAt = all[at].CreatedAt
		if all[at].DefaultOf != nil && t.DefaultOf == nil {
			return t, ErrDefault
		}
	}
	if len(all) == 0 {
		t.DefaultOf = &t.CooperativeID
	}
	if err := t.write(tx); err != nil {
		return t, err
	}
	return t, audit.Write(tx, by, audit.Change{Action: action, Subject: "freight_template", SubjectID: t.ID, After: t})
}

func (t *Template) write(tx *storage.Tx) error {
	if t.DefaultOf != nil {
		if err := tx.Model(&Template{}).Where("default_of = ? AND id <> ?", t.CooperativeID, t.ID).Update("default_of", nil).Error; err != nil {
			return err
		}
	}
	if err := tx.Where("id = ?", t.ID).Delete(&Template{}).Error; err != nil {
		return err
	}
	if err := tx.Where("template_id = ?", t.ID).Delete(&Zone{}).Error; err != nil {
		return err
	}
	for i := range t.Zones {
		t.Zones[i].ID, t.Zones[i].TemplateID = tx.NewID(), t.ID
	}
	if err := tx.Create(t).Error; err != nil {
		return err
	}
	return tx.Create(&t.Zones).Error
}

// Remove takes a template away; products that name it fall back to the default.
func Remove(tx *storage.Tx, by audit.Actor, cooperative, templateID id.ID) error {
	var t Template
	err := tx.ForUpdate().Where("id = ? AND cooperative_id = ?", templateID, cooperative).Take(&t).Error
	switch {
	case storage.IsNotFound(err):
		return ErrNotFound
	case err != nil:
		return err
	case t.DefaultOf != nil:
		return ErrDefault
	}
	if err := tx.Delete(&t).Error; err != nil {
		return err
	}
	if err := tx.Where("template_id = ?", t.ID).Delete(&Zone{}).Error; err != nil {
		return err
	}
	return audit.Write(tx, by, audit.Change{Action: "freight_template.removed", Subject: "freight_template", SubjectID: t.ID, Before: t})
}

func (t *Template) check() error {
	var wrong fault.Problems
	t.Name = strings.TrimSpace(t.Name)
	if n := utf8.RuneCountInString(t.Name); n < 1 || n > maxName {
		wrong.Add("name", "length", fmt.Sprintf("give a name of 1 to %d characters", maxName))
	}
	if t.Unit != Pieces && t.Unit != Grams {
		wrong.Add("unit", "unknown", "a template counts pieces (piece) or grams (weight)")
	}
	if len(t.Zones) < 1 || len(t.Zones) > maxZones {
		wrong.Add("zones", "count", fmt.Sprintf("a template has 1 to %d zones", maxZones))
	}
	elsewhere, seen := 0, map[string]bool{}
	for i := range t.Zones {
		z, at := &t.Zones[i], fmt.Sprintf("zones[%d].", i)
		if z.Provinces == "" {
			elsewhere++
		}
		for _, name := range z.names() {
			if !division.IsShort(name) || seen[name] {
				wrong.Add(at+"provinces", "unknown", "name each province once, as in 湖南 or 内蒙古")
			}
			seen[name] = true
		}
		z.check(at, &wrong)
	}
	if elsewhere != 1 {
		wrong.Add("zones", "elsewhere", "one zone, without provinces, says what sending costs everywhere else")
	}
	return wrong.Err()
}

func (z *Zone) check(at string, wrong *fault.Problems) {
	if z.Undeliverable {
		z.FirstUnits, z.FirstFen, z.StepUnits, z.StepFen, z.FreeAboveFen = 1, 0, 1, 0, nil
	}
	for _, n := range []struct {
		field      string
		value, low int64
		high       int64
	}{{"first_units", z.FirstUnits, 1, maxUnits}, {"step_units", z.StepUnits, 1, maxUnits}, {"first_fen", int64(z.FirstFen), 0, maxFen}, {"step_fen", int64(z.StepFen), 0, maxFen}} {
		if n.value < n.low || n.value > n.high {
			wrong.Add(at+n.field, "range", fmt.Sprintf("a whole number from %d to %d", n.low, n.high))
		}
	}
	if z.FreeAboveFen != nil && (*z.FreeAboveFen < 1 || *z.FreeAboveFen > maxFree) {
		wrong.Add(at+"free_above_fen", "range", fmt.Sprintf("a whole number from 1 to %d", maxFree))
	}
}
