// Package village holds villages, their collectives (村集体) and which cooperatives
// serve them. Invariants: a county and township have one village of a name; a division
// code names one village; every village has its collective, an organisation that is
// made with it; every change stands in the audit log.
package village

import (
	"encoding/json"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

// Refusals of this package.
var (
	ErrNotFound = fault.New(fault.NotFound, "not_found", "there is no such village")
	ErrExists   = fault.New(fault.Conflict, "village_exists", "this village is there already")
)

// Designations (称号) that a village can carry.
const (
	WeakCollective = "集体经济薄弱村"
	KeyAssistance  = "乡村振兴重点帮扶村"
)

// Designations are all of them.
var Designations = []string{WeakCollective, KeyAssistance}

// Village is where goods grow.
type Village struct {
	ID           id.ID `gorm:"primaryKey;autoIncrement:false"`
	Name         string
	Township     string // empty where the source does not say
	County       string
	Code         *string // 统计用区划代码, 12 digits; nil where it is not known
	Note         string
	Story        string
	Produce      string // JSON array of names
	CreatedAt    clock.Millis
	UpdatedAt    clock.Millis
	Designations []string `gorm:"-"`
	Pictures     []id.ID  `gorm:"-"` // files, the cover first
	CollectiveID id.ID    `gorm:"-"` // the village's organisation
}

// TableName is the table's name.
func (Village) TableName() string { return "villages" }

// ProduceNames lists what the village is known for.
func (v Village) ProduceNames() []string {
	names := []string{}
	_ = json.Unmarshal([]byte(v.Produce), &names) // written by this package only
	return names
}

type designation struct {
	VillageID   id.ID `gorm:"primaryKey;autoIncrement:false"`
	Designation string
}

func (designation) TableName() string { return "village_designations" }

type picture struct {
	VillageID id.ID `gorm:"primaryKey;autoIncrement:false"`
	Position  int   `gorm:"primaryKey;autoIncrement:false"`
	FileID    id.ID
}

func (picture) TableName() string { return "village_pictures" }

type service struct {
	OrgID     id.ID `gorm:"primaryKey;autoIncrement:false"`
	VillageID id.ID `gorm:"primaryKey;autoIncrement:false"`
}

func (service) TableName() string { return "cooperative_villages" }

// lock reads a village and all that belongs to it, locked, or answers ErrNotFound.
func lock(tx *storage.Tx, villageID id.ID) (Village, error) {
	var found []Village
	if err := tx.LockByID(&found, []id.ID{villageID}); err != nil {
		return Village{}, err
	}
	if len(found) == 0 {
		return Village{}, ErrNotFound
	}
	err := complete(tx.DB, found)
	return found[0], err
}

const accountPrefix = "village:"

// PendingAccount holds shares whose sales may still be refunded.
func PendingAccount(village id.ID) string { return accountPrefix + village.String() + ":pending" }

// AvailableAccount holds shares that can be paid out.
func AvailableAccount(village id.ID) string { return accountPrefix + village.String() + ":available" }

// Filter narrows a list; zero fields do not. After is the last village of the page before.
type Filter struct {
	Query       string // part of the name
	Township    string
	Designation string
	ServedBy    id.ID // a cooperative
	After       id.ID
	Limit       int
}

// List pages through villages in the order of their ids.
func List(db *gorm.DB, f Filter) ([]Village, error) {
	q := db.Where("id > ?", f.After)
	if f.Query != "" {
		q = q.Where("INSTR(name, ?) > 0", f.Query)
	}
	if f.Township != "" {
		q = q.Where("township = ?", f.Township)
	}
	if f.Designation != "" {
		q = q.Where("id IN (?)", db.Model(&designation{}).Select("village_id").Where("designation = ?", f.Designation))
	}
	if f.ServedBy != 0 {
		q = q.Where("id IN (?)", db.Model(&service{}).Select("village_id").Where("org_id = ?", f.ServedBy))
	}
	villages := []Village{}
	if err := q.Order("id").Limit(f.Limit).Find(&villages).Error; err != nil {
		return nil, err
	}
	return villages, complete(db, villages)
}

// Township is one that has villages.
type Township struct {
	County   string
	Name     string
	Villages int64
}

// Townships lists those whose villages are known, by county and name.
func Townships(db *gorm.DB) ([]Township, error) {
	found := []Township{}
	return found, db.Model(&Village{}).Select("county, township name, COUNT(*) villages").Where("township <> ''").
		Group("county, township").Order("county, township").Scan(&found).Error
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
	err := complete(db, one)
	return one[0], err
}
