package blob

import (
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

// Attach gives files to an organisation, whose members may then read them, and answers
// them in the order of the ids. Only the owner's own files can be given, and to one
// organisation at a time; files that it has already are answered as they are. Otherwise
// it fails and names, by field(i), every id that is unknown or not the owner's to give.
func Attach(tx *storage.Tx, owner id.ID, fileIDs []id.ID, org id.ID, field func(i int) string) ([]File, error) {
	return change(tx, fileIDs, field, "org_id", org, func(f File) (done, allowed bool) {
		return f.OrgID == org, f.OwnerID == owner && f.OrgID == 0
	})
}

// Publish lets anyone see images, and answers them in the order of the ids. Only the
// owner's own can be published, and none that an organisation has, so that a document
// of an application cannot get out. It fails like Attach.
func Publish(tx *storage.Tx, owner id.ID, fileIDs []id.ID, field func(i int) string) ([]File, error) {
	return change(tx, fileIDs, field, "public", true, func(f File) (done, allowed bool) {
		return f.Public, f.Kind == Image && f.OwnerID == owner && f.OrgID == 0
	})
}

// change sets a column of the files for which may says that it is not done yet and allowed.
func change(tx *storage.Tx, fileIDs []id.ID, field func(int) string, column string, value any, may func(File) (done, allowed bool)) ([]File, error) {
	found, err := Lock(tx, fileIDs)
	if err != nil {
		return nil, err
	}
	var p fault.Problems
	files, open := make([]File, len(fileIDs)), []id.ID{}
	for i, fileID := range fileIDs {
		f, known := found[fileID]
		done, allowed := may(f)
		if !known || (!done && !allowed) {
			p.Add(field(i), "unknown", "this is not a file of yours that can stand here")
		} else if !done {
			open = append(open, fileID)
		}
		files[i] = f
	}
	if err := p.Err(); err != nil || len(open) == 0 {
		return files, err
	}
	return files, tx.Model(&File{}).Where("id IN ?", open).Update(column, value).Error
}

// Lock keeps files as they are until the transaction is over, and answers those that
// are there: whoever wants to know whether a file is still needed somewhere looks then.
func Lock(tx *storage.Tx, fileIDs []id.ID) (map[id.ID]File, error) {
	var found []File
	if err := tx.LockByID(&found, fileIDs); err != nil {
		return nil, err
	}
	there := make(map[id.ID]File, len(found))
	for _, f := range found {
		if f.RemovedAt == nil {
			there[f.ID] = f
		}
	}
	return there, nil
}

// Release takes files back from the organisation or the public: each is its owner's
// alone again, as if it had just come, and goes with the next Sweep after unusedFor
// unless it is put to use anew.
func Release(tx *storage.Tx, fileIDs []id.ID) error {
	if len(fileIDs) == 0 {
		return nil
	}
	return tx.Model(&File{}).Where("id IN ? AND removed_at IS NULL", fileIDs).
		Updates(map[string]any{"org_id": 0, "public": false, "released_at": tx.Now()}).Error
}

// Erase removes the files of an owner who is gone, but for those that an organisation
// has or everybody sees. The bytes go with the next Sweep.
func Erase(tx *storage.Tx, owner id.ID) error {
	return tx.Model(&File{}).Where("owner_id = ? AND org_id = 0 AND public = 0 AND removed_at IS NULL", owner).
		Updates(map[string]any{"removed_at": tx.Now(), "name": ""}).Error
}

// Discard has a file go at the next Sweep that has served and that nobody else needs.
func Discard(tx *storage.Tx, fileID id.ID) error {
	return tx.Model(&File{}).Where("id = ? AND org_id = 0 AND public = 0 AND removed_at IS NULL", fileID).Update("removed_at", tx.Now()).Error
}
