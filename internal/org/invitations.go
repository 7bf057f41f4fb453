package org

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"zique/internal/attempt"
	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/notify"
	"zique/internal/outbox"
	"zique/internal/pii"
	"zique/internal/storage"
)

// Statuses of an invitation.
const (
	InvitationPending  = "pending"
	InvitationAccepted = "accepted"
	InvitationDeclined = "declined"
	InvitationRevoked  = "revoked"
	InvitationExpired  = "expired"
)

// InvitationTTL is how long an invitation waits for an answer.
const InvitationTTL = 7 * 24 * time.Hour

// Bounds of the text messages that invitations cause in a day. An operator invites for
// many villages.
const (
	maxInvitesOfOrg   = 50
	maxInvitesOfPhone = 5
	inviteWindow      = 24 * time.Hour
)

var (
	invitesOfMember   = attempt.Limit{Max: 50, Window: inviteWindow}
	invitesOfOperator = attempt.Limit{Max: 300, Window: inviteWindow}
)

// The refusals of inviting.
var (
	ErrAlreadyMember     = fault.New(fault.Conflict, "already_member", "this person is a member already")
	ErrInvited           = fault.New(fault.Conflict, "invitation_pending", "this phone is invited already; revoke that invitation first")
	ErrInvitationExpired = fault.New(fault.Conflict, "invitation_expired", "the invitation is older than 7 days; ask for a new one")
	ErrTooManyInvites    = fault.New(fault.TooMany, "too_many_attempts", "too many invitations today").After(time.Hour)
)

// Invitation asks the holder of a phone to become a member.
type Invitation struct {
	ID           id.ID `gorm:"primaryKey;autoIncrement:false"`
	OrgID        id.ID
	Role         string
	PhoneHash    string  `json:"-"`
	PhoneCipher  []byte  `json:"-"`
	PendingPhone *string `json:"-"` // the hash while pending, unique in the organisation
	Status       string
	InvitedBy    id.ID
	CreatedAt    clock.Millis
	ExpiresAt    clock.Millis
	DecidedBy    id.ID
	DecidedAt    *clock.Millis

	Phone   string `gorm:"-"` // masked
	OrgName string `gorm:"->"`
	OrgKind string `gorm:"->"`
}

// TableName is the table's name.
func (Invitation) TableName() string { return "org_invitations" }

func (i *Invitation) asOf(now clock.Millis) {
	if i.Status == InvitationPending && i.ExpiresAt <= now {
		i.Status = InvitationExpired
	}
}

// Invite invites the holder of a phone, for a manager, and sends an SMS. What it answers
// does not tell whether the phone has an account. It fails with wrong fields,
// ErrNotFound, ErrForbidden, ErrSuspended, ErrNotAdmitted, ErrAlreadyMember, ErrInvited,
// ErrTooManyInvites or attempt.ErrTooMany.
func (s *Service) Invite(ctx context.Context, db *storage.DB, by audit.Actor, orgID id.ID, phone, role string) (Invitation, error) {
	return counted(ctx, db, by, invitesOfMember, func(tx *storage.Tx) (Invitation, error) {
		o, _, err := manage(tx, by, orgID, managing...)
		if err != nil {
			return Invitation{}, err
		}
		return s.invite(tx, by, o, phone, role)
	})
}

// counted runs one inviting in a transaction of its own, and counts it against the
// inviter's day in whatever organisations; what is refused counts nothing.
func counted(ctx context.Context, db *storage.DB, by audit.Actor, limit attempt.Limit, inviting func(tx *storage.Tx) (Invitation, error)) (i Invitation, err error) {
	once, err := attempt.Begin(ctx, db, limit, "invite:user:"+by.UserID.String())
	if err != nil {
		return Invitation{}, err
	}
	err = db.InTx(ctx, func(tx *storage.Tx) (err error) {
		i, err = inviting(tx)
		return err
	})
	if err != nil {
		return Invitation{}, errors.Join(err, db.InTx(ctx, once.Forgive))
	}
	return i, nil
}

// invite writes an invitation to a locked organisation.
func (s *Service) invite(tx *storage.Tx, by audit.Actor, o Organisation, phone, role string) (Invitation, error) {
	var p problems
	p.Mobile("phone", phone)
	p.role(o.Kind, role)
	if err := p.Err(); err != nil {
		return Invitation{}, err
	}
	if o.Status != Admitted { // no text message bears a name that nobody has reviewed
		return Invitation{}, ErrNotAdmitted
	}
	orgID := o.ID
	hash := s.keys.Lookup("phone", phone) // the same by which users are found
	if err := mayInvite(tx, orgID, hash); err != nil {
		return Invitation{}, err
	}
	sealed, err := s.keys.Seal([]byte(phone))
	if err != nil {
		return Invitation{}, err
	}
	i := Invitation{
		ID: tx.NewID(), OrgID: orgID, Role: role, PhoneHash: hash, PhoneCipher: sealed, PendingPhone: &hash, Status: InvitationPending,
		InvitedBy: by.UserID, CreatedAt: tx.Now(), ExpiresAt: tx.Now().Add(InvitationTTL),
	}
	if err := tx.Create(&i).Error; err != nil {
		return Invitation{}, err
	}
	if i.Phone, err = s.masked(sealed); err != nil {
		return Invitation{}, err
	}
	err = audit.Write(tx, by.For(orgID), audit.Change{Action: "member.invited", Subject: "invitation", SubjectID: i.ID,
		After: map[string]string{"org_id": orgID.String(), "role": role, "phone": i.Phone}})
	if err != nil {
		return Invitation{}, err
	}
	return i, sendInvitation(tx, o, i)
}

