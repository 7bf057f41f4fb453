package org

import (
	"slices"
	"strconv"

	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/blob"
	"zique/internal/id"
	"zique/internal/storage"
)

// keepDocuments replaces the documents of an application by those given, whose files
// then are the organisation's to read; those that stand there no more are released.
// Documents of an application that was rejected go along into the next. Files that are
// not the applicant's are named.
func keepDocuments(tx *storage.Tx, by audit.Actor, orgID id.ID, documents []Document) error {
	files := make([]id.ID, len(documents))
	for i, d := range documents {
		files[i] = d.FileID
	}
	if err := drop(tx, files, "org_id = ?", orgID); err != nil || len(documents) == 0 {
		return err
	}
	if err := takeAlong(tx, by.UserID, files); err != nil {
		return err
	}
	rows := make([]Document, len(documents))
	for i, d := range documents {
		rows[i] = Document{ID: tx.NewID(), OrgID: orgID, Kind: d.Kind, FileID: d.FileID, CreatedAt: tx.Now()}
	}
	named := func(i int) string { return "documents[" + strconv.Itoa(i) + "].file_id" }
	if _, err := blob.Attach(tx, by.UserID, files, orgID, named); err != nil {
		return err
	}
	return tx.Create(&rows).Error
}

// takeAlong takes the owner's files out of the rejected applications that still show them.
func takeAlong(tx *storage.Tx, owner id.ID, files []id.ID) error {
	var rejected []id.ID
	err := tx.Table("files f").Joins("JOIN organisations o ON o.id = f.org_id").
		Where("f.id IN ? AND f.owner_id = ? AND o.status = ?", files, owner, Rejected).Distinct().Pluck("f.org_id", &rejected).Error
	if err != nil || len(rejected) == 0 {
		return err
	}
	return drop(tx, nil, "org_id IN ? AND file_id IN ?", rejected, files)
}

// drop removes documents, and releases their files but for those that are kept. The rows
// are locked first: of two who drop the same one, the second must not take its file from
// whom it was given to since.
func drop(tx *storage.Tx, kept []id.ID, which string, args ...any) error {
	var dropped []Document
	if err := tx.ForUpdate().Where(which, args...).Order("id").Find(&dropped).Error; err != nil || len(dropped) == 0 {
		return err
	}
	rows, files := make([]id.ID, len(dropped)), make([]id.ID, len(dropped))
	for i, d := range dropped {
		rows[i], files[i] = d.ID, d.FileID
	}
	if err := tx.Where("id IN ?", rows).Delete(&Document{}).Error; err != nil {
		return err
	}
	return blob.Release(tx, slices.DeleteFunc(files, func(f id.ID) bool { return slices.Contains(kept, f) }))
}

// forMoney are the documents that whoever keeps an organisation's money needs; an
// identity card is none of them.
var forMoney = []string{BusinessLicence, BankPermit}

// MayRead tells whether a user may read a file of an organisation as a member whose
// role needs it: managers read all of them, the money roles those about the company.
func MayRead(view *gorm.DB, f blob.File, userID id.ID) (bool, error) {
	m, err := memberOf(view, f.OrgID, userID)
	switch {
	case err == ErrNotFound:
		return false, nil
	case err != nil || slices.Contains(managing, m.Role):
		return err == nil, err
	case !slices.Contains(monied, m.Role):
		return false, nil
	}
	var needed int64
	err = view.Model(&Document{}).Where("org_id = ? AND file_id = ? AND kind IN ?", f.OrgID, f.ID, forMoney).Count(&needed).Error
	return needed > 0, err
}

// readable are the documents that a member of the role may read: see MayRead. The others
// are not listed either, since a file's name says whose paper it is.
func readable(documents []Document, role string) []Document {
	switch {
	case slices.Contains(managing, role):
		return documents
	case !slices.Contains(monied, role):
		return []Document{}
	}
	return slices.DeleteFunc(documents, func(d Document) bool { return !slices.Contains(forMoney, d.Kind) })
}

// HandedIn tells whether operators ever had the organisation's application before them.
func HandedIn(view *gorm.DB, orgID id.ID) (bool, error) {
	var n int64
	err := view.Model(&Organisation{}).Where("id = ? AND submitted_at IS NOT NULL", orgID).Count(&n).Error
	return n > 0, err
}
