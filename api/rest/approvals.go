package rest

import (
	"context"
	"encoding/json"
	"time"

	"zique/internal/approval"
	"zique/internal/storage"
)

// ApprovalJSON is a request for a second person's decision.
type ApprovalJSON struct {
	ID             string          `json:"id"`
	Kind           string          `json:"kind" example:"payee_account.change"`
	Subject        string          `json:"subject" example:"organisation"`
	SubjectID      string          `json:"subject_id"`
	OrgID          string          `json:"org_id,omitempty"`
	OrgName        string          `json:"org_name,omitempty"`
	Reason         string          `json:"reason"`
	Before         json.RawMessage `json:"before"`
	After          json.RawMessage `json:"after"`
	Status         string          `json:"status" enum:"pending,approved,rejected,withdrawn,expired"`
	RequestedBy    PersonJSON      `json:"requested_by"`
	DecidedBy      *PersonJSON     `json:"decided_by,omitempty"`
	DecisionReason string          `json:"decision_reason,omitempty"`
	CreatedAt      time.Time       `json:"created_at"`
	ExpiresAt      time.Time       `json:"expires_at"`
	DecidedAt      *time.Time      `json:"decided_at,omitempty"`
	MayDecide      bool            `json:"may_decide" doc:"whoever asks may approve or reject it now"`
	IsOwn          bool            `json:"is_own,omitempty" doc:"another decides: it concerns an order of the caller's, or an organisation that the caller is or was of"`
}

// PersonJSON names a user.
type PersonJSON struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func approvalJSON(a approval.Approval, v veil) ApprovalJSON {
	out := ApprovalJSON{
		ID: a.ID.String(), Kind: a.Kind, Subject: a.Subject, SubjectID: a.SubjectID.String(), OrgID: idOrNone(a.OrgID), OrgName: a.OrgName,
		Reason: v.text(a.Reason), Before: json.RawMessage(v.held(a.BeforeJSON)), After: json.RawMessage(v.held(a.AfterJSON)), Status: a.Status,
		RequestedBy: PersonJSON{a.RequestedBy.String(), v.name(a.RequesterName)}, DecisionReason: v.text(a.DecisionReason),
		CreatedAt: a.CreatedAt.Time(), ExpiresAt: a.ExpiresAt.Time(), DecidedAt: instant(a.DecidedAt), MayDecide: a.MayDecide, IsOwn: a.IsOwn,
	}
	if a.DecidedBy != 0 {
		out.DecidedBy = &PersonJSON{a.DecidedBy.String(), v.name(a.DeciderName)}
	}
	return out
}

// approvalsFor are requests as the caller may see them: who was an operator once and looks
// on as an auditor now finds nobody named in what they asked for or decided.
func (s *Server) approvalsFor(ctx context.Context, found []approval.Approval) ([]ApprovalJSON, error) {
	veiled, err := veils(ctx, s, found, approval.Approval.People)
	if err != nil {
		return nil, err
	}
	out := make([]ApprovalJSON, len(found))
	for i, a := range found {
		if a.MayDecide { // nobody decides about what they do not see
			veiled[i] = veil{}
		}
		out[i] = approvalJSON(a, veiled[i])
	}
	return out, nil
}

// shownApproval answers a request that was just changed, with the names in it.
func (s *Server) shownApproval(ctx context.Context, changed approval.Approval, err error) (*body[ApprovalJSON], error) {
	if err != nil {
		return nil, err
	}
	a, err := s.Approvals.Get(s.DB.Read(ctx), s.DB.Now(), caller(ctx).UserID, changed.ID)
	if err != nil {
		return nil, err
	}
	shown, err := s.approvalsFor(ctx, []approval.Approval{a})
	if err != nil {
		return nil, err
	}
	return &body[ApprovalJSON]{shown[0]}, nil
}

type listApprovalsIn struct {
	Status string `query:"status" enum:"pending,approved,rejected,withdrawn,expired" default:"pending"`
	Kind   string `query:"kind" maxLength:"40" pattern:"^[a-z_.]*$" patternDescription:"a kind of request" doc:"only of this kind"`
	OrgID  string `query:"org_id" maxLength:"20" doc:"only those about this organisation"`
	Paging
}

func (s *Server) listApprovals(ctx context.Context, in *listApprovalsIn) (*body[list[ApprovalJSON]], error) {
	after, err := in.after()
	if err != nil {
		return nil, err
	}
	q := approval.Query{UserID: caller(ctx).UserID, Status: in.Status, Kind: in.Kind, After: after, Limit: in.Limit + 1}
	if in.OrgID != "" {
		if q.OrgID, err = parseID(in.OrgID, "org_id"); err != nil {
			return nil, err
		}
	}
	found, err := s.Approvals.List(s.DB.Read(ctx), s.DB.Now(), q)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(a approval.Approval) string { return a.ID.String() })
	items, err := s.approvalsFor(ctx, page)
	return &body[list[ApprovalJSON]]{list[ApprovalJSON]{Items: items, NextCursor: next}}, err
}

func (s *Server) getApproval(ctx context.Context, in *PathID) (*body[ApprovalJSON], error) {
	approvalID, err := in.parse(approval.ErrNotFound)
	return s.shownApproval(ctx, approval.Approval{ID: approvalID}, err)
}

type approveIn struct {
	PathID
	Body *struct {
		Reason string `json:"reason,omitempty" maxLength:"5000"`
	}
}

func (s *Server) approve(ctx context.Context, in *approveIn) (*body[ApprovalJSON], error) {
	var reason string
	if in.Body != nil {
		reason = in.Body.Reason
	}
	return s.decide(ctx, in.PathID, true, reason)
}

type rejectIn struct {
	PathID
	Body struct {
		Reason string `json:"reason" maxLength:"5000"`
	}
}

func (s *Server) reject(ctx context.Context, in *rejectIn) (*body[ApprovalJSON], error) {
	return s.decide(ctx, in.PathID, false, in.Body.Reason)
}

func (s *Server) decide(ctx context.Context, in PathID, approve bool, reason string) (*body[ApprovalJSON], error) {
	approvalID, err := in.parse(approval.ErrNotFound)
	if err != nil {
		return nil, err
	}
	decided, err := s.Approvals.Decide(ctx, s.DB, actor(ctx), approvalID, approve, reason)
	return s.shownApproval(ctx, decided, err)
}

func (s *Server) withdraw(ctx context.Context, in *PathID) (*body[ApprovalJSON], error) {
	approvalID, err := in.parse(approval.ErrNotFound)
	if err != nil {
		return nil, err
	}
	err = s.DB.InTx(ctx, func(tx *storage.Tx) error {
		_, err := s.Approvals.Withdraw(tx, actor(ctx), approvalID)
		return err
	})
	return s.shownApproval(ctx, approval.Approval{ID: approvalID}, err)
}
