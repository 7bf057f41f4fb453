// Package programme holds the assistance record (帮扶记录): what a published report
// says was done, as counts, each with the month as of which it holds. Money that the
// marketplace itself moves is never recorded here; it is read from the orders.
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

// Record is one figure of the report. Nil means that the report gives no number.
type Record struct {
	ID          id.ID `gorm:"primaryKey;autoIncrement:false"`
	Kind        string
	Partner     string
	Item        string
	Place       string
	Stage       string
	AmountFen   *money.Fen
	Persons     *int64
	PersonTimes *int64
	Approx      bool
	DoNotAdd    string // why it must not be added to another figure
	AsOf        string // YYYY-MM
}

// TableName is the table's name.
func (Record) TableName() string { return "assistance_records" }

// Pairing counts partners and what they are paired with (结对帮扶).
type Pairing struct {
	ID       id.ID `gorm:"primaryKey;autoIncrement:false"`
	Kind     string
	Partners int64
	Villages *int64
	Goal     string
	AsOf     string
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

// Source is where the records come from.
type Source struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	Title     string
	Publisher string
	Period    string
	URL       string
}

// TableName is the table's name.
func (Source) TableName() string { return "record_sources" }

// Assistance is the whole record.
type Assistance struct {
	Records      []Record
	Pairings     []Pairing
	Designations []DesignationCount
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
	for _, rows := range []any{&a.Records, &a.Pairings, &a.Designations, a.Source} {
		if err := tx.Create(rows).Error; err != nil {
			return err
		}
	}
	return nil
}

// Recorded reads all of it.
func Recorded(db *gorm.DB) (Assistance, error) {
	a := Assistance{Records: []Record{}, Pairings: []Pairing{}, Designations: []DesignationCount{}}
	if err := db.Order("id").Find(&a.Records).Error; err != nil {
		return a, err
	}
	if err := db.Order("id").Find(&a.Pairings).Error; err != nil {
		return a, err
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
