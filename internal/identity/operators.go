package identity

import (
	"gorm.io/gorm"

	"zique/internal/approval"
	"zique/internal/id"
)

// EveryOperator is the Decides of a kind of approval that any operator decides about.
func EveryOperator(view *gorm.DB, userID id.ID) (approval.Condition, error) {
	operator, err := IsOperator(view, userID)
	if err != nil || !operator {
		return approval.Condition{}, err
	}
	return approval.Condition{SQL: "1 = 1"}, nil
}

// StillOperator refuses with approval.ErrAskerGone who asked for something as an operator
// and is none any more.
func StillOperator(view *gorm.DB, asker id.ID) error {
	operator, err := IsOperator(view, asker)
	if err == nil && !operator {
		err = approval.ErrAskerGone
	}
	return err
}
