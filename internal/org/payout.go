package org

import (
	"slices"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
)

// Standing is to which account an organisation would be paid now: Err says why to none,
// and is ErrNoPayee or ErrPayeeCooling.
type Standing struct {
	PayeeID id.ID
	Err     error
}

// Standings answers the standing of each organisation.
func Standings(view *gorm.DB, now clock.Millis, orgIDs []id.ID) (map[id.ID]Standing, error) {
	found := map[id.ID]Standing{}
	for _, orgID := range orgIDs {
		found[orgID] = Standing{Err: ErrNoPayee}
	}
	for part := range slices.Chunk(orgIDs, 500) {
		var active []Payee
		if err := view.Where("active_org_id IN ?", part).Find(&active).Error; err != nil {
			return nil, err
		}
		for _, p := range active {
			standing := Standing{PayeeID: p.ID}
			if p.UsableFrom > now {
				standing.Err = ErrPayeeCooling
			}
			found[p.OrgID] = standing
		}
	}
	return found, nil
}

// TellPayee tells those of an organisation who may touch its payee account.
func TellPayee(tx *storage.Tx, orgID id.ID, template string, params map[string]string, link string) error {
	users, err := holders(tx, orgID, monied)
	if err != nil {
		return err
	}
	return tell(tx, users, template, params, link)
}

// PayeesByID reads accounts with their numbers in clear, also those that were replaced
// since; for a payout that was approved.
func (s *Service) PayeesByID(view *gorm.DB, payeeIDs []id.ID) (map[id.ID]Payee, error) {
	found := map[id.ID]Payee{}
	for part := range slices.Chunk(payeeIDs, 500) {
		var rows []Payee
		if err := view.Where("id IN ?", part).Find(&rows).Error; err != nil {
			return nil, err
		}
		for _, p := range rows {
			if err := s.open(&p); err != nil {
				return nil, err
			}
			found[p.ID] = p
		}
	}
	return found, nil
}
