package org

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/pii"
	"zique/internal/storage"
)

// PayeeChange is the kind of approval that changes a payee account.
const PayeeChange = "payee_account.change"

const (
	// PayeeCooling is how long a new account rests before money goes to it: whoever
	// has taken over two members' accounts is noticed before the next payout, and
	// three days reach over a weekend.
	PayeeCooling = 72 * time.Hour
	payeeTTL     = 7 * 24 * time.Hour
)

// Statuses of a payee account.
const (
	PayeeActive   = "active"
	PayeeReplaced = "replaced"
)

// The refusals of UsablePayee.
var (
	ErrNoPayee      = fault.New(fault.Conflict, "payee_missing", "the organisation has no payee account")
	ErrPayeeCooling = fault.New(fault.Conflict, "payee_cooling", "the payee account is new and not used before its cooling time is over")
)

// Payee is where an organisation is paid.
type Payee struct {
	ID         id.ID `gorm:"primaryKey;autoIncrement:false"`
	OrgID      id.ID
	Cipher     []byte `json:"-"` // sealed holder, bank and number
	Agency     bool   // 村账镇管: another body holds the account for the collective
	Status     string
	ActiveOrg  *id.ID `gorm:"column:active_org_id" json:"-"` // unique while active, else NULL
	ApprovalID id.ID
	UsableFrom clock.Millis
	CreatedAt  clock.Millis
	ReplacedAt *clock.Millis

	PayeeDetails `gorm:"-"`
}

// PayeeDetails is what is sealed of an account. Number is in clear: show Masked.
type PayeeDetails struct {
	Holder string `json:"holder"`
	Bank   string `json:"bank"`
	Number string `json:"number"`
}

// Masked is the number as people may see it: its last four digits.
func (d PayeeDetails) Masked() string {
	if len(d.Number) < 8 {
		return "****"
	}
	return "**** " + d.Number[len(d.Number)-4:]
}

// TableName is the table's name.
func (Payee) TableName() string { return "payee_accounts" }

// revealed is an account as whoever decides about it sees it.
func (p Payee) revealed() map[string]any {
	return map[string]any{"holder": p.Holder, "bank": p.Bank, "number": p.Masked(), "agency": p.Agency}
}

// shown is what the rows of an approval and the audit log keep of an organisation's
// account. People also write names and numbers after the bank's.
func (p Payee) shown(view *gorm.DB, orgID id.ID) (map[string]any, error) {
	people, err := audit.Names(view, []audit.Circle{{Orgs: []id.ID{orgID}, Names: []string{p.Holder}}})
	if err != nil {
		return nil, err
	}
	shown := p.revealed()
	shown["holder"], shown["bank"] = pii.MaskName(p.Holder), pii.MaskText(p.Bank, people[0]...)
	return shown, nil
}

// PayeeAccount is what a member fills in. Spaces and hyphens in the number do not count.
type PayeeAccount struct {
	PayeeDetails
	Agency bool
	Reason string
}

func (a *PayeeAccount) check() *problems {
	p := new(problems)
	a.Holder = p.Line("holder", a.Holder, MaxName)
	a.Bank = p.Line("bank", a.Bank, MaxBank)
	a.Number = strings.NewReplacer(" ", "", "-", "").Replace(a.Number)
	if !bankNumber.MatchString(a.Number) {
		p.Add("number", "invalid", "must have 8 to 32 digits")
	}
	a.Reason = p.Reason(a.Reason, true)
	return p
}

// payload is what waits in the approval until it is carried out.
type payload struct {
	Cipher []byte   `json:"cipher"`
	Agency bool     `json:"agency"`
	Was    *payload `json:"was,omitempty"` // the account that is active meanwhile
}

// AskPayee asks for another payee account, for a manager or the money role; a second
// person decides. It fails with all wrong fields at once, ErrNotFound, ErrForbidden,
// ErrSuspended, ErrNotAdmitted, or approval.ErrPending.
//
// It reads the organisation without a lock: the approval's row comes before the
// organisation's, and carrying out looks again.
func (s *Service) AskPayee(tx *storage.Tx, by audit.Actor, orgID id.ID, a PayeeAccount) (approval.Approval, error) {
	m, err := memberOf(tx.DB, orgID, by.UserID)
	if err != nil {
		return approval.Approval{}, err
	}
	var o Organisation
	if err := tx.Take(&o, orgID).Error; err != nil {
		return approval.Approval{}, err
	}
	if err := may(o, m, nil, monied); err != nil {
		return approval.Approval{}, err
	}
	return s.askPayee(tx, by, o, a)
}

