package org

import (
	"slices"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/notify"
	"zique/internal/outbox"
	"zique/internal/storage"
)

// What can be done to an organisation on its way.
const (
	Submit    = "submit"
	Recommend = "recommend"
	Approve   = "approve"
	Return    = "return"
	Reject    = "reject"
	Suspend   = "suspend"
	Reinstate = "reinstate"
	Withdraw  = "withdraw"
)

// move is one line of the state table.
type move struct {
	verb     string
	from, to string
	by       []string // kinds of desk whose move it is; nil: the organisation's manager's
	of       []string // kinds of organisation
	reasoned bool     // a reason is required
	template string   // what its managers are told; "": nothing
}

var (
	countyDesk     = []string{County}
	federationDesk = []string{Federation}
	eitherDesk     = []string{County, Federation}
	cooperatives   = []string{Cooperative}
	companies      = []string{Enterprise, Chamber}
	rural          = []string{Cooperative, VillageCollective}
)

// moves is the whole state table: cooperatives 主体申请 → 县级推荐 → 平台审核, enterprises and
// chambers 主体申请 → 平台审核. Whose turn it is also returns and rejects. The county is the
// desk of its countryside, so it suspends there too; companies are the federation's.
// Whatever is not in the table is ErrState, or ErrOtherDesk where another desk has the line.
var moves = []move{
	{Submit, Draft, Submitted, nil, applying, false, ""},
	{Submit, Returned, Submitted, nil, applying, false, ""},
	{Withdraw, Draft, Withdrawn, nil, applying, false, ""},
	{Withdraw, Returned, Withdrawn, nil, applying, false, ""},
	{Recommend, Submitted, Recommended, countyDesk, cooperatives, false, "admission_recommended"},
	{Return, Submitted, Returned, countyDesk, cooperatives, true, "admission_returned"},
	{Reject, Submitted, Rejected, countyDesk, cooperatives, true, "admission_rejected"},
	{Approve, Recommended, Admitted, federationDesk, cooperatives, false, "admission_approved"},
	{Return, Recommended, Returned, federationDesk, cooperatives, true, "admission_returned"},
	{Reject, Recommended, Rejected, federationDesk, cooperatives, true, "admission_rejected"},
	{Approve, Submitted, Admitted, federationDesk, companies, false, "admission_approved"},
	{Return, Submitted, Returned, federationDesk, companies, true, "admission_returned"},
	{Reject, Submitted, Rejected, federationDesk, companies, true, "admission_rejected"},
	{Suspend, Admitted, Suspended, eitherDesk, rural, true, "org_suspended"},
	{Reinstate, Suspended, Admitted, eitherDesk, rural, false, "org_reinstated"},
	{Suspend, Admitted, Suspended, federationDesk, companies, true, "org_suspended"},
	{Reinstate, Suspended, Admitted, federationDesk, companies, false, "org_reinstated"},
}

// mine tells whether the move is made at the desk; "": by the organisation's manager.
func (m move) mine(desk string) bool {
	return desk == "" && m.by == nil || slices.Contains(m.by, desk)
}

// Step is a row of the history of an organisation.
type Step struct {
	ID         id.ID `gorm:"primaryKey;autoIncrement:false"`
	OrgID      id.ID
	FromStatus string
	ToStatus   string
	ActorID    id.ID
	Desk       string // kind of the desk at which it was made; "" of the applicant's own, and of older rows
	Reason     string
	CreatedAt  clock.Millis

	ActorName string `gorm:"->"`
}

// TableName is the table's name.
func (Step) TableName() string { return "org_admission_steps" }

// SubmitApplication hands an application in, for a manager, and takes its credit code.
// It fails with ErrNotFound for strangers, ErrForbidden for other members, the
// `documents` that are missing, ErrCreditCodeTaken, or ErrState. Repeated by the same
// person it answers the present state.
func (s *Service) SubmitApplication(tx *storage.Tx, by audit.Actor, orgID id.ID) (Organisation, error) {
	o, _, err := manage(tx, by, orgID, managing...)
	if err != nil {
		return Organisation{}, err
	}
	if o.Status == Draft || o.Status == Returned {
		if err := mustShow(tx, orgID); err != nil {
			return Organisation{}, err
		}
	}
	return s.move(tx, by, o, "", Submit, "")
}

// mustShow refuses an application without a business licence: whoever reviews it
// compares the credit code with that.
func mustShow(tx *storage.Tx, orgID id.ID) error {
	var licences int64
	err := tx.Model(&Document{}).Where("org_id = ? AND kind = ?", orgID, BusinessLicence).Count(&licences).Error
	if err != nil || licences > 0 {
		return err
	}
	return fault.InvalidField("documents", "business_licence_required", "must have a business licence")
}

// Review moves an organisation for an operator whose desk is of the kind `desk`. It
// fails with a wrong `reason`, ErrNotFound, also for a draft, ErrState, ErrOwnRequest,
// since neither who recommended it nor who is or was of it decides, ErrOtherDesk, or ErrHigherDesk.
// Repeated by the same person it answers the present state.
func (s *Service) Review(tx *storage.Tx, by audit.Actor, desk, verb string, orgID id.ID, reason string) (Organisation, error) {
	var p problems
	reason = p.Reason(reason, slices.ContainsFunc(moves, func(m move) bool { return m.verb == verb && m.reasoned }))
	if err := p.Err(); err != nil {
		return Organisation{}, err
	}
	o, err := lock(tx, orgID)
	if err != nil {
		return Organisation{}, err
	}
	if o.Status == Draft {
		return Organisation{}, ErrNotFound
	}
	if err := NotInsider(tx, by.UserID, orgID); err != nil {
		return Organisation{}, err
	}
	return s.move(tx, by, o, desk, verb, reason)
}

