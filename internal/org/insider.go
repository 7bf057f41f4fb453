package org

import (
	"zique/internal/id"
	"zique/internal/storage"
)

// insider is SQL, true where the user is a member of the organisation, was one by an
// invitation, or handed in its application: who left it does not stand apart. Both are
// expressions of SQL; the user's is used three times.
func insider(org, user string) string {
	return `(EXISTS (SELECT 1 FROM memberships im WHERE im.org_id = ` + org + ` AND im.user_id = ` + user + `)
	OR EXISTS (SELECT 1 FROM org_invitations ii WHERE ii.org_id = ` + org + ` AND ii.status = '` + InvitationAccepted + `' AND ii.decided_by = ` + user + `)
	OR EXISTS (SELECT 1 FROM org_admission_steps ia WHERE ia.org_id = ` + org + ` AND ia.to_status IN ('` + Submitted + `', '` + Withdrawn + `') AND ia.actor_id = ` + user + `))`
}

// NotInsider refuses with ErrOwnRequest an operator who is or was of a locked organisation.
func NotInsider(tx *storage.Tx, orgID, userID id.ID) error {
	var n int64
	err := tx.Table("organisations o").Where("o.id = ? AND "+insider("o.id", "?"), orgID, userID, userID, userID).Count(&n).Error
	if err == nil && n > 0 {
		return ErrOwnRequest
	}
	return err
}
