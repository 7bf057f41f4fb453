package identity

import (
	"context"

	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/pii"
	"zique/internal/storage"
)

// PhoneHashOf is the hash of a user's phone once it is verified, by which what is
// addressed to that phone is found; before that "".
func (s *Service) PhoneHashOf(ctx context.Context, userID id.ID) (string, error) {
	var user User
	err := s.db.Read(ctx).Select("phone_hash", "phone_verified").Where("id = ? AND status = ?", userID, statusActive).Take(&user).Error
	if storage.IsNotFound(err) {
		return "", ErrNotFound
	}
	if err != nil || !user.PhoneVerified {
		return "", err
	}
	return user.PhoneHash, nil
}

// FindByPhone finds the active user of a phone for operators, or fails with ErrNotFound
// or a wrong `phone`. That somebody looked stays in the audit log, also where nobody was found.
func (s *Service) FindByPhone(ctx context.Context, by audit.Actor, phone string) (User, error) {
	var p problems
	if p.Mobile("phone", phone); p.Err() != nil {
		return User{}, p.Err()
	}
	var found User // its ID is 0 where there is none
	err := s.db.InTx(ctx, func(tx *storage.Tx) error {
		err := tx.Select("id").Where("phone_hash = ? AND status = ?", s.phoneHash(phone), statusActive).Limit(1).Find(&found).Error
		if err != nil {
			return err
		}
		return audit.Write(tx, by, audit.Change{Action: "user.looked_up", Subject: "user", SubjectID: found.ID,
			After: map[string]any{"phone": pii.MaskPhone(phone), "found": found.ID != 0}})
	})
	if err != nil {
		return User{}, err
	}
	if found.ID == 0 {
		return User{}, ErrNotFound
	}
	return s.Get(ctx, found.ID)
}

// Holds tells whether an active user has a role now.
func Holds(view *gorm.DB, userID id.ID, role string) (bool, error) {
	var n int64
	err := view.Table("user_roles r").Joins("JOIN users u ON u.id = r.user_id").
		Where("r.user_id = ? AND r.role = ? AND u.status = ?", userID, role, statusActive).Count(&n).Error
	return n > 0, err
}

// Operators lists the active operators, ascending.
func Operators(view *gorm.DB) ([]id.ID, error) {
	var users []id.ID
	err := view.Table("user_roles r").Joins("JOIN users u ON u.id = r.user_id").
		Where("r.role = ? AND u.status = ?", RoleOperator, statusActive).Order("r.user_id").Pluck("r.user_id", &users).Error
	return users, err
}

// IsOperator is Holds for the role of an operator.
func IsOperator(view *gorm.DB, userID id.ID) (bool, error) { return Holds(view, userID, RoleOperator) }

// RolesOf lists the roles of an active user, ascending, or fails with ErrNotFound.
func RolesOf(view *gorm.DB, userID id.ID) ([]string, error) {
	var there int64
	if err := view.Model(&User{}).Where("id = ? AND status = ?", userID, statusActive).Count(&there).Error; err != nil {
		return nil, err
	}
	if there == 0 {
		return nil, ErrNotFound
	}
	roles := []string{}
	err := view.Model(&userRole{}).Where("user_id = ?", userID).Order("role").Pluck("role", &roles).Error
	return roles, err
}