func (s *Service) askPayee(tx *storage.Tx, by audit.Actor, o Organisation, a PayeeAccount) (approval.Approval, error) {
	if err := acting(o); err != nil {
		return approval.Approval{}, err
	}
	orgID := o.ID
	p := a.check()
	if a.Agency && o.Kind != VillageCollective {
		p.Add("agency", "invalid", "only a village collective's account may be held by another body")
	}
	if err := p.Err(); err != nil {
		return approval.Approval{}, err
	}
	before, err := s.shownActive(tx, orgID)
	if err != nil {
		return approval.Approval{}, err
	}
	was, err := s.activePayload(tx, orgID)
	if err != nil {
		return approval.Approval{}, err
	}
	after, err := Payee{PayeeDetails: a.PayeeDetails, Agency: a.Agency}.shown(tx.DB, orgID)
	if err != nil {
		return approval.Approval{}, err
	}
	plain, err := json.Marshal(a.PayeeDetails)
	if err != nil {
		return approval.Approval{}, err
	}
	sealed, err := s.keys.Seal(plain)
	if err != nil {
		return approval.Approval{}, err
	}
	asked, err := s.approvals.Ask(tx, by.For(orgID), approval.Request{
		Kind: PayeeChange, Subject: "organisation", SubjectID: orgID, OrgID: orgID, Reason: a.Reason,
		Before: before, After: after, Payload: payload{sealed, a.Agency, was},
	})
	if err != nil {
		return approval.Approval{}, err
	}
	deciders, err := s.payeeDeciders(tx.DB, asked)
	if err != nil {
		return approval.Approval{}, err
	}
	return asked, tell(tx, deciders, "payee_change_asked", map[string]string{"organisation": o.Name}, "/approvals/"+asked.ID.String())
}

// acting refuses for an organisation that is not admitted, or not any more.
func acting(o Organisation) error {
	switch o.Status {
	case Admitted:
		return nil
	case Suspended:
		return ErrSuspended
	}
	return ErrNotAdmitted
}

// shownActive is the account that is active now, as people may see it; nil: none.
func (s *Service) shownActive(tx *storage.Tx, orgID id.ID) (any, error) {
	active, err := s.activePayee(tx.DB, orgID)
	if err == ErrNoPayee {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return active.shown(tx.DB, orgID)
}

// activePayload is the account that is active now, sealed; nil: none.
func (s *Service) activePayload(tx *storage.Tx, orgID id.ID) (*payload, error) {
	active, err := s.activePayee(tx.DB, orgID)
	if err == ErrNoPayee {
		return nil, nil
	}
	return &payload{Cipher: active.Cipher, Agency: active.Agency}, err
}

func (s *Service) activePayee(view *gorm.DB, orgID id.ID) (Payee, error) {
	var p Payee
	err := view.Where("active_org_id = ?", orgID).Take(&p).Error
	if storage.IsNotFound(err) {
		return p, ErrNoPayee
	}
	if err == nil {
		err = s.open(&p)
	}
	return p, err
}

func (s *Service) open(p *Payee) error {
	plain, err := s.keys.Open(p.Cipher)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, &p.PayeeDetails)
}

func (s *Service) payeeChange() approval.Kind {
	return approval.Kind{
		Name: PayeeChange, TTL: payeeTTL, Decides: s.decidesPayee, Elsewhere: approval.Condition{SQL: decidedInside, Args: []any{monied}},
		Reveal: s.revealPayee, Carry: s.changePayee, Settled: payeeSettled,
	}
}

// revealPayee shows both accounts in clear: nobody can decide about a masked one, nor
// see whether the holder stays.
func (s *Service) revealPayee(a approval.Approval) (before, after any, err error) {
	var asked payload
	if err := a.Open(&asked); err != nil {
		return nil, nil, err
	}
	wanted, err := s.unsealed(asked)
	if err != nil || asked.Was == nil {
		return nil, wanted.revealed(), err
	}
	active, err := s.unsealed(*asked.Was)
	return active.revealed(), wanted.revealed(), err
}

// wantedPayee is the account that a request asks for.
func (s *Service) wantedPayee(a approval.Approval) (Payee, error) {
	var wanted payload
	if err := a.Open(&wanted); err != nil {
		return Payee{}, err
	}
	return s.unsealed(wanted)
}

