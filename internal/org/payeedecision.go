package org

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"zique/internal/approval"
	"zique/internal/id"
)

// Who decides about a payee account: a member, where both of the two have had a role that
// touches money since PayeeCooling before it was asked, so that nobody brings in the one
// who asks or says yes; where there was none when it was asked, an operator who is an
// outsider. Whoever removes the one who would decide does not bring it before an operator:
// the request then waits until it is withdrawn or runs out.
//
// A village collective's members all came by an operator, who may stand behind each of
// them. So one of the two people is always an outsider: its members decide only what an
// outsider asked.

// outsider is SQL, true where the user is no insider of the organisation of the request,
// and nobody came into it at their invitation.
func outsider(user string) string {
	return user + " NOT IN (" + insiders("a.org_id") + `
	UNION ALL SELECT ib.invited_by FROM org_invitations ib WHERE ib.org_id = a.org_id AND ib.status = '` + InvitationAccepted + `')`
}

// decider is true of the membership m of the user u in the organisation o of a request.
var decider = fmt.Sprintf(`m.role IN ? AND m.role_since + %[1]d <= a.created_at AND u.status = 'active' AND m.user_id <> a.requested_by
	AND CASE WHEN o.kind = '%[2]s' THEN %[3]s
	ELSE NOT EXISTS (SELECT 1 FROM memberships ma WHERE ma.org_id = a.org_id AND ma.user_id = a.requested_by AND ma.role_since + %[1]d > a.created_at) END`,
	PayeeCooling.Milliseconds(), VillageCollective, outsider("a.requested_by"))

var deciders = `SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id JOIN organisations o ON o.id = m.org_id
	WHERE m.org_id = a.org_id AND ` + decider

// decidedInside is true of the requests that members decide: while one of them may, and
// when somebody who may have been the one lost their role since.
var decidedInside = `(EXISTS (` + deciders + `) OR EXISTS (SELECT 1 FROM audit_log l WHERE l.about_org_id = a.org_id AND l.subject = 'user'
	AND l.action IN ('member.left', 'member.removed', 'member.role_changed') AND l.created_at >= a.created_at
	AND l.subject_id <> a.requested_by AND (l.before_json LIKE '%"role":"` + strings.Join(monied, `"%' OR l.before_json LIKE '%"role":"`) + `"%')))`

func (s *Service) decidesPayee(view *gorm.DB, userID id.ID) (approval.Condition, error) {
	member := approval.Condition{SQL: "EXISTS (" + deciders + " AND m.user_id = ?)", Args: []any{monied, userID}}
	operator, err := s.operators.Is(view, userID)
	if err != nil || !operator {
		return member, err
	}
	return approval.Condition{
		SQL:  member.SQL + " OR (NOT " + decidedInside + " AND " + outsider("?") + ")",
		Args: append(member.Args, monied, userID),
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
