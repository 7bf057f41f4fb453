package identity

import (
	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
)

// MaxFormerNames is how many names of a user are kept beside the present one, the last ones.
const MaxFormerNames = 20

// FormerName is what a user was called before. Texts may name them so: who looks on must
// not read it there, and it is erased with the account.
type FormerName struct {
	ID         id.ID `gorm:"primaryKey;autoIncrement:false"`
	UserID     id.ID
	Name       string
	GivenAt    clock.Millis // 0: the first
	ReplacedAt clock.Millis
}

// TableName is the table's name.
func (FormerName) TableName() string { return "former_names" }

// FormerNames lists what a user was called before, the last first.
func FormerNames(view *gorm.DB, userID id.ID) ([]FormerName, error) {
	found := []FormerName{}
	return found, view.Where("user_id = ?", userID).Order("id DESC").Find(&found).Error
}

// keepName keeps the name of a locked user that another is about to replace.
func keepName(tx *storage.Tx, user User) error {
	before, err := FormerNames(tx.DB, user.ID)
	if err != nil {
		return err
	}
	former := FormerName{ID: tx.NewID(), UserID: user.ID, Name: user.Name, ReplacedAt: tx.Now()}
	if len(before) > 0 {
		former.GivenAt = before[0].ReplacedAt
	}
	if len(before) >= MaxFormerNames {
		oldest := before[MaxFormerNames-1]
		if err := tx.Where("user_id = ? AND id <= ?", user.ID, oldest.ID).Delete(&FormerName{}).Error; err != nil {
			return err
		}
	}
	return tx.Create(&former).Error
}