// move makes the step that the table has for a locked organisation.
func (s *Service) move(tx *storage.Tx, by audit.Actor, o Organisation, desk, verb, reason string) (Organisation, error) {
	last, err := lastStep(tx, o.ID)
	if err != nil {
		return Organisation{}, err
	}
	refusal := ErrState
	for _, m := range moves {
		if m.verb != verb || !slices.Contains(m.of, o.Kind) {
			continue
		}
		if !m.mine(desk) {
			if m.from == o.Status && m.by != nil {
				refusal = ErrOtherDesk
			}
			continue
		}
		if m.from == o.Status {
			if m.from == Recommended && m.to == Admitted && last.ActorID == by.UserID {
				return Organisation{}, ErrOwnRequest
			}
			if m.verb == Reinstate && last.Desk != County && desk != Federation {
				return Organisation{}, ErrHigherDesk
			}
			return s.step(tx, by, o, m, desk, reason)
		}
		if m.to == o.Status && last.FromStatus == m.from && last.ToStatus == m.to && last.ActorID == by.UserID {
			return s.filled(tx.DB, o) // asked twice
		}
	}
	return Organisation{}, refusal
}

func lastStep(tx *storage.Tx, orgID id.ID) (Step, error) {
	var steps []Step
	if err := tx.Where("org_id = ?", orgID).Order("id DESC").Limit(1).Find(&steps).Error; err != nil || len(steps) == 0 {
		return Step{}, err
	}
	return steps[0], nil
}

func (s *Service) step(tx *storage.Tx, by audit.Actor, o Organisation, m move, desk, reason string) (Organisation, error) {
	change := map[string]any{"status": m.to}
	if m.by != nil { // the applicant's own step leaves what was last decided
		change["reason"], o.Reason = reason, reason
	}
	if m.verb == Submit {
		now := tx.Now()
		change["submitted_at"], o.SubmittedAt = now, &now
		change["credit_code_key"] = o.CreditCode
	}
	if m.to == Rejected || m.to == Withdrawn {
		change["credit_code_key"], o.CreditCodeKey = nil, nil // others may apply with it
	}
	err := tx.Model(&Organisation{}).Where("id = ?", o.ID).Updates(change).Error
	if storage.IsDuplicate(err) {
		return Organisation{}, ErrCreditCodeTaken.With("credit_code", "taken", ErrCreditCodeTaken.Message)
	}
	if err != nil {
		return Organisation{}, err
	}
	err = tx.Create(&Step{ID: tx.NewID(), OrgID: o.ID, FromStatus: m.from, ToStatus: m.to, ActorID: by.UserID, Desk: desk, Reason: reason, CreatedAt: tx.Now()}).Error
	if err != nil {
		return Organisation{}, err
	}
	o.Status = m.to
	if m.to == Withdrawn { // those of a rejected one stay for KeepRejected
		if err := drop(tx, nil, "org_id = ?", o.ID); err != nil {
			return Organisation{}, err
		}
	}
	err = audit.Write(tx, by.For(o.ID), audit.Change{
		Action: "organisation." + pastOf[m.verb], Subject: "organisation", SubjectID: o.ID, Reason: reason,
		Before: map[string]string{"status": m.from}, After: map[string]string{"status": m.to},
	})
	if err != nil {
		return Organisation{}, err
	}
	if err := announce(tx, o, m, reason); err != nil {
		return Organisation{}, err
	}
	return s.filled(tx.DB, o)
}

var pastOf = map[string]string{Submit: "submitted", Recommend: "recommended", Approve: "admitted", Return: "returned",
	Reject: "rejected", Suspend: "suspended", Reinstate: "reinstated", Withdraw: "withdrawn"}

// announce tells the managers how it went, and the desk whose turn it is.
func announce(tx *storage.Tx, o Organisation, m move, reason string) error {
	params := map[string]string{"organisation": o.Name}
	if m.reasoned {
		params["reason"] = reason
	}
	if m.template != "" {
		managers, err := holders(tx, o.ID, managing)
		if err != nil {
			return err
		}
		if err := tell(tx, managers, m.template, params, o.path()); err != nil {
			return err
		}
	}
	if m.to != Submitted && m.to != Recommended {
		return nil
	}
	template, desk := "admission_submitted", Federation
	if m.to == Recommended {
		template = "admission_recommended"
	} else if o.Kind == Cooperative {
		desk = County
	}
	reviewers, err := AtDesk(tx, desk)
	if err != nil {
		return err
	}
	return tell(tx, reviewers, template, params, "/ops"+o.path())
}

func (o Organisation) path() string { return "/organisations/" + o.ID.String() }

// tell puts a message into the inboxes of the users; without any it does nothing.
func tell(tx *storage.Tx, users []id.ID, template string, params map[string]string, link string) error {
	if len(users) == 0 {
		return nil
	}
	_, err := outbox.Emit(tx, notify.Topic, notify.Message{UserIDs: users, Template: template, Params: params, Link: link})
	return err
}