// mayInvite is asked under the organisation's lock.
func mayInvite(tx *storage.Tx, orgID id.ID, phoneHash string) error {
	var members int64
	err := tx.Table("memberships m").Joins("JOIN users u ON u.id = m.user_id").
		Where("m.org_id = ? AND u.phone_hash = ?", orgID, phoneHash).Count(&members).Error
	if err != nil {
		return err
	}
	if members > 0 {
		return ErrAlreadyMember
	}
	var open []Invitation
	if err := tx.ForUpdate().Where("org_id = ? AND pending_phone = ?", orgID, phoneHash).Find(&open).Error; err != nil {
		return err
	}
	for _, i := range open {
		if i.ExpiresAt > tx.Now() {
			return ErrInvited
		}
		if err := endInvitation(tx, audit.System, i, InvitationExpired); err != nil {
			return err
		}
	}
	var ofOrg, ofPhone int64
	since := tx.Now().Add(-inviteWindow)
	if err := tx.Model(&Invitation{}).Where("org_id = ? AND created_at > ?", orgID, since).Count(&ofOrg).Error; err != nil {
		return err
	}
	if err := tx.Model(&Invitation{}).Where("phone_hash = ? AND created_at > ?", phoneHash, since).Count(&ofPhone).Error; err != nil {
		return err
	}
	if ofOrg >= maxInvitesOfOrg || ofPhone >= maxInvitesOfPhone {
		return ErrTooManyInvites
	}
	return nil
}

// sendInvitation writes to the phone, and to the inbox of whoever has verified it.
func sendInvitation(tx *storage.Tx, o Organisation, i Invitation) error {
	m := notify.Message{Template: "invitation", Params: map[string]string{"organisation": o.Name, "role": i.Role}, Link: "/invitations"}
	err := tx.Table("users").Where("phone_hash = ? AND phone_verified AND status = ?", i.PhoneHash, "active").Pluck("id", &m.UserIDs).Error
	if err != nil {
		return err
	}
	if m.SMS = len(m.UserIDs) > 0; !m.SMS {
		m.Phones = [][]byte{i.PhoneCipher}
	}
	_, err = outbox.Emit(tx, notify.Topic, m)
	return err
}

// endInvitation settles a pending invitation.
func endInvitation(tx *storage.Tx, by audit.Actor, i Invitation, status string) error {
	err := tx.Model(&Invitation{}).Where("id = ?", i.ID).Updates(map[string]any{
		"status": status, "pending_phone": nil, "decided_by": by.UserID, "decided_at": tx.Now()}).Error
	if err != nil {
		return err
	}
	return audit.Write(tx, by.For(i.OrgID), audit.Change{Action: "invitation." + status, Subject: "invitation", SubjectID: i.ID,
		Before: map[string]string{"status": InvitationPending}, After: map[string]string{"status": status, "role": i.Role}})
}

// Accept makes the holder of the verified phone with this hash a member. An invitation
// to another phone is ErrNotFound. It fails with ErrState, ErrInvitationExpired,
// ErrSuspended, ErrDecidedLately or ErrAlreadyMember; repeated by the same person it answers the same.
// Whoever calls keeps the account of who accepts meanwhile.
func (s *Service) Accept(tx *storage.Tx, by audit.Actor, phoneHash string, invitationID id.ID) (Invitation, error) {
	return s.answer(tx, by, phoneHash, invitationID, InvitationAccepted)
}

// Decline refuses an invitation; see Accept.
func (s *Service) Decline(tx *storage.Tx, by audit.Actor, phoneHash string, invitationID id.ID) (Invitation, error) {
	return s.answer(tx, by, phoneHash, invitationID, InvitationDeclined)
}

