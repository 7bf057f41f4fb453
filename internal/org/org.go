// Package org holds organisations (主体), who belongs to them, how they are admitted
// (入驻) and where they are paid. Its invariants:
//
//   - A person has at most one role in an organisation.
//   - An organisation that has a manager keeps one, whoever leaves or is removed.
//   - A status changes only along the table in admission.go, and each change has a row
//     that says who, when and why.
//   - A credit code belongs to one organisation among those that were submitted and
//     neither rejected nor withdrawn. A draft claims nothing, and only its members see it.
//   - Phones and bank numbers stand in the database only sealed.
//   - At most one payee account of an organisation is active. It changes through two
//     people, see payeedecision.go, and rests before money goes to it.
//
// A change locks the organisation's row first, then its members, invitations and
// accounts. Operators' memberships of the desks follow their platform role, which
// package identity keeps; whoever changes one changes the other in one transaction.
package org

import (
	"strings"

	"gorm.io/gorm"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/pii"
	"zique/internal/storage"
)

// Kinds of organisation.
const (
	Federation        = "federation"         // 工商联
	County            = "county"             // 县
	Chamber           = "chamber"            // 商协会
	Enterprise        = "enterprise"         // 企业
	Cooperative       = "cooperative"        // 合作社
	VillageCollective = "village_collective" // 村集体
)

// Statuses of an organisation on its way to admission (入驻) and after.
const (
	Draft       = "draft"
	Submitted   = "submitted"
	Recommended = "recommended" // 县级推荐
	Returned    = "returned"    // to be changed and submitted again
	Rejected    = "rejected"
	Admitted    = "admitted"
	Suspended   = "suspended"
	Withdrawn   = "withdrawn" // given up by who applied
)

// The refusals of this package beside invalid fields and those of package approval.
var (
	ErrNotFound        = fault.New(fault.NotFound, "not_found", "there is no such thing here")
	ErrForbidden       = fault.New(fault.Forbidden, "forbidden", "this is not yours to do")
	ErrState           = fault.New(fault.Conflict, "state_conflict", "this cannot be done in the present state")
	ErrSuspended       = fault.New(fault.Conflict, "org_suspended", "the organisation is suspended")
	ErrCreditCodeTaken = fault.New(fault.Conflict, "credit_code_taken", "an organisation with this credit code is here already")
	ErrLastManager     = fault.New(fault.Conflict, "last_manager", "an organisation keeps at least one manager")
	ErrOwnRequest      = fault.New(fault.Forbidden, "own_request", "another person does this: not whom it concerns, not who is or was a member, and not who recommended it")
	ErrDecidedLately   = fault.New(fault.Conflict, "decided_lately", "whoever decided something about the organisation in the last 7 days does not join it")
	errCreditCode      = fault.InvalidField("credit_code", "invalid", "must be a unified social credit code of 18 characters")
	ErrNotAdmitted     = fault.New(fault.Conflict, "org_not_admitted", "this is possible once the organisation is admitted")
	ErrOtherDesk       = fault.New(fault.Forbidden, "other_desk", "this is the other desk's to decide")
	ErrHigherDesk      = fault.New(fault.Forbidden, "higher_desk", "the federation suspended it: the federation lifts that")
	ErrTooManyDrafts   = fault.New(fault.Conflict, "state_conflict", "finish the applications that are open before beginning another")
)

// Service does what needs the key of personal data or a second person.
type Service struct {
	keys      *pii.Keyring
	approvals *approval.Desk
	operators Operators
}

// Operators is what package identity, beside this one, knows of the active operators.
type Operators struct {
	Is  func(view *gorm.DB, userID id.ID) (bool, error)
	All func(view *gorm.DB) ([]id.ID, error)
}

// NewService registers the kinds of approval of this package at the desk.
func NewService(keys *pii.Keyring, approvals *approval.Desk, operators Operators) *Service {
	s := &Service{keys, approvals, operators}
	approvals.Register(s.payeeChange())
	approvals.Register(s.headRemoval())
	return s
}

// Organisation is one of them.
type Organisation struct {
	ID            id.ID `gorm:"primaryKey;autoIncrement:false"`
	Kind          string
	Name          string
	Status        string
	Demo          bool    // fictional, shown with a mark
	CreditCode    string  // 统一社会信用代码; "" where there is none
	CreditCodeKey *string `json:"-"` // unique: the code from submitting until a rejection, a desk's own name, else NULL
	ContactName   string
	ContactCipher []byte `json:"-"` // sealed phone
	Reason        string // of the last decision
	CreatedAt     clock.Millis
	SubmittedAt   *clock.Millis

	ContactPhone string     `gorm:"-"` // masked
	Documents    []Document `gorm:"-"`
	Steps        []Step     `gorm:"-"`  // see Applications
	MyRole       string     `gorm:"->"` // of the member who reads it
}

// TableName is the table's name.
func (Organisation) TableName() string { return "organisations" }

var plainName = strings.NewReplacer(" ", "", "\u3000", "", "(", "（", ")", "）")

// IsCalled tells whether the bank calls a payer as the organisation is called, which in the
// demo has a mark.
func (o Organisation) IsCalled(payer string) bool {
	name := plainName.Replace(o.Name)
	payer = plainName.Replace(payer)
	return payer == name || o.Demo && payer == strings.TrimSuffix(name, "（演示）")
}

