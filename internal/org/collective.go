package org

import (
	"maps"
	"slices"

	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/storage"
)

// collective is the organisation of a village (村集体经济组织); a village has one.
type collective struct {
	Organisation
	VillageID id.ID
}

func (collective) TableName() string { return "organisations" }

func collectiveName(village string) string { return village + "集体经济组织" }

// AddCollectives makes the organisations of villages, given their names by id, and
// answers each village's.
func AddCollectives(tx *storage.Tx, by audit.Actor, villages map[id.ID]string) (map[id.ID]id.ID, error) {
	made := map[id.ID]id.ID{}
	var rows []collective
	var changes []audit.Deed
	for _, villageID := range slices.Sorted(maps.Keys(villages)) { // one order for all, so that two imports do not wait in a circle
		name := villages[villageID]
		o := Organisation{ID: tx.NewID(), Kind: VillageCollective, Name: collectiveName(name), Status: Admitted, CreatedAt: tx.Now()}
		rows = append(rows, collective{o, villageID})
		made[villageID] = o.ID
		changes = append(changes, audit.Deed{By: by.About(o.ID), Change: audit.Change{Action: "organisation.created", Subject: "organisation", SubjectID: o.ID,
			After: map[string]any{"kind": o.Kind, "name": o.Name, "status": o.Status, "village_id": villageID}}})
	}
	if err := tx.CreateInBatches(&rows, 500).Error; err != nil {
		return nil, err
	}
	return made, audit.WriteAll(tx, changes)
}

// RenameCollective follows a village's new name.
func RenameCollective(tx *storage.Tx, villageID id.ID, name string) error {
	return tx.Model(&collective{}).Where("village_id = ?", villageID).Update("name", collectiveName(name)).Error
}

// CollectivesOf answers the organisation of each of the villages.
func CollectivesOf(db *gorm.DB, villageIDs []id.ID) (map[id.ID]id.ID, error) {
	var rows []struct{ ID, VillageID id.ID }
	err := db.Model(&collective{}).Select("id, village_id").Where("village_id IN ?", villageIDs).Scan(&rows).Error
	found := map[id.ID]id.ID{}
	for _, row := range rows {
		found[row.VillageID] = row.ID
	}
	return found, err
}
