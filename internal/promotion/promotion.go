// Package promotion is a cooperative's full reductions (满减): from a threshold of goods in
// one order on, an amount less. The cooperative bears them; order spreads them over the
// lines by largest remainder, so that a partial refund gives back what was paid.
package promotion

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/storage"
)

// Bounds.
const (
	MaxOpen      = 20 // of a cooperative at once
	maxThreshold = money.Fen(100_000_000)
	longest      = 366 * 24 * time.Hour
)

// Refusals.
var (
	ErrNotFound = fault.New(fault.NotFound, "not_found", "there is no such promotion")
	ErrFull     = fault.New(fault.Conflict, "state_conflict", fmt.Sprintf("a cooperative has at most %d promotions at once", MaxOpen))
)

// Promotion is one full reduction.
type Promotion struct {
	ID            id.ID `gorm:"primaryKey;autoIncrement:false"`
	CooperativeID id.ID
	ThresholdFen  money.Fen // of goods of the cooperative in one order
	OffFen        money.Fen
	ValidFrom     clock.Millis
	ValidUntil    clock.Millis  // exclusive
	EndedAt       *clock.Millis // ended by hand
	CreatedAt     clock.Millis
}

// TableName is the table's name.
func (Promotion) TableName() string { return "promotions" }

// Running are the promotions in force at one moment, by cooperative.
type Running map[id.ID][]Promotion

// InForce reads the promotions of cooperatives that hold at an instant.
func InForce(db *gorm.DB, cooperatives []id.ID, at clock.Millis) (Running, error) {
	var rows []Promotion
	err := db.Where("cooperative_id IN ? AND valid_until > ? AND valid_from <= ? AND ended_at IS NULL", cooperatives, at, at).Order("id").Find(&rows).Error
	found := Running{}
	for _, p := range rows {
		found[p.CooperativeID] = append(found[p.CooperativeID], p)
	}
	return found, err
}

// Best is the one that takes most off the goods; the zero Promotion takes nothing.
func (r Running) Best(cooperative id.ID, goods money.Fen) Promotion {
	var best Promotion
	for _, p := range r[cooperative] {
		if goods >= p.ThresholdFen && p.OffFen > best.OffFen {
			best = p
		}
	}
	return best
}

// List answers a cooperative's promotions that are not over, the latest first.
func List(db *gorm.DB, cooperative id.ID, now clock.Millis) ([]Promotion, error) {
	found := []Promotion{}
	return found, db.Where("cooperative_id = ? AND valid_until > ? AND ended_at IS NULL", cooperative, now).Order("id DESC").Find(&found).Error
}

// Add starts a promotion of the acting cooperative's.
func Add(tx *storage.Tx, by audit.Actor, p Promotion) (Promotion, error) {
	var wrong fault.Problems
	if p.ThresholdFen < 1 || p.ThresholdFen > maxThreshold {
		wrong.Add("threshold_fen", "range", fmt.Sprintf("a whole number from 1 to %d", maxThreshold))
	}
	if p.OffFen < 1 || p.OffFen >= p.ThresholdFen {
		wrong.Add("off_fen", "range", "a whole number from 1, and less than the threshold")
	}
	if p.ValidUntil <= p.ValidFrom || p.ValidUntil <= tx.Now() || p.ValidUntil > p.ValidFrom.Add(longest) {
		wrong.Add("valid_until", "range", "after the beginning and after now, and within a year of the beginning")
	}
	if err := wrong.Err(); err != nil {
		return p, err
	}
	open, err := List(tx.ForUpdate(), by.OrgID, tx.Now())
	if err != nil {
		return p, err
	}
	if len(open) >= MaxOpen {
		return p, ErrFull
	}
	p.ID, p.CooperativeID, p.CreatedAt, p.EndedAt = tx.NewID(), by.OrgID, tx.Now(), nil
	if err := tx.Create(&p).Error; err != nil {
		return p, err
	}
	return p, audit.Write(tx, by, audit.Change{Action: "promotion.added", Subject: "promotion", SubjectID: p.ID, After: p})
}

// End ends a promotion of the acting cooperative's now. Repeated, it changes nothing.
func End(tx *storage.Tx, by audit.Actor, promotionID id.ID) error {
	var p Promotion
	err := tx.ForUpdate().Where("id = ? AND cooperative_id = ?", promotionID, by.OrgID).Take(&p).Error
	if storage.IsNotFound(err) {
		return ErrNotFound
	}
	if err != nil || p.EndedAt != nil {
		return err
	}
	if err := tx.Model(&p).Update("ended_at", tx.Now()).Error; err != nil {
		return err
	}
	return audit.Write(tx, by, audit.Change{Action: "promotion.ended", Subject: "promotion", SubjectID: p.ID, Before: p})
}