func (s *Service) unsealed(sealed payload) (Payee, error) {
	p := Payee{Cipher: sealed.Cipher, Agency: sealed.Agency}
	return p, s.open(&p)
}

// askerStays refuses where the one who asked could not ask any more: members leave, and
// operators lose their role. The organisation is locked.
func (s *Service) askerStays(tx *storage.Tx, o Organisation, asker id.ID) error {
	m, err := memberOf(tx.DB, o.ID, asker)
	if err == nil && slices.Contains(monied, m.Role) {
		return nil
	}
	if err != nil && err != ErrNotFound {
		return err
	}
	operator := false
	if o.Kind == VillageCollective {
		if operator, err = s.operators.Is(tx.DB, asker); err != nil {
			return err
		}
	}
	if !operator {
		return approval.ErrAskerGone
	}
	return nil
}

// changePayee replaces the active account by the approved one, which rests first.
func (s *Service) changePayee(tx *storage.Tx, by audit.Actor, a approval.Approval) error {
	o, err := lock(tx, a.OrgID)
	if err != nil {
		return err
	}
	if err := acting(o); err != nil {
		return err
	}
	if err := s.askerStays(tx, o, a.RequestedBy); err != nil {
		return err
	}
	before, err := s.shownActive(tx, o.ID)
	if err != nil {
		return err
	}
	p, err := s.wantedPayee(a)
	if err != nil {
		return err
	}
	after, err := p.shown(tx.DB, o.ID)
	if err != nil {
		return err
	}
	err = tx.Model(&Payee{}).Where("active_org_id = ?", o.ID).
		Updates(map[string]any{"status": PayeeReplaced, "active_org_id": nil, "replaced_at": tx.Now()}).Error
	if err != nil {
		return err
	}
	p.ID, p.OrgID, p.ApprovalID, p.Status, p.ActiveOrg = tx.NewID(), o.ID, a.ID, PayeeActive, &o.ID
	p.UsableFrom, p.CreatedAt = tx.Now().Add(PayeeCooling), tx.Now()
	if err := tx.Create(&p).Error; err != nil {
		return err
	}
	return audit.Write(tx, by.For(o.ID), audit.Change{Action: "payee_account.changed", Subject: "organisation", SubjectID: o.ID,
		Before: before, After: after, Reason: a.Reason})
}

// payeeSettled tells whoever asked and the managers, who would notice a change that
// is not theirs.
func payeeSettled(tx *storage.Tx, a approval.Approval) error {
	var o Organisation
	if err := tx.Take(&o, a.OrgID).Error; err != nil {
		return err
	}
	users, err := holders(tx, o.ID, managing)
	if err != nil {
		return err
	}
	users = append(users, a.RequestedBy)
	params := map[string]string{"organisation": o.Name}
	link := "/approvals/" + a.ID.String() // an operator who asked has no page of the organisation
	switch a.Status {
	case approval.Approved:
		return tell(tx, users, "payee_change_approved", params, link)
	case approval.Rejected:
		params["reason"] = a.DecisionReason
		return tell(tx, users, "payee_change_rejected", params, link)
	case approval.Expired:
		return tell(tx, []id.ID{a.RequestedBy}, "approval_expired", map[string]string{"kind": a.Kind}, link)
	}
	return nil
}

// Payees lists an organisation's accounts, the newest first, for its manager and its
// money role. Show Masked instead of Number.
func (s *Service) Payees(view *gorm.DB, orgID, userID id.ID) ([]Payee, error) {
	if err := mayRead(view, orgID, userID, monied); err != nil {
		return nil, err
	}
	return s.payees(view, orgID)
}

func (s *Service) payees(view *gorm.DB, orgID id.ID) ([]Payee, error) {
	found := []Payee{}
	if err := view.Where("org_id = ?", orgID).Order("id DESC").Limit(maxShown).Find(&found).Error; err != nil {
		return nil, err
	}
	for i := range found {
		if err := s.open(&found[i]); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// UsablePayee is the account to which a payout may go now, with its number in clear. It
// fails with ErrNoPayee or ErrPayeeCooling; the account before is not used meanwhile,
// since it may be the one that was lost.
func (s *Service) UsablePayee(view *gorm.DB, orgID id.ID, now clock.Millis) (Payee, error) {
	p, err := s.activePayee(view, orgID)
	if err == nil && p.UsableFrom > now {
		return Payee{}, ErrPayeeCooling
	}
	return p, err
}
