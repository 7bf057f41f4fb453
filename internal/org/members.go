package org

import (
	"slices"

	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/pii"
	"zique/internal/storage"
)

// Member is who belongs to an organisation, as the others see them.
type Member struct {
	UserID      id.ID
	Name        string
	PhoneCipher []byte `json:"-"`
	Phone       string `gorm:"-"` // masked
	Role        string
	CreatedAt   clock.Millis
}

// lock reads an organisation for a change, or fails with ErrNotFound.
func lock(tx *storage.Tx, orgID id.ID) (Organisation, error) {
	var found []Organisation
	if err := tx.LockByID(&found, []id.ID{orgID}); err != nil {
		return Organisation{}, err
	}
	if len(found) == 0 {
		return Organisation{}, ErrNotFound
	}
	return found[0], nil
}

// memberOf finds a user's membership, or fails with ErrNotFound.
func memberOf(view *gorm.DB, orgID, userID id.ID) (Membership, error) {
	var m Membership
	err := view.Where("org_id = ? AND user_id = ?", orgID, userID).Take(&m).Error
	if storage.IsNotFound(err) {
		return m, ErrNotFound
	}
	return m, err
}

// manage locks an organisation for a change by a member with one of the roles. It
// fails with ErrNotFound for strangers, ErrForbidden for other members and with
// ErrSuspended: members of a suspended organisation read and do not change.
func manage(tx *storage.Tx, by audit.Actor, orgID id.ID, roles ...string) (Organisation, Membership, error) {
	o, err := lock(tx, orgID)
	if err != nil {
		return o, Membership{}, err
	}
	m, err := memberOf(tx.DB, orgID, by.UserID)
	return o, m, may(o, m, err, roles)
}

func may(o Organisation, m Membership, err error, roles []string) error {
	switch {
	case err != nil:
		return err
	case !slices.Contains(roles, m.Role):
		return ErrForbidden
	case o.Status == Suspended:
		return ErrSuspended
	}
	return nil
}

// holders lists the active users of an organisation with one of the roles, in the order of their ids.
func holders(tx *storage.Tx, orgID id.ID, roles []string) ([]id.ID, error) {
	return holdersIn(tx.DB, orgID, roles)
}

func holdersIn(view *gorm.DB, orgID id.ID, roles []string) ([]id.ID, error) {
	var users []id.ID
	err := view.Table("memberships m").Joins("JOIN users u ON u.id = m.user_id").
		Where("m.org_id = ? AND m.role IN ? AND u.status = ?", orgID, roles, "active").
		Order("m.user_id").Pluck("m.user_id", &users).Error
	return users, err
}

// Members lists who belongs to an organisation, for any of them; strangers get ErrNotFound.
func (s *Service) Members(view *gorm.DB, orgID, userID id.ID) ([]Member, error) {
	if _, err := memberOf(view, orgID, userID); err != nil {
		return nil, err
	}
	return s.listed(membersIn(view, orgID))
}

func (s *Service) listed(rows *gorm.DB) ([]Member, error) {
	members := []Member{}
	err := rows.Order("m.created_at, m.user_id").Scan(&members).Error
	if err != nil {
		return nil, err
	}
	for i := range members {
		if members[i].Phone, err = s.masked(members[i].PhoneCipher); err != nil {
			return nil, err
		}
	}
	return members, nil
}

func membersIn(view *gorm.DB, orgID id.ID) *gorm.DB {
	return view.Table("memberships m").Select("m.user_id, u.name, u.phone_cipher, m.role, m.created_at").
		Joins("JOIN users u ON u.id = m.user_id").Where("m.org_id = ?", orgID)
}

// masked opens a sealed phone as far as people may see it.
func (s *Service) masked(sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	phone, err := s.keys.Open(sealed)
	if err != nil {
		return "", err
	}
	return pii.MaskPhone(string(phone)), nil
}

