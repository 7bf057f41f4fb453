// Package programme holds the assistance record (帮扶记录): what a published report
// says was done, as counts, each with the month as of which it holds, in the report's
// language with its English beside. Money that the marketplace itself moves is never
// recorded here; it is read from the orders.
package programme

import (
	"gorm.io/gorm"

	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/storage"
)

// Kinds of assistance record.
const (
	Industry        = "industry"         // 产业
	Labour          = "labour"           // 劳务
	Consumption     = "consumption"      // 消费
	Donation        = "donation"         // 捐赠
	CollectiveShare = "collective_share" // 利益联结
)

// Record is one line of the report's assistance. Nil means that the report gives no number.
type Record struct {
	ID                  id.ID `gorm:"primaryKey;autoIncrement:false"`
	Kind                string
	Partner             string
	IntroducedBy        string
	Item                string
	Place               string
	Stage               string
	Note                string
	AmountFen           *money.Fen
	Persons             *int64
	PersonTimes         *int64
	BuiltM2             *int64 `gorm:"column:built_m2"`
	UnderConstructionM2 *int64 `gorm:"column:under_construction_m2"`
	LandMu              *int64 // 15 mu are a hectare
	Sessions            *int64
	Clinics             *int64
	RateBP              *int64 `gorm:"column:rate_bp"`
	Approx              bool
	DoNotAdd            string // why it must not be added to another figure
	AsOf                string // YYYY-MM
}

// TableName is the table's name.
func (Record) TableName() string { return "assistance_records" }

// Pairing counts partners and what they are paired with (结对帮扶). The partners of a
// liaison pairing are persons, all others are organisations; few of them are named.
type Pairing struct {
	ID                    id.ID `gorm:"primaryKey;autoIncrement:false"`
	Kind                  string
	Partners              int64
	Named                 []string `gorm:"serializer:json"`
	PartnerKinds          []string `gorm:"serializer:json"`
	Villages              *int64
	Designation           string
	Goal                  string
	RoleTitle             string
	Duties                []string `gorm:"serializer:json"`
	ActivityKinds         []string `gorm:"serializer:json"`
	ActivitiesYearlyLeast *int64   // in each village
	ActivitiesAbout       *int64   // of all villages together
	AsOf                  string
}

// TableName is the table's name.
func (Pairing) TableName() string { return "assistance_pairings" }

// DesignationCount is how many villages carry a designation; the report names none of them.
type DesignationCount struct {
	Designation string `gorm:"primaryKey"`
	Villages    int64
	AsOf        string
}

// TableName is the table's name.
func (DesignationCount) TableName() string { return "designation_counts" }

// Sections of what the report tells besides.
const (
	County     = "county"
	Organiser  = "organiser"  // 主办
	Mandate    = "mandate"    // 文件依据
	Initiative = "initiative" // 倡议与行动
	Campaign   = "campaign"   // 消费帮扶活动
	Channel    = "channel"    // 渠道
	Activity   = "activity"   // 结对活动
	Place      = "place"
	Produce    = "produce"
)

// Entry is what the report tells without counting it as assistance. Its campaigns and
// channels are history, not those that run in the marketplace.
type Entry struct {
	ID      id.ID `gorm:"primaryKey;autoIncrement:false"`
	Section string
	Kind    string // a code, or the report's own word
	Title   string
	Topics  []string `gorm:"serializer:json"`
	Partner string
	Place   string
	HeldOn  string // YYYY-MM-DD, empty where the report gives no date
	Number  *int64
	AtLeast bool // Number is the least
	AsOf    string
}

// TableName is the table's name.
func (Entry) TableName() string { return "report_entries" }

// Word is the English of one of the report's phrases.
type Word struct {
	ID      id.ID `gorm:"primaryKey;autoIncrement:false"`
	Phrase  string
	English string
}

// TableName is the table's name.
func (Word) TableName() string { return "report_words" }

// Source is where the records come from.
type Source struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	Title     string
	Publisher string
	Period    string // an ISO 8601 interval
	URL       string
	Reposted  string // YYYY-MM-DD
	AsOf      string
}

// TableName is the table's name.
func (Source) TableName() string { return "record_sources" }

// Assistance is the whole record.
type Assistance struct {
	Records      []Record
	Pairings     []Pairing
	Designations []DesignationCount
	Entries      []Entry
	Words        []Word
	Source       *Source // nil when no report was loaded
}

// Load writes a report's figures. The source brings its own id, so that two replicas
// cannot load the same report twice.
func Load(tx *storage.Tx, a Assistance) error {
	for i := range a.Records {
		a.Records[i].ID = tx.NewID()
	}
	for i := range a.Pairings {
		a.Pairings[i].ID = tx.NewID()
	}
	for i := range a.Entries {
		a.Entries[i].ID = tx.NewID()
	}
	for i := range a.Words {
		a.Words[i].ID = tx.NewID()
	}
	for _, rows := range []any{&a.Records, &a.Pairings, &a.Designations, &a.Entries, &a.Words, a.Source} {
		if err := tx.Create(rows).Error; err != nil {
			return err
		}
	}
	return nil
}

// Recorded reads all of it.
func Recorded(db *gorm.DB) (Assistance, error) {
	a := Assistance{Records: []Record{}, Pairings: []Pairing{}, Designations: []DesignationCount{}, Entries: []Entry{}, Words: []Word{}}
	for _, rows := range []any{&a.Records, &a.Pairings, &a.Entries, &a.Words} {
		if err := db.Order("id").Find(rows).Error; err != nil {
			return a, err
		}
	}
	if err := db.Order("villages DESC").Find(&a.Designations).Error; err != nil {
		return a, err
	}
	var sources []Source
	if err := db.Order("id").Limit(1).Find(&sources).Error; err != nil || len(sources) == 0 {
		return a, err
	}
	a.Source = &sources[0]
	return a, nil
}
