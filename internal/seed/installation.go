package seed

import (
	"context"
	"errors"

	"zique/internal/clock"
	"zique/internal/pii"
	"zique/internal/programme"
	"zique/internal/storage"
)

// Refusals to start.
var (
	ErrDemoData  = errors.New("mode: this database holds the demo county; production needs one of its own")
	ErrRealData  = errors.New("mode: this database is a real installation's; demo accounts and data do not go into it")
	ErrOtherKeys = errors.New("data_key: this is not the key that this database's personal data is sealed with")
)

type installation struct {
	ID        int64 `gorm:"primaryKey"`
	Mode      string
	KeyCheck  []byte // sealed with the data key
	CreatedAt clock.Millis
}

// TableName is the table's name.
func (installation) TableName() string { return "installation" }

const (
	modeDemo = "demo"
	modeReal = "production"
)

var keyCheck = []byte("zique")

// Claim lets whoever starts first say whether a database is a demo's, and refuses later
// starts in the other mode or with another data key.
func Claim(ctx context.Context, db *storage.DB, keys *pii.Keyring, isDemo bool) error {
	mode := modeReal
	if isDemo {
		mode = modeDemo
	}
	for {
		var found []installation
		if err := db.Read(ctx).Find(&found).Error; err != nil {
			return err
		}
		if len(found) > 0 {
			return found[0].check(keys, mode)
		}
		err := begin(ctx, db, keys, mode)
		if err != nil && !storage.IsDuplicate(err) { // a duplicate: another replica was first
			return err
		}
	}
}

func (i installation) check(keys *pii.Keyring, mode string) error {
	if i.Mode != mode && i.Mode == modeDemo {
		return ErrDemoData
	}
	if i.Mode != mode {
		return ErrRealData
	}
	if _, err := keys.Open(i.KeyCheck); err != nil {
		return ErrOtherKeys
	}
	return nil
}

func begin(ctx context.Context, db *storage.DB, keys *pii.Keyring, mode string) error {
	return db.InTx(ctx, func(tx *storage.Tx) error {
		var reports int64 // of a demo that began before this was written down
		if err := tx.Model(&programme.Source{}).Count(&reports).Error; err != nil {
			return err
		}
		if reports > 0 {
			mode = modeDemo
		}
		sealed, err := keys.Seal(keyCheck)
		if err != nil {
			return err
		}
		return tx.Create(&installation{ID: 1, Mode: mode, KeyCheck: sealed, CreatedAt: tx.Now()}).Error
	})
}