// SetRole changes a member's role, for a manager. It fails with ErrNotFound,
// ErrForbidden, ErrSuspended, a wrong `role`, or ErrLastManager.
func (s *Service) SetRole(tx *storage.Tx, by audit.Actor, orgID, userID id.ID, role string) (Member, error) {
	o, _, err := manage(tx, by, orgID, managing...)
	if err != nil {
		return Member{}, err
	}
	var p problems
	if p.role(o.Kind, role); p.Err() != nil {
		return Member{}, p.Err()
	}
	target, err := memberOf(tx.DB, orgID, userID)
	if err != nil {
		return Member{}, err
	}
	if target.Role == role {
		return s.member(tx, orgID, userID)
	}
	if err := keepManager(tx, target); err != nil {
		return Member{}, err
	}
	err = tx.Model(&Membership{}).Where("org_id = ? AND user_id = ?", orgID, userID).
		Updates(map[string]any{"role": role, "role_since": tx.Now()}).Error
	if err != nil {
		return Member{}, err
	}
	if !slices.Contains(managing, role) {
		if err := uninvite(tx, by, target); err != nil {
			return Member{}, err
		}
	}
	err = audit.Write(tx, by.For(orgID), audit.Change{
		Action: "member.role_changed", Subject: "user", SubjectID: userID, Before: membership(orgID, target.Role), After: membership(orgID, role)})
	if err != nil {
		return Member{}, err
	}
	if userID != by.UserID {
		if err := tell(tx, []id.ID{userID}, "role_changed", map[string]string{"organisation": o.Name, "role": role}, o.path()); err != nil {
			return Member{}, err
		}
	}
	return s.member(tx, orgID, userID)
}

func (s *Service) member(tx *storage.Tx, orgID, userID id.ID) (Member, error) {
	var m Member
	if err := membersIn(tx.DB, orgID).Where("m.user_id = ?", userID).Take(&m).Error; err != nil {
		return m, err
	}
	var err error
	m.Phone, err = s.masked(m.PhoneCipher)
	return m, err
}

// keepManager refuses to lose the last one who manages. The organisation's lock makes
// two managers who remove each other take turns.
func keepManager(tx *storage.Tx, leaving Membership) error {
	if !slices.Contains(managing, leaving.Role) {
		return nil
	}
	managers, err := holders(tx, leaving.OrgID, managing)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(managers, func(u id.ID) bool { return u != leaving.UserID }) {
		return ErrLastManager
	}
	return nil
}

// RemoveMember ends a membership: a manager's right, and everybody's own, also in a
// suspended organisation. It fails with ErrNotFound, ErrForbidden, ErrSuspended or
// ErrLastManager. Desks are left with the role.
func (s *Service) RemoveMember(tx *storage.Tx, by audit.Actor, orgID, userID id.ID) error {
	roles := managing
	if userID == by.UserID {
		roles = leaving
	}
	o, _, err := manage(tx, by, orgID, roles...)
	if err != nil && (err != ErrSuspended || userID != by.UserID) {
		return err
	}
	target, err := memberOf(tx.DB, orgID, userID)
	if err != nil {
		return err
	}
	if err := keepManager(tx, target); err != nil {
		return err
	}
	if err := leave(tx, by, target); err != nil || userID == by.UserID {
		return err
	}
	return tell(tx, []id.ID{userID}, "member_removed", map[string]string{"organisation": o.Name}, "")
}

// uninvite takes back what somebody invited who may not invite any more: else they would
// go on filling the organisation. Operators of the county invite heads of collectives.
func uninvite(tx *storage.Tx, by audit.Actor, m Membership) error {
	where := "org_id = @org"
	if m.Role == RoleOperator {
		where = "org_id IN (SELECT id FROM organisations WHERE kind = @kind)"
	}
	return revokeWhere(tx, by, where+" AND invited_by = @user AND status = @pending",
		map[string]any{"org": m.OrgID, "user": m.UserID, "kind": VillageCollective, "pending": InvitationPending})
}

// leave ends a membership. The log tells who left from who was removed; who leaves still
// acts for the organisation.
func leave(tx *storage.Tx, by audit.Actor, m Membership) error {
	action := "member.removed"
	if m.UserID == by.UserID {
		action = "member.left"
	}
	err := audit.Write(tx, by.For(m.OrgID), audit.Change{
		Action: action, Subject: "user", SubjectID: m.UserID, Before: membership(m.OrgID, m.Role)})
	if err != nil {
		return err
	}
	if err := tx.Where("org_id = ? AND user_id = ?", m.OrgID, m.UserID).Delete(&Membership{}).Error; err != nil {
		return err
	}
	return uninvite(tx, by, m)
}
