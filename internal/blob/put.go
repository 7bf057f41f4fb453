package blob

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
)

// Put takes in a file from a user. It fails with ErrTooLarge, ErrType, a fault
// `invalid_file` that says what is wrong, ErrStorageFull, or the reader's own error.
func (s *Store) Put(ctx context.Context, db *storage.DB, owner id.ID, name string, from io.Reader) (File, error) {
	if err := checkName(name); err != nil {
		return File{}, err
	}
	received, err := s.receive(from)
	if err != nil {
		return File{}, err
	}
	defer func() { _ = os.Remove(received) }() // what stays, Sweep removes
	c, err := s.inspect(ctx, received, name)
	if err != nil {
		return File{}, err
	}
	sum := sha256.Sum256(c.full)
	f := File{
		OwnerID: owner, Kind: c.kind, MediaType: c.mediaType, Name: cleanName(name, c.extension),
		Bytes: int64(len(c.full)), Width: c.width, Height: c.height, SHA256: hex.EncodeToString(sum[:]),
	}
	if f.StoredAs, err = s.place(c, db.Now()); err != nil {
		return File{}, err
	}
	err = db.InTx(ctx, func(tx *storage.Tx) error {
		if err := s.occupy(tx, owner, f.Bytes); err != nil {
			return err
		}
		f.ID, f.CreatedAt = tx.NewID(), tx.Now()
		return tx.Create(&f).Error
	})
	if err == nil {
		return f, nil
	}
	if !errors.Is(err, storage.ErrOutcomeUnknown) { // then there may be a row after all
		err = errors.Join(err, s.discard(f.StoredAs))
	}
	return File{}, err
}

// receive writes what comes to a file of its own, so that slow senders hold no memory,
// and answers its path.
func (s *Store) receive(from io.Reader) (path string, err error) {
	to, err := os.CreateTemp(s.incoming(), "upload-*")
	if err != nil {
		return "", err
	}
	n, err := io.Copy(to, io.LimitReader(from, MaxImage+1))
	err = errors.Join(err, to.Close())
	switch {
	case err != nil:
	case n > MaxImage:
		err = ErrTooLarge
	case n == 0:
		err = errInvalid.With("file", "empty", "the file is empty")
	}
	if err != nil {
		_ = os.Remove(to.Name()) // what stays, Sweep removes
		return "", err
	}
	return to.Name(), nil
}

// place puts the bytes where they stay, under a new key, and answers it.
func (s *Store) place(c content, at clock.Millis) (string, error) {
	random := make([]byte, 16)
	_, _ = rand.Read(random) // crypto/rand.Read never fails
	key := hex.EncodeToString(random)
	err := s.write(s.path(key), c.full, at.Time())
	if err == nil && c.thumb != nil {
		err = s.write(s.path(key)+thumbSuffix, c.thumb, at.Time())
	}
	if err != nil {
		return "", errors.Join(err, s.discard(key))
	}
	return key, nil
}

// write makes a file that is whole and durable, or not there. Its time is the
// clock's, because Sweep goes by it.
func (s *Store) write(path string, data []byte, at time.Time) error {
	to, err := os.CreateTemp(s.incoming(), "write-*")
	if err != nil {
		return err
	}
	_, err = to.Write(data)
	if err == nil {
		err = to.Sync()
	}
	err = errors.Join(err, to.Close())
	if err == nil {
		err = os.Chtimes(to.Name(), at, at)
	}
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err == nil {
		err = os.Rename(to.Name(), path)
	}
	if err != nil {
		_ = os.Remove(to.Name()) // what stays, Sweep removes
		return fmt.Errorf("write a file: %w", err)
	}
	return errors.Join(syncFolder(filepath.Dir(path)), syncFolder(s.folder))
}

// syncFolder makes durable which names are in a folder.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// discard removes the bytes of a key, as far as they are there.
func (s *Store) discard(key string) error {
	var all error
	for _, path := range []string{s.path(key), s.path(key) + thumbSuffix} {
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			all = errors.Join(all, err)
		}
	}
	return all
}

// usage is how many bytes the files of an owner have. It is kept, and not summed,
// so that uploads at once cannot pass the limit together.
type usage struct {
	OwnerID id.ID `gorm:"primaryKey;autoIncrement:false"`
	Bytes   int64
}

func (usage) TableName() string { return "file_usage" }

func (s *Store) occupy(tx *storage.Tx, owner id.ID, bytes int64) error {
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&usage{OwnerID: owner}).Error; err != nil {
		return err
	}
	taken := tx.Model(&usage{}).Where("owner_id = ? AND bytes + ? <= ?", owner, bytes, s.perOwner).
		Update("bytes", gorm.Expr("bytes + ?", bytes))
	if taken.Error == nil && taken.RowsAffected == 0 {
		return ErrStorageFull
	}
	return taken.Error
}
