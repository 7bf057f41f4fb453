package village

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/blob"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/org"
	"zique/internal/storage"
)

// Add makes a village and its collective. Wrong fields are all named at once; a
// village of that place or code is ErrExists, with the field that collides.
func Add(tx *storage.Tx, by audit.Actor, n New) (Village, error) {
	n = n.trimmed()
	if err := n.check(); err != nil {
		return Village{}, err
	}
	if err := collision(tx.DB, n, 0); err != nil {
		return Village{}, err
	}
	added, err := addAll(tx, by, []New{n})
	if err != nil {
		return Village{}, err
	}
	return added[0], nil
}

// addAll makes villages that are checked, with a few statements for all of them.
func addAll(tx *storage.Tx, by audit.Actor, all []New) ([]Village, error) {
	villages := make([]Village, len(all))
	names := map[id.ID]string{}
	for i, n := range all {
		v := n.row()
		v.ID, v.CreatedAt, v.UpdatedAt = tx.NewID(), tx.Now(), tx.Now()
		villages[i], names[v.ID] = v, v.Name
	}
	if err := tx.CreateInBatches(&villages, 500).Error; storage.IsDuplicate(err) {
		return nil, ErrExists // lost a race
	} else if err != nil {
		return nil, err
	}
	if err := attach(tx, villages...); err != nil {
		return nil, err
	}
	collectives, err := org.AddCollectives(tx, by, names)
	if err != nil {
		return nil, err
	}
	changes := make([]audit.Change, len(villages))
	for i := range villages {
		v := &villages[i]
		v.CollectiveID = collectives[v.ID]
		changes[i] = audit.Change{Action: "village.added", Subject: "village", SubjectID: v.ID, After: v.shown()}
	}
	return villages, audit.Write(tx, by, changes...)
}

// attach writes designations and pictures.
func attach(tx *storage.Tx, villages ...Village) error {
	var marks []designation
	var pictures []picture
	for _, v := range villages {
		for _, d := range v.Designations {
			marks = append(marks, designation{v.ID, d})
		}
		for i, file := range v.Pictures {
			pictures = append(pictures, picture{v.ID, i, file})
		}
	}
	if len(marks) > 0 {
		if err := tx.CreateInBatches(&marks, 500).Error; err != nil {
			return err
		}
	}
	if len(pictures) > 0 {
		return tx.CreateInBatches(&pictures, 500).Error
	}
	return nil
}

// shown is a village as the audit log keeps it, which never forgets: without its texts,
// in which people are named.
func (v Village) shown() map[string]any {
	return map[string]any{"name": v.Name, "township": v.Township, "county": v.County, "code": v.Code, "designations": v.Designations,
		"produce": v.ProduceNames(), "pictures": v.Pictures, "collective_id": v.CollectiveID}
}

// collision is ErrExists when another village than `except` has n's place or code.
func collision(db *gorm.DB, n New, except id.ID) error {
	var others []Village
	err := db.Select("id", "code").Where("id <> ?", except).
		Where(db.Where("county = ? AND township = ? AND name = ?", n.County, n.Township, n.Name).Or("code = ?", n.Code)).Limit(2).Find(&others).Error
	if err != nil || len(others) == 0 {
		return err
	}
	found := ErrExists
	for _, other := range others {
		if n.Code != "" && other.Code != nil && *other.Code == n.Code {
			found = found.With("code", "taken", "another village has this code")
		} else {
			found = found.With("name", "taken", "this township has a village of this name")
		}
	}
	return found
}

// Change makes a village what n says; its collective takes its name.
func Change(tx *storage.Tx, by audit.Actor, villageID id.ID, n New) (Village, error) {
	before, err := lock(tx, villageID)
	if err != nil {
		return Village{}, err
	}
	n = n.trimmed()
	if err := n.check(); err != nil {
		return Village{}, err
	}
	if err := collision(tx.DB, n, villageID); err != nil {
		return Village{}, err
	}
	after := n.row()
	after.ID, after.CreatedAt, after.UpdatedAt, after.CollectiveID = villageID, before.CreatedAt, tx.Now(), before.CollectiveID
	if err := rewrite(tx, after); err != nil {
		return Village{}, err
	}
	if err := takeDown(tx, before.Pictures, after.Pictures); err != nil {
		return Village{}, err
	}
	if after.Name != before.Name {
		if err := org.RenameCollective(tx, villageID, after.Name); err != nil {
			return Village{}, err
		}
	}
	shown := after.shown()
	shown["note_changed"], shown["story_changed"] = after.Note != before.Note, after.Story != before.Story
	return after, audit.Write(tx, by, audit.Change{Action: "village.changed", Subject: "village", SubjectID: villageID, Before: before.shown(), After: shown})
}

