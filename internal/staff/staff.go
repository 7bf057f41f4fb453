// Package staff gives and takes the roles of the platform. It joins what identity and
// org know of operators, since neither may import the other: the role, and the
// membership of a desk. Its invariants:
//
//   - A role is given by two operators, neither of whom gets it.
//   - Whoever has the role of an operator works at a desk, and leaves it with the role.
//   - A desk that has an operator keeps one.
package staff

import (
	"cmp"
	"slices"
	"time"

	"gorm.io/gorm"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/notify"
	"zique/internal/org"
	"zique/internal/outbox"
	"zique/internal/storage"
)

// Service does what this package is about.
type Service struct {
	people    *identity.Service
	approvals *approval.Desk
}

// RoleGrant is the kind of approval that gives a role of the platform.
const RoleGrant = "role.grant"

const grantTTL = 7 * 24 * time.Hour

var (
	errRoleHeld = fault.New(fault.Conflict, "state_conflict", "this person has the role already")
	errOwnRole  = fault.New(fault.Forbidden, "own_request", "nobody asks for a role of their own")
)

// Grant is a role of the platform for a user; an operator's is bound to a desk.
type Grant struct {
	UserID id.ID  `json:"user_id"`
	Role   string `json:"role"`
	Desk   string `json:"desk,omitempty"`
}

// NewService registers the kind of approval at the desk.
func NewService(people *identity.Service, approvals *approval.Desk) *Service {
	approvals.Register(approval.Kind{
		Name: RoleGrant, TTL: grantTTL,
		Decides: func(view *gorm.DB, userID id.ID) (approval.Condition, error) {
			operator, err := identity.IsOperator(view, userID)
			if err != nil || !operator {
				return approval.Condition{}, err
			}
			return approval.Condition{SQL: "a.subject_id <> ?", Args: []any{userID}}, nil // nobody decides about themselves
		},
		Carry: func(tx *storage.Tx, by audit.Actor, a approval.Approval) error {
			var g Grant
			if err := a.Open(&g); err != nil {
				return err
			}
			if err := askerStays(tx, a.RequestedBy, g.UserID); err != nil {
				return err
			}
			return g.carry(tx, by)
		},
		Settled: tellAsker,
	})
	return &Service{people, approvals}
}

// askerStays refuses where the one who asked is no operator any more. Both users are
// locked, ascending, as taking a role away locks its user.
func askerStays(tx *storage.Tx, asker, grantee id.ID) error {
	for _, userID := range slices.Sorted(slices.Values([]id.ID{asker, grantee})) {
		err := identity.KeepAccount(tx, userID)
		if err == identity.ErrNotFound && userID == asker {
			return approval.ErrAskerGone
		}
		if err != nil {
			return err
		}
	}
	return identity.StillOperator(tx.DB, asker)
}

// check names every wrong field, and puts an operator without a desk at the federation's.
func (g *Grant) check() error {
	var p fault.Problems
	if !slices.Contains([]string{identity.RoleOperator, identity.RoleAuditor, identity.RoleLiaison}, g.Role) {
		p.Add("role", "invalid", "must be operator, auditor or liaison")
	}
	if g.Role == identity.RoleOperator {
		g.Desk = cmp.Or(g.Desk, org.Federation)
	}
	if g.Desk != "" && (g.Role != identity.RoleOperator || !org.IsDesk(g.Desk)) {
		p.Add("desk", "invalid", "must be county or federation, for an operator")
	}
	return p.Err()
}

func (g Grant) carry(tx *storage.Tx, by audit.Actor) error {
	if err := identity.GrantRole(tx, by, g.UserID, g.Role); err != nil {
		return err
	}
	if g.Desk != "" {
		if err := org.JoinDesk(tx, by, g.Desk, g.UserID); err != nil {
			return err
		}
	}
	_, err := outbox.Emit(tx, notify.Topic, notify.Message{UserIDs: []id.ID{g.UserID}, Template: "role_granted", Params: map[string]string{"role": g.Role}})
	return err
}

// Ask asks another operator to give a user a role, and tells those who may decide. It
// fails with wrong fields, errOwnRole, identity.ErrNotFound, approval.ErrPending, or a
// conflict where the user has it already.
func (s *Service) Ask(tx *storage.Tx, by audit.Actor, g Grant, reason string) (approval.Approval, error) {
	if err := g.check(); err != nil {
		return approval.Approval{}, err
	}
	if g.UserID == by.UserID {
		return approval.Approval{}, errOwnRole
	}
	held, err := identity.RolesOf(tx.DB, g.UserID)
	if err != nil {
		return approval.Approval{}, err
	}
	at, err := Desks(tx.DB, g.UserID)
	if err != nil {
		return approval.Approval{}, err
	}
	if slices.Contains(held, g.Role) && (g.Desk == "" || slices.Contains(at, g.Desk)) {
		return approval.Approval{}, errRoleHeld
	}
	asked, err := s.approvals.Ask(tx, by, approval.Request{
		Kind: RoleGrant, Subject: "user", SubjectID: g.UserID, AboutUser: g.UserID, Reason: reason,
		Before: map[string]any{"roles": held, "desks": at}, After: map[string]any{"role": g.Role, "desk": g.Desk}, Payload: g,
	})
	if err != nil {
		return approval.Approval{}, err
	}
	// The approval's row comes before the user's: who leaves meanwhile takes it along.
	if err := identity.KeepAccount(tx, g.UserID); err != nil {
		return approval.Approval{}, err
	}
	return asked, tellDeciders(tx, asked, g)
}