func (s *Service) answer(tx *storage.Tx, by audit.Actor, phoneHash string, invitationID id.ID, answer string) (Invitation, error) {
	o, i, err := lockInvitation(tx, invitationID)
	if err != nil {
		return Invitation{}, err
	}
	i.asOf(tx.Now())
	i.OrgName, i.OrgKind = o.Name, o.Kind
	switch {
	case phoneHash == "" || i.PhoneHash != phoneHash:
		return Invitation{}, ErrNotFound
	case i.Status == answer && i.DecidedBy == by.UserID:
		return i, nil
	case i.Status == InvitationExpired:
		return Invitation{}, ErrInvitationExpired
	case i.Status != InvitationPending:
		return Invitation{}, ErrState
	case answer == InvitationAccepted && i.InvitedBy == by.UserID:
		return Invitation{}, ErrOwnRequest // nobody appoints themselves
	case answer == InvitationAccepted && o.Status == Suspended:
		return Invitation{}, ErrSuspended
	case answer == InvitationAccepted && o.Status != Admitted:
		return Invitation{}, ErrNotAdmitted
	}
	if answer == InvitationAccepted {
		if err := mayJoin(tx, o.ID, by.UserID); err != nil {
			return Invitation{}, err
		}
		if err := join(tx, by, o.ID, by.UserID, i.Role); err != nil {
			return Invitation{}, err
		}
		if err := tellAccepted(tx, o, by.UserID); err != nil {
			return Invitation{}, err
		}
	}
	i.Status = answer
	return i, endInvitation(tx, by, i, answer)
}

// tellAccepted names who joined masked: messages outlive accounts, and the managers see
// the name among the members.
func tellAccepted(tx *storage.Tx, o Organisation, userID id.ID) error {
	var names []string
	if err := tx.Table("users").Where("id = ?", userID).Pluck("name", &names).Error; err != nil || len(names) == 0 {
		return err
	}
	managers, err := holders(tx, o.ID, managing)
	if err != nil {
		return err
	}
	return tell(tx, managers, "invitation_accepted", map[string]string{"organisation": o.Name, "name": pii.MaskName(names[0])}, o.path())
}

// lockInvitation locks the organisation before its invitation, as everything here does.
func lockInvitation(tx *storage.Tx, invitationID id.ID) (Organisation, Invitation, error) {
	var i Invitation
	err := tx.Where("id = ?", invitationID).Take(&i).Error
	if storage.IsNotFound(err) {
		err = ErrNotFound
	}
	if err != nil {
		return Organisation{}, i, err
	}
	o, err := lock(tx, i.OrgID)
	if err != nil {
		return o, i, err
	}
	err = tx.ForUpdate().Where("id = ?", invitationID).Take(&i).Error
	return o, i, err
}

// Revoke takes an invitation back, for a manager; one that is revoked stays so. It
// fails with ErrNotFound, ErrForbidden, ErrSuspended or, once it is answered, ErrState.
func (s *Service) Revoke(tx *storage.Tx, by audit.Actor, orgID, invitationID id.ID) error {
	if _, _, err := manage(tx, by, orgID, managing...); err != nil {
		return err
	}
	return revoke(tx, by, orgID, invitationID)
}

func revoke(tx *storage.Tx, by audit.Actor, orgID, invitationID id.ID) error {
	_, i, err := lockInvitation(tx, invitationID)
	switch {
	case err != nil:
		return err
	case i.OrgID != orgID:
		return ErrNotFound
	case i.Status == InvitationRevoked:
		return nil
	case i.Status != InvitationPending:
		return ErrState
	}
	return endInvitation(tx, by, i, InvitationRevoked)
}

// Invitations lists those of an organisation, the newest first, for its managers.
func (s *Service) Invitations(view *gorm.DB, now clock.Millis, orgID, userID id.ID) ([]Invitation, error) {
	if err := mayRead(view, orgID, userID, managing); err != nil {
		return nil, err
	}
	return s.invitations(view, now, orgID)
}

func (s *Service) invitations(view *gorm.DB, now clock.Millis, orgID id.ID) ([]Invitation, error) {
	found := []Invitation{}
	err := view.Where("org_id = ?", orgID).Order("created_at DESC, id DESC").Limit(maxShown).Find(&found).Error
	if err != nil {
		return nil, err
	}
	for i := range found {
		found[i].asOf(now)
		if found[i].Phone, err = s.masked(found[i].PhoneCipher); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// InvitationsTo lists what waits for the holder of a verified phone, by its hash.
func InvitationsTo(view *gorm.DB, now clock.Millis, phoneHash string) ([]Invitation, error) {
	found := []Invitation{}
	if phoneHash == "" {
		return found, nil
	}
	err := view.Table("org_invitations i").Select("i.id, i.org_id, i.role, i.status, i.created_at, i.expires_at, o.name org_name, o.kind org_kind").
		Joins("JOIN organisations o ON o.id = i.org_id").
		Where("i.phone_hash = ? AND i.status = ? AND i.expires_at > ? AND o.status = ?", phoneHash, InvitationPending, now, Admitted).
		Order("i.created_at DESC, i.id DESC").Limit(maxShown).Scan(&found).Error
	return found, err
}
