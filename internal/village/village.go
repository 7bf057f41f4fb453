// Package village holds villages and the accounts of their collectives (村集体).
package village

import (
	"encoding/json"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

// ErrNotFound says there is no such village.
var ErrNotFound = fault.New(fault.NotFound, "not_found", "there is no such village")

// Village is where goods grow.
type Village struct {
	ID           id.ID `gorm:"primaryKey;autoIncrement:false"`
	Name         string
	Township     string // empty where the source does not say
	County       string
	Note         string
	Produce      string // JSON array of names
	CreatedAt    clock.Millis
	Designations []string `gorm:"-"`
}

// TableName is the table's name.
func (Village) TableName() string { return "villages" }

// ProduceNames lists what the village is known for.
func (v Village) ProduceNames() []string {
	names := []string{}
	_ = json.Unmarshal([]byte(v.Produce), &names) // written by Add only
	return names
}

type designation struct {
	VillageID   id.ID `gorm:"primaryKey;autoIncrement:false"`
	Designation string
}

func (designation) TableName() string { return "village_designations" }

// Add makes a village; Name, Township, County, Note, Designations are taken from v.
func Add(tx *storage.Tx, v Village, produce []string) (Village, error) {
	names, err := json.Marshal(produce)
	if err != nil {
		return v, err
	}
	v.ID, v.CreatedAt, v.Produce = tx.NewID(), tx.Now(), string(names)
	if produce == nil {
		v.Produce = "[]"
	}
	if err := tx.Create(&v).Error; err != nil {
		return v, err
	}
	for _, d := range v.Designations {
		if err := tx.Create(&designation{VillageID: v.ID, Designation: d}).Error; err != nil {
			return v, err
		}
	}
	return v, nil
}

// List pages through villages in the order of their ids, after the id `after`.
func List(db *gorm.DB, after id.ID, limit int) ([]Village, error) {
	villages := []Village{}
	if err := db.Where("id > ?", after).Order("id").Limit(limit).Find(&villages).Error; err != nil {
		return nil, err
	}
	return villages, designate(db, villages)
}

// Get answers one village or ErrNotFound.
func Get(db *gorm.DB, villageID id.ID) (Village, error) {
	var v Village
	if err := db.Take(&v, villageID).Error; storage.IsNotFound(err) {
		return v, ErrNotFound
	} else if err != nil {
		return v, err
	}
	one := []Village{v}
	err := designate(db, one)
	return one[0], err
}

func designate(db *gorm.DB, villages []Village) error {
	ids := make([]id.ID, len(villages))
	for i, v := range villages {
		ids[i] = v.ID
	}
	var rows []designation
	if err := db.Where("village_id IN ?", ids).Order("designation").Find(&rows).Error; err != nil {
		return err
	}
	for i := range villages {
		villages[i].Designations = []string{}
		for _, row := range rows {
			if row.VillageID == villages[i].ID {
				villages[i].Designations = append(villages[i].Designations, row.Designation)
			}
		}
	}
	return nil
}

const accountPrefix = "village:"

// PendingAccount holds shares whose sales may still be refunded.
func PendingAccount(village id.ID) string { return accountPrefix + village.String() + ":pending" }

// AvailableAccount holds shares that can be paid out.
func AvailableAccount(village id.ID) string { return accountPrefix + village.String() + ":available" }
