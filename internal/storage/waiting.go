package storage

import (
	"gorm.io/gorm"

	"zique/internal/clock"
)

// Waiting counts the rows of a query, and answers the least value of a column of theirs:
// since when the first has waited; nil: none does.
func Waiting(q *gorm.DB, since string) (count int64, oldest *clock.Millis, err error) {
	var found struct {
		Count  int64
		Oldest *clock.Millis
	}
	err = q.Select("COUNT(*) count, MIN(" + since + ") oldest").Scan(&found).Error
	return found.Count, found.Oldest, err
}
