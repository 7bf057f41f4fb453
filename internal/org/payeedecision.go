package org

import (
	"slices"

	"gorm.io/gorm"

	"zique/internal/approval"
	"zique/internal/id"
)

// Who decides about a payee account: a member whose role touched money before it was
// asked, so that nobody brings in the one who says yes; where there is none, an operator
// who is an outsider.
//
// A village collective's members all came by an operator, who may stand behind each of
// them. So one of the two people is always an outsider: its members decide only what an
// outsider asked.

// outsider is true where the user is no member of the organisation of the request, and
// nobody was brought into it by them or as them. The user is an expression of SQL.
func outsider(user string) string {
	return `(NOT EXISTS (SELECT 1 FROM memberships im WHERE im.org_id = a.org_id AND im.user_id = ` + user + `)
	AND NOT EXISTS (SELECT 1 FROM org_invitations ii WHERE ii.org_id = a.org_id AND ii.status = '` + InvitationAccepted + `' AND ` + user + ` IN (ii.invited_by, ii.decided_by)))`
}

// decider is true of the membership m of the user u in the organisation o of a request.
var decider = `m.role IN ? AND m.role_since <= a.created_at AND u.status = 'active' AND m.user_id <> a.requested_by
	AND (o.kind <> '` + VillageCollective + `' OR ` + outsider("a.requested_by") + `)`

var deciders = `SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id JOIN organisations o ON o.id = m.org_id
	WHERE m.org_id = a.org_id AND ` + decider

func (s *Service) decidesPayee(view *gorm.DB, userID id.ID) (approval.Condition, error) {
	member := approval.Condition{SQL: "EXISTS (" + deciders + " AND m.user_id = ?)", Args: []any{monied, userID}}
	operator, err := s.operators.Is(view, userID)
	if err != nil || !operator {
		return member, err
	}
	return approval.Condition{
		SQL:  member.SQL + " OR (NOT EXISTS (" + deciders + ") AND " + outsider("?") + ")",
		Args: append(member.Args, monied, userID, userID),
	}, nil
}

// payeeDeciders lists who decides a request: see decidesPayee.
func (s *Service) payeeDeciders(view *gorm.DB, a approval.Approval) ([]id.ID, error) {
	request := func() *gorm.DB { return view.Table("approvals a").Where("a.id = ?", a.ID) }
	var users []id.ID
	err := request().Joins("JOIN memberships m ON m.org_id = a.org_id").Joins("JOIN users u ON u.id = m.user_id").
		Joins("JOIN organisations o ON o.id = a.org_id").Where(decider, monied).Order("m.user_id").Pluck("m.user_id", &users).Error
	if err != nil || len(users) > 0 {
		return users, err
	}
	operators, err := s.operators.All(view)
	if err != nil {
		return nil, err
	}
	operators = slices.DeleteFunc(operators, func(u id.ID) bool { return u == a.RequestedBy })
	err = request().Joins("JOIN users u ON u.id IN ?", operators).Where(outsider("u.id")).Order("u.id").Pluck("u.id", &users).Error
	return users, err
}
