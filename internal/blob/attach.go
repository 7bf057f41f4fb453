package blob

import (
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

// Attach gives files to an organisation, whose members may then read them, and answers
// them in the order of the ids. Only the owner's own files can be given, and only once;
// files that the organisation has already are answered as they are. Otherwise it fails
// and names, by field(i), every id that is unknown or not the owner's to give.
func Attach(tx *storage.Tx, owner id.ID, fileIDs []id.ID, org id.ID, field func(i int) string) ([]File, error) {
	return change(tx, fileIDs, field, "org_id", org, func(f File) (done, allowed bool) {
		return f.OrgID == org, f.OwnerID == owner && f.OrgID == 0
	})
}

// Publish lets anyone see images, and answers them in the order of the ids. Only the
// owner's own can be published, and none that was given to an organisation first, so
// that a document of an application cannot get out. It fails like Attach.
func Publish(tx *storage.Tx, owner id.ID, fileIDs []id.ID, field func(i int) string) ([]File, error) {
	return change(tx, fileIDs, field, "public", true, func(f File) (done, allowed bool) {
		return f.Public, f.Kind == Image && f.OwnerID == owner && f.OrgID == 0
	})
}

// change sets a column of the files for which may says that it is not done yet and allowed.
func change(tx *storage.Tx, fileIDs []id.ID, field func(int) string, column string, value any, may func(File) (done, allowed bool)) ([]File, error) {
	var found []File
	if err := tx.LockByID(&found, fileIDs); err != nil {
		return nil, err
	}
	byID := make(map[id.ID]File, len(found))
	for _, f := range found {
		if f.RemovedAt == nil {
			byID[f.ID] = f
		}
	}
	refusal := fault.New(fault.Invalid, "invalid_field", "the request has a field that cannot be accepted")
	files, open := make([]File, len(fileIDs)), []id.ID{}
	for i, fileID := range fileIDs {
		f, known := byID[fileID]
		done, allowed := may(f)
		if !known || (!done && !allowed) {
			refusal = refusal.With(field(i), "unknown", "this is not a file of yours that can stand here")
		} else if !done {
			open = append(open, fileID)
		}
		files[i] = f
	}
	if len(refusal.Fields) > 0 {
		return nil, refusal
	}
	if len(open) == 0 {
		return files, nil
	}
	return files, tx.Model(&File{}).Where("id IN ?", open).Update(column, value).Error
}