// tellAsker tells whoever asked that there is nobody left to get the role.
func tellAsker(tx *storage.Tx, a approval.Approval) error {
	if !a.PersonLeft() {
		return nil
	}
	_, err := outbox.Emit(tx, notify.Topic, notify.Message{UserIDs: []id.ID{a.RequestedBy}, Template: "approval_person_left",
		Params: map[string]string{"kind": a.Kind}, Link: "/approvals/" + a.ID.String()})
	return err
}

// tellDeciders puts a request into the inboxes of the operators who may decide it.
func tellDeciders(tx *storage.Tx, asked approval.Approval, g Grant) error {
	deciders, err := identity.Operators(tx.DB)
	deciders = slices.DeleteFunc(deciders, func(u id.ID) bool { return u == asked.RequestedBy || u == g.UserID })
	if err != nil || len(deciders) == 0 {
		return err
	}
	_, err = outbox.Emit(tx, notify.Topic, notify.Message{UserIDs: deciders, Template: "role_asked", Params: map[string]string{"role": g.Role}, Link: "/approvals/" + asked.ID.String()})
	return err
}

// Check finds what Create would refuse whatever is in the database.
func Check(user identity.NewUser, role, desk string) error {
	g := Grant{Role: role, Desk: desk}
	if err := g.check(); err != nil {
		return err
	}
	user.Roles = []string{g.Role}
	return user.Check()
}

// Create makes somebody who has a role from the start, for the command line; see
// identity.Service.CreateUser.
func (s *Service) Create(tx *storage.Tx, by audit.Actor, user identity.NewUser, role, desk string) (identity.User, error) {
	g := Grant{Role: role, Desk: desk}
	if err := g.check(); err != nil {
		return identity.User{}, err
	}
	user.Roles, user.Verified = []string{g.Role}, true
	created, err := s.people.CreateUser(tx, by, user)
	if err != nil || g.Desk == "" {
		return created, err
	}
	return created, org.JoinDesk(tx, by, g.Desk, created.ID)
}

// Revoke takes a role away at once; an operator leaves the desks with it. It fails like
// identity.RevokeRole, and with ErrLastOperator also for the last one of a desk.
func (s *Service) Revoke(tx *storage.Tx, by audit.Actor, userID id.ID, role, reason string) error {
	if err := identity.RevokeRole(tx, by, userID, role, reason); err != nil || role != identity.RoleOperator {
		return err
	}
	left, err := Desks(tx.DB, userID)
	if err != nil {
		return err
	}
	if err := org.LeaveDesks(tx, by, userID); err != nil {
		return err
	}
	for _, desk := range left {
		at, err := org.AtDesk(tx, desk)
		if err != nil {
			return err
		}
		if len(at) == 0 {
			return identity.ErrLastOperator
		}
	}
	return nil
}

// LastOperator tells whether the platform or a desk would be left without an operator,
// as identity.Service.BeforeDeletion asks. Of two who leave at once one stays.
func LastOperator(tx *storage.Tx, userID id.ID) (field, message string, err error) {
	holders, err := identity.LockHolders(tx, identity.RoleOperator)
	if err != nil || !slices.Contains(holders, userID) {
		return "", "", err
	}
	const last = "you are the last operator of your desk: another has to take over first"
	if len(holders) == 1 {
		return "roles", last, nil
	}
	desks, err := Desks(tx.DB, userID)
	if err != nil {
		return "", "", err
	}
	for _, desk := range desks {
		at, err := org.AtDesk(tx, desk)
		if err != nil {
			return "", "", err
		}
		if !slices.ContainsFunc(at, func(u id.ID) bool { return u != userID }) {
			return "roles", last, nil
		}
	}
	return "", "", nil
}

// Desks lists the kinds of desk at which a user works.
func Desks(view *gorm.DB, userID id.ID) ([]string, error) {
	memberships, err := org.Memberships(view, userID)
	at := []string{}
	for _, m := range memberships {
		if org.IsDesk(m.Kind) {
			at = append(at, m.Kind)
		}
	}
	return at, err
}
