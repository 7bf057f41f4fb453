package village

import (
	"gorm.io/gorm"

	"zique/internal/id"
	"zique/internal/org"
)

// complete fills in what stands in other tables.
func complete(db *gorm.DB, villages []Village) error {
	at := make(map[id.ID]*Village, len(villages))
	ids := make([]id.ID, len(villages))
	for i := range villages {
		v := &villages[i]
		v.Designations, v.Pictures = []string{}, []id.ID{}
		ids[i], at[v.ID] = v.ID, v
	}
	var marks []designation
	if err := db.Where("village_id IN ?", ids).Order("designation").Find(&marks).Error; err != nil {
		return err
	}
	for _, m := range marks {
		at[m.VillageID].Designations = append(at[m.VillageID].Designations, m.Designation)
	}
	var pictures []picture
	if err := db.Where("village_id IN ?", ids).Order("village_id, position").Find(&pictures).Error; err != nil {
		return err
	}
	for _, p := range pictures {
		at[p.VillageID].Pictures = append(at[p.VillageID].Pictures, p.FileID)
	}
	collectives, err := org.CollectivesOf(db, ids)
	for villageID, collective := range collectives {
		at[villageID].CollectiveID = collective
	}
	return err
}

// Cooperative is one that serves a village.
type Cooperative struct {
	VillageID id.ID
	ID        id.ID
	Name      string
}

// Cooperatives lists the admitted cooperatives that serve each of the villages.
func Cooperatives(db *gorm.DB, villageIDs []id.ID) (map[id.ID][]Cooperative, error) {
	var rows []Cooperative
	err := db.Table("cooperative_villages s").Select("s.village_id, o.id, o.name").
		Joins("JOIN organisations o ON o.id = s.org_id").
		Where("s.village_id IN ? AND o.status = ?", villageIDs, org.Admitted).Order("o.id").Scan(&rows).Error
	found := map[id.ID][]Cooperative{}
	for _, row := range rows {
		found[row.VillageID] = append(found[row.VillageID], row)
	}
	return found, err
}

// ServedBy lists the villages that a cooperative serves, ascending.
func ServedBy(db *gorm.DB, cooperative id.ID) ([]id.ID, error) {
	served, err := ServedByEach(db, []id.ID{cooperative})
	return append([]id.ID{}, served[cooperative]...), err
}

// ServedByEach lists the villages that each of the cooperatives serves, ascending.
func ServedByEach(db *gorm.DB, cooperatives []id.ID) (map[id.ID][]id.ID, error) {
	var rows []service
	err := db.Where("org_id IN ?", cooperatives).Order("org_id, village_id").Find(&rows).Error
	served := map[id.ID][]id.ID{}
	for _, row := range rows {
		served[row.OrgID] = append(served[row.OrgID], row.VillageID)
	}
	return served, err
}
