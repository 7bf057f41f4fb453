package storage

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/gofrs/flock"
)

// ErrInUse refuses a second program on one data folder.
var ErrInUse = errors.New("another program serves from this data folder: stop it, or name another folder with --data")

// Hold keeps the embedded database for the one program that serves, whose Redis lives in
// its process, until release. The operating system lets go of it when the process ends,
// however it ends. Commands that look or add something beside the program do not hold, nor
// do the replicas on one MySQL.
func Hold(cfg Config) (release func() error, err error) {
	if cfg.MySQLDSN != "" {
		return func() error { return nil }, nil
	}
	folder, err := filepath.Abs(cfg.Folder)
	if err == nil {
		err = makeFolder(folder)
	}
	if err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(folder, "zique.lock"))
	held, err := lock.TryLock()
	if err == nil && !held {
		err = ErrInUse
	}
	if err != nil {
		return nil, fmt.Errorf("data %s: %w", folder, err)
	}
	return lock.Unlock, nil
}