func rewrite(tx *storage.Tx, v Village) error {
	err := tx.Model(&Village{}).Where("id = ?", v.ID).Updates(map[string]any{
		"name": v.Name, "township": v.Township, "county": v.County, "code": v.Code, "note": v.Note, "story": v.Story,
		"produce": v.Produce, "updated_at": v.UpdatedAt,
	}).Error
	if storage.IsDuplicate(err) {
		return ErrExists // lost a race
	}
	if err != nil {
		return err
	}
	if err := tx.Where("village_id = ?", v.ID).Delete(&designation{}).Error; err != nil {
		return err
	}
	if err := tx.Where("village_id = ?", v.ID).Delete(&picture{}).Error; err != nil {
		return err
	}
	return attach(tx, v)
}

// takeDown releases the pictures that a village shows no more, unless another does.
func takeDown(tx *storage.Tx, before, after []id.ID) error {
	gone := slices.DeleteFunc(slices.Clone(before), func(f id.ID) bool { return slices.Contains(after, f) })
	if len(gone) == 0 {
		return nil
	}
	if _, err := blob.Lock(tx, gone); err != nil { // whoever shows one elsewhere has it locked too
		return err
	}
	var shown []id.ID
	if err := tx.Model(&picture{}).Where("file_id IN ?", gone).Pluck("file_id", &shown).Error; err != nil {
		return err
	}
	return blob.Release(tx, slices.DeleteFunc(gone, func(f id.ID) bool { return slices.Contains(shown, f) }))
}

// Refusals about which villages a cooperative serves.
var (
	ErrNoCooperative = fault.New(fault.NotFound, "not_found", "there is no such cooperative")
	ErrServesNone    = fault.New(fault.Conflict, "village_required", "a cooperative serves at least one village, from its recommendation on").
				With("village_ids", "required", "must name at least one village")
)

// LockServed locks a cooperative and lists the villages that it serves, which then stay.
func LockServed(tx *storage.Tx, cooperative id.ID) ([]id.ID, error) {
	if _, err := lockCooperative(tx, cooperative); err != nil {
		return nil, err
	}
	return ServedBy(tx.DB, cooperative)
}

// MustServe refuses with ErrServesNone a cooperative that serves no village. The
// organisation stays locked, so its villages do too.
func MustServe(tx *storage.Tx, cooperative id.ID) error {
	served, err := LockServed(tx, cooperative)
	if err == nil && len(served) == 0 {
		err = ErrServesNone
	}
	return err
}

func lockCooperative(tx *storage.Tx, cooperative id.ID) (org.Organisation, error) {
	var found []org.Organisation
	if err := tx.LockByID(&found, []id.ID{cooperative}); err != nil {
		return org.Organisation{}, err
	}
	if len(found) == 0 || found[0].Kind != org.Cooperative {
		return org.Organisation{}, ErrNoCooperative
	}
	return found[0], nil
}

// Serve says which villages a cooperative serves, instead of those before; catalog.Serve
// minds its products besides. One that is recommended or was admitted keeps a village: ErrServesNone.
func Serve(tx *storage.Tx, by audit.Actor, cooperative id.ID, villageIDs []id.ID) error {
	o, err := lockCooperative(tx, cooperative)
	if err != nil {
		return err
	}
	if err := checkServed(tx, villageIDs); err != nil {
		return err
	}
	before, err := ServedBy(tx.DB, cooperative)
	if err != nil {
		return err
	}
	after := slices.Sorted(slices.Values(villageIDs))
	if slices.Equal(before, after) {
		return nil
	}
	if len(after) == 0 && slices.Contains([]string{org.Recommended, org.Admitted, org.Suspended}, o.Status) {
		return ErrServesNone
	}
	if err := tx.Where("org_id = ?", cooperative).Delete(&service{}).Error; err != nil {
		return err
	}
	rows := make([]service, len(after))
	for i, villageID := range after {
		rows[i] = service{cooperative, villageID}
	}
	if len(rows) > 0 {
		if err := tx.Create(&rows).Error; err != nil {
			return err
		}
	}
	return audit.Write(tx, by.About(cooperative), audit.Change{Action: "cooperative.villages_changed", Subject: "organisation", SubjectID: cooperative, Before: before, After: after})
}

func checkServed(tx *storage.Tx, villageIDs []id.ID) error {
	var p problems
	if len(villageIDs) > org.MaxVillages {
		p.add("village_ids", tooMany(org.MaxVillages))
		return p.Err()
	}
	var there []id.ID
	if err := tx.Model(&Village{}).Where("id IN ?", villageIDs).Pluck("id", &there).Error; err != nil {
		return err
	}
	for i, villageID := range villageIDs {
		at := fmt.Sprintf("village_ids[%d]", i)
		if slices.Contains(villageIDs[:i], villageID) {
			p.add(at, twice)
		} else if !slices.Contains(there, villageID) {
			p.add(at, problem{Code: "not_found", En: "there is no such village"})
		}
	}
	return p.Err()
}
