// Package blob keeps the files that people upload: rows in the table files, bytes in
// a folder. What always holds:
//
//   - No name from outside is ever part of a path: bytes lie under a random key.
//   - The bytes are on the disk, synced, before the row that names them; a crash in
//     between leaves a file without a row, which Sweep removes.
//   - What a file is, its content says, not its name or what its sender declares; a
//     document is nothing else besides.
//   - Of an image no byte from outside is kept: it is decoded and encoded anew, which
//     also drops EXIF data such as the place where a picture was taken.
//   - A file is private until Publish; only images can be published. Release makes it so again.
//   - The files of one owner never hold more bytes than Config.PerOwner together.
//
// A transaction locks files after everything else, ascending.
package blob

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sync/semaphore"
	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

// Kinds of file. Images may be shown in place; the others are only ever downloaded.
const (
	Image    = "image"
	Document = "document" // PDF
	Sheet    = "sheet"    // XLSX or CSV
)

// Media types of what is kept.
const (
	typeJPEG = "image/jpeg"
	typePNG  = "image/png"
	typePDF  = "application/pdf"
	typeXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	typeCSV  = "text/csv"
)

// MediaTypes are all that a file can be of.
var MediaTypes = []string{typeJPEG, typePNG, typePDF, typeXLSX, typeCSV}

// How many bytes a file may have on its way in.
const (
	MaxImage = 15 << 20
	MaxOther = 10 << 20 // of a document or a sheet
)

// What Put refuses. All name the field `file`.
var (
	ErrTooLarge = fault.New(fault.TooLarge, "file_too_large", "the file is too large").
			With("file", "file_too_large", "at most 15 MB for an image, 10 MB for a document or a sheet")
	ErrType = fault.New(fault.Unsupported, "file_type_not_supported", "files of this type are not taken").
		With("file", "file_type_not_supported", "JPEG, PNG, GIF, WebP, PDF, XLSX (without macros) or CSV (with a name in .csv)")
	ErrStorageFull = fault.New(fault.Conflict, "storage_full", "your files fill all the room there is for them")
	errInvalid     = fault.New(fault.Invalid, "invalid_file", "the file cannot be accepted")
	errBusy        = fault.New(fault.Unavailable, "unavailable", "too many files are being read; try again shortly").After(retryBusy)
)

// ErrNotFound says that there is no such file, or that it is not the caller's to see.
var ErrNotFound = fault.New(fault.NotFound, "not_found", "there is no such file")

// File is what is known of an upload.
type File struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	OwnerID   id.ID // the user who uploaded it
	OrgID     id.ID // the organisation it was given to; 0: none
	Kind      string
	MediaType string // of what is kept; an image may have come as another
	Name      string // clean: no path, no control characters, at most 120 characters
	Bytes     int64  // without the thumbnail
	Width     int    // pixels; 0 where it is no image
	Height    int
	SHA256    string `gorm:"column:sha256"` // of what is kept, in hex
	Public    bool
	StoredAs  string
	CreatedAt clock.Millis

	ReleasedAt *clock.Millis // when whoever it was given or shown to lost it; nil: never
	RemovedAt  *clock.Millis // not there any more; Sweep is about to delete it
}

// TableName is the table's name.
func (File) TableName() string { return "files" }

// Get answers the row of a file, or ErrNotFound. Who may see it is for the caller to say.
func Get(db *gorm.DB, fileID id.ID) (File, error) {
	var f File
	err := db.Where("id = ? AND removed_at IS NULL", fileID).Take(&f).Error
	if storage.IsNotFound(err) {
		return File{}, ErrNotFound
	}
	return f, err
}

// Of lists the files of an owner, the newest first; before is the last of the page
// before, or 0.
func Of(db *gorm.DB, owner, before id.ID, limit int) ([]File, error) {
	q := db.Where("owner_id = ? AND removed_at IS NULL", owner).Order("id DESC").Limit(limit)
	if before != 0 {
		q = q.Where("id < ?", before)
	}
	found := []File{}
	return found, q.Find(&found).Error
}

// Config says where files lie and how much room there is.
type Config struct {
	Folder   string // made if it is not there
	PerOwner int64  // bytes that the files of one user may have together; 0: 500 MB
}

const defaultPerOwner = 500 << 20

// Store is the folder. It is safe for concurrent use, and several programs may share
// one folder.
type Store struct {
	folder   string
	perOwner int64
	budget   *semaphore.Weighted // bytes of maxMemory
}

// Open makes the folder ready.
func Open(cfg Config) (*Store, error) {
	s := &Store{folder: cfg.Folder, perOwner: cfg.PerOwner, budget: semaphore.NewWeighted(maxMemory)}
	if s.perOwner == 0 {
		s.perOwner = defaultPerOwner
	}
	if err := os.MkdirAll(s.incoming(), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the files: %w", err)
	}
	return s, nil
}

// Open opens the bytes of a file, or of its thumbnail, which only images have; the
// caller closes. Bytes that are not there are ErrNotFound.
func (s *Store) Open(f File, thumb bool) (*os.File, error) {
	path := s.path(f.StoredAs)
	if thumb {
		path += thumbSuffix
	}
	opened, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	return opened, err
}

const thumbSuffix = ".thumb"

// path spreads the files over 256 folders by the start of their key.
func (s *Store) path(key string) string { return filepath.Join(s.folder, key[:2], key) }

// incoming is where a file is written until it is whole.
func (s *Store) incoming() string { return filepath.Join(s.folder, "incoming") }