// Membership says that a user acts for an organisation, and as what.
type Membership struct {
	OrgID     id.ID `gorm:"primaryKey;autoIncrement:false"`
	UserID    id.ID `gorm:"primaryKey;autoIncrement:false"`
	Role      string
	RoleSince clock.Millis
	CreatedAt clock.Millis
}

// TableName is the table's name.
func (Membership) TableName() string { return "memberships" }

// Add makes an organisation that is admitted from the start.
func Add(tx *storage.Tx, kind, name string, demo bool) (Organisation, error) {
	o := Organisation{ID: tx.NewID(), Kind: kind, Name: name, Status: Admitted, Demo: demo, CreatedAt: tx.Now()}
	return o, create(tx, audit.System, o)
}

// create writes a new organisation.
func create(tx *storage.Tx, by audit.Actor, o Organisation) error {
	if err := tx.Create(&o).Error; storage.IsDuplicate(err) {
		return ErrCreditCodeTaken
	} else if err != nil {
		return err
	}
	return audit.Write(tx, by.About(o.ID), audit.Change{Action: "organisation.created", Subject: "organisation", SubjectID: o.ID, After: o.facts()})
}

// facts is what the audit log shows of an organisation; people stand in it masked, and
// documents without their names, which say whose they are.
func (o Organisation) facts() map[string]any {
	documents := []map[string]string{}
	for _, d := range o.Documents {
		documents = append(documents, map[string]string{"kind": d.Kind, "file_id": d.FileID.String()})
	}
	return map[string]any{"kind": o.Kind, "name": o.Name, "status": o.Status, "credit_code": o.CreditCode,
		"contact_name": pii.MaskName(o.ContactName), "contact_phone": o.ContactPhone, "documents": documents}
}

// AddWithCode is Add for an organisation with a credit code. It fails with
// ErrCreditCodeTaken or a wrong `credit_code`.
func AddWithCode(tx *storage.Tx, kind, name, creditCode string, demo bool) (Organisation, error) {
	if !ValidCreditCode(creditCode) {
		return Organisation{}, errCreditCode
	}
	o := Organisation{ID: tx.NewID(), Kind: kind, Name: name, Status: Admitted, Demo: demo, CreatedAt: tx.Now(),
		CreditCode: creditCode, CreditCodeKey: &creditCode}
	return o, create(tx, audit.System, o)
}

// Join makes a user a member, for the seed and the command line; others are invited.
func Join(tx *storage.Tx, orgID, userID id.ID, role string) error {
	return join(tx, audit.System, orgID, userID, role)
}

func join(tx *storage.Tx, by audit.Actor, orgID, userID id.ID, role string) error {
	err := tx.Create(&Membership{OrgID: orgID, UserID: userID, Role: role, RoleSince: tx.Now(), CreatedAt: tx.Now()}).Error
	if storage.IsDuplicate(err) {
		return ErrAlreadyMember
	}
	if err != nil {
		return err
	}
	return audit.Write(tx, by.For(orgID), audit.Change{
		Action: "member.joined", Subject: "user", SubjectID: userID, After: membership(orgID, role)})
}

// membership is what the audit log shows of one.
func membership(orgID id.ID, role string) map[string]string {
	return map[string]string{"org_id": orgID.String(), "role": role}
}

// MembershipOf is a membership with its organisation's kind and name.
type MembershipOf struct {
	OrgID  id.ID
	Kind   string
	Role   string
	Name   string
	Status string
}

// Acts tells whether members may act for the organisation: one that applies has no
// rights yet. A suspended one may look; see ErrSuspended.
func (m MembershipOf) Acts() bool { return m.Status == Admitted || m.Status == Suspended }

// Memberships lists where a user belongs.
func Memberships(db *gorm.DB, userID id.ID) ([]MembershipOf, error) {
	found := []MembershipOf{}
	err := db.Table("memberships m").Select("m.org_id, o.kind, m.role, o.name, o.status").
		Joins("JOIN organisations o ON o.id = m.org_id").
		Where("m.user_id = ?", userID).Order("m.org_id").Scan(&found).Error
	return found, err
}

// PendingAccount and FreightAccount are a cooperative's accounts in the ledger:
// what its sales brought that may still be refunded, and the freight paid to it.
func PendingAccount(cooperative id.ID) string {
	return "cooperative:" + cooperative.String() + ":pending"
}

// AvailableAccount holds what a cooperative can be paid: of closed sub-orders, goods
// without shares, and freight. Refunds after a payout may leave it below zero.
func AvailableAccount(cooperative id.ID) string {
	return "cooperative:" + cooperative.String() + ":available"
}

// FreightAccount: see PendingAccount.
func FreightAccount(cooperative id.ID) string { return "freight:" + cooperative.String() + ":pending" }

// PaidInAccount holds an enterprise's money that has come in and is not yet on cards.
func PaidInAccount(enterprise id.ID) string { return "enterprise:" + enterprise.String() + ":paid_in" }

// BankAccount mirrors the money in the bank; it grows downwards.
const BankAccount = "bank"
