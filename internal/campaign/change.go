package campaign

import (
	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

// Add makes a draft.
func Add(tx *storage.Tx, by audit.Actor, t Terms) (Campaign, error) {
	c := Campaign{ID: tx.NewID(), Status: Draft, CreatedAt: tx.Now()}
	if err := t.apply(&c, tx.Now()); err != nil {
		return c, err
	}
	if err := tx.Create(&c).Error; err != nil {
		return c, err
	}
	return c, audit.Write(tx, by, audit.Change{Action: "campaign.added", Subject: "campaign", SubjectID: c.ID, After: c})
}

// Change sets the terms of a campaign that is not over: what is sold in between belongs to none.
func Change(tx *storage.Tx, by audit.Actor, campaignID id.ID, t Terms) (Campaign, error) {
	c, err := lock(tx, campaignID)
	if err != nil {
		return c, err
	}
	if c.Phase(tx.Now()) == Over {
		return c, ErrState
	}
	before := c
	if err := t.apply(&c, tx.Now()); err != nil {
		return c, err
	}
	return c, save(tx, by, "campaign.changed", "", before, c)
}

// Publish lets everybody see a campaign, and its goods be sold in it on its days. Repeated,
// it changes nothing.
func Publish(tx *storage.Tx, by audit.Actor, campaignID id.ID) (Campaign, error) {
	return step(tx, by, campaignID, Published, "")
}

// Close ends a campaign, and says why. Repeated, it changes nothing.
func Close(tx *storage.Tx, by audit.Actor, campaignID id.ID, reason string) (Campaign, error) {
	var p fault.Problems
	reason = p.Reason(reason, true)
	if err := p.Err(); err != nil {
		return Campaign{}, err
	}
	return step(tx, by, campaignID, Closed, reason)
}

func step(tx *storage.Tx, by audit.Actor, campaignID id.ID, to, reason string) (Campaign, error) {
	c, err := lock(tx, campaignID)
	switch {
	case err != nil || c.Status == to:
		return c, err
	case follows[c.Status] != to:
		return c, ErrState
	}
	before, now := c, tx.Now()
	c.Status = to
	if to == Closed {
		c.ClosedAt = &now
		return c, save(tx, by, "campaign.closed", reason, before, c)
	}
	if now >= c.ClosesAt {
		return before, ErrState.With("closes_on", "past", "must not be over")
	}
	var goods int64
	if err := tx.Model(&Good{}).Where("campaign_id = ? AND status = ?", c.ID, Accepted).Count(&goods).Error; err != nil {
		return before, err
	}
	if goods == 0 {
		return before, ErrNoGoods
	}
	c.PublishedAt = &now
	return c, save(tx, by, "campaign.published", "", before, c)
}

// lock keeps a campaign as it is until tx is over.
func lock(tx *storage.Tx, campaignID id.ID) (Campaign, error) {
	var c Campaign
	err := tx.ForUpdate().Where("id = ?", campaignID).Take(&c).Error
	if storage.IsNotFound(err) {
		return c, ErrNotFound
	}
	return c, err
}

func save(tx *storage.Tx, by audit.Actor, action, reason string, before, after Campaign) error {
	err := tx.Model(&after).Select("Kind", "Title", "Description", "OpensAt", "ClosesAt", "Status", "PublishedAt", "ClosedAt").Updates(&after).Error
	if err != nil {
		return err
	}
	return audit.Write(tx, by, audit.Change{Action: action, Subject: "campaign", SubjectID: after.ID, Before: before, After: after, Reason: reason})
}
