package blob

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
)

// unusedFor is how long a file may be neither an organisation's nor public, since it came
// or was released: an import keeps its table and its errors for a week, and whoever lost
// a document of an application can still fetch it. It is much longer than an upload takes, so no file on its way in is taken for a loose one.
const unusedFor = 7 * 24 * time.Hour

const sweepBatch = 500

// Sweep removes what nobody needs: files that were not put to use within a week, and
// what a crash left in the folder. A row is marked first, and gone only after its
// bytes, so a Sweep that is cut off is finished by the next; several at once do no
// harm. It answers how many files it removed.
func (s *Store) Sweep(ctx context.Context, db *storage.DB) (int, error) {
	before := db.Now().Add(-unusedFor)
	if err := markUnused(ctx, db, before); err != nil {
		return 0, err
	}
	removed, err := s.removeMarked(ctx, db)
	if err != nil {
		return removed, err
	}
	loose, err := s.removeLoose(ctx, db, before.Time())
	return removed + loose, err
}

func markUnused(ctx context.Context, db *storage.DB, before clock.Millis) error {
	const unused = "org_id = 0 AND public = 0 AND created_at < ? AND (released_at IS NULL OR released_at < ?) AND removed_at IS NULL"
	for {
		var ids []id.ID
		err := db.Read(ctx).Model(&File{}).Where(unused, before, before).Order("id").Limit(sweepBatch).Pluck("id", &ids).Error
		if err != nil || len(ids) == 0 {
			return err
		}
		err = db.InTx(ctx, func(tx *storage.Tx) error { // some may have been put to use since
			return tx.Model(&File{}).Where("id IN ?", ids).Where(unused, before, before).Update("removed_at", tx.Now()).Error
		})
		if err != nil {
			return err
		}
	}
}

func (s *Store) removeMarked(ctx context.Context, db *storage.DB) (removed int, err error) {
	for {
		var marked []File
		err := db.Read(ctx).Select("id", "owner_id", "bytes", "stored_as").Where("removed_at IS NOT NULL").
			Order("removed_at").Limit(sweepBatch).Find(&marked).Error
		if err != nil || len(marked) == 0 {
			return removed, err
		}
		for _, f := range marked {
			if err := s.discard(f.StoredAs); err != nil {
				return removed, err
			}
			if err := db.InTx(ctx, func(tx *storage.Tx) error { return forget(tx, f) }); err != nil {
				return removed, err
			}
			removed++
		}
	}
}

// forget deletes a row and gives its owner the room back, once.
func forget(tx *storage.Tx, f File) error {
	deleted := tx.Where("id = ?", f.ID).Delete(&File{})
	if deleted.Error != nil || deleted.RowsAffected == 0 {
		return deleted.Error
	}
	return tx.Model(&usage{}).Where("owner_id = ?", f.OwnerID).Update("bytes", gorm.Expr("bytes - ?", f.Bytes)).Error
}

// removeLoose removes what lies in the folder since before and has no row.
func (s *Store) removeLoose(ctx context.Context, db *storage.DB, before time.Time) (removed int, err error) {
	folders, err := os.ReadDir(s.folder)
	if err != nil {
		return 0, err
	}
	for _, folder := range folders {
		if !folder.IsDir() {
			continue // not ours
		}
		path := filepath.Join(s.folder, folder.Name())
		old, err := olderThan(path, before)
		if err != nil {
			return removed, err
		}
		if path != s.incoming() {
			if old, err = withoutRow(db.Read(ctx), old); err != nil {
				return removed, err
			}
		}
		for _, name := range old {
			err := os.Remove(filepath.Join(path, name))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return removed, err
			}
			removed++
		}
	}
	return removed, nil
}

// olderThan lists the files in a folder that were last written before an instant.
func olderThan(folder string, before time.Time) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var old []string
	for _, entry := range entries {
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // gone meanwhile
		}
		if err != nil {
			return nil, err
		}
		if info.Mode().IsRegular() && info.ModTime().Before(before) {
			old = append(old, entry.Name())
		}
	}
	return old, nil
}

// withoutRow keeps the names whose key no row has.
func withoutRow(db *gorm.DB, names []string) ([]string, error) {
	var loose []string
	for len(names) > 0 {
		batch := names[:min(sweepBatch, len(names))]
		names = names[len(batch):]
		keys := make([]string, len(batch))
		for i, name := range batch {
			keys[i] = strings.TrimSuffix(name, thumbSuffix)
		}
		var known []string
		if err := db.Model(&File{}).Where("stored_as IN ?", keys).Pluck("stored_as", &known).Error; err != nil {
			return nil, err
		}
		has := map[string]bool{}
		for _, key := range known {
			has[key] = true
		}
		for i, name := range batch {
			if !has[keys[i]] {
				loose = append(loose, name)
			}
		}
	}
	return loose, nil
}
