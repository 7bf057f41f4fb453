package org

import (
	"slices"

	"gorm.io/gorm"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/storage"
)

// insiders is SQL, the users who are members of an organisation, were it by an invitation,
// or handed in its application: who left it does not stand apart.
func insiders(org string) string {
	return `SELECT im.user_id FROM memberships im WHERE im.org_id = ` + org + `
	UNION ALL SELECT ii.decided_by FROM org_invitations ii WHERE ii.org_id = ` + org + ` AND ii.status = '` + InvitationAccepted + `'
	UNION ALL SELECT ia.actor_id FROM org_admission_steps ia WHERE ia.org_id = ` + org + ` AND ia.to_status IN ('` + Submitted + `', '` + Withdrawn + `')`
}

// InsiderOf answers of which of the organisations the user is or was.
func InsiderOf(view *gorm.DB, userID id.ID, orgIDs ...id.ID) ([]id.ID, error) {
	var found []id.ID
	for part := range slices.Chunk(orgIDs, 500) {
		var some []id.ID
		if err := view.Table("organisations o").Where("o.id IN ? AND ? IN ("+insiders("o.id")+")", part, userID).Pluck("o.id", &some).Error; err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	return found, nil
}

// NotInsider refuses with ErrOwnRequest an operator who is or was of any of the organisations.
func NotInsider(tx *storage.Tx, userID id.ID, orgIDs ...id.ID) error {
	return noneOwn(InsiderOf(tx.DB, userID, orgIDs...))
}

// JoinedSince is the refusal of carrying out what somebody asked for who stood apart then,
// and does not now.
func JoinedSince(err error) error {
	if err == ErrOwnRequest {
		return approval.ErrAskerGone
	}
	return err
}

// mayJoin refuses with ErrDecidedLately who has lately done something about an organisation
// for the operators. An open invitation makes nobody an insider, since anybody can be sent
// one; but as this lasts as long as invitations do, none that was open when they decided
// brings them in. A locked organisation's log is complete: it has a row for every decision.
func mayJoin(tx *storage.Tx, orgID, userID id.ID) error {
	before, err := InsiderOf(tx.DB, userID, orgID)
	if err != nil || len(before) > 0 { // who was of it has decided nothing since, and may come back
		return err
	}
	var decided int64
	err = tx.Model(&audit.Entry{}).Where("about_org_id = ? AND actor_id = ? AND subject NOT IN ? AND created_at > ?",
		orgID, userID, []string{"invitation", "file"}, tx.Now().Add(-InvitationTTL)).Count(&decided).Error
	if err == nil && decided > 0 {
		err = ErrDecidedLately
	}
	return err
}

func noneOwn(own []id.ID, err error) error {
	if err == nil && len(own) > 0 {
		err = ErrOwnRequest
	}
	return err
}
