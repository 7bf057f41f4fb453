// Package org holds organisations and who belongs to them. Invariant: a person has
// at most one role in an organisation.
package org

import (
	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
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
	Admitted  = "admitted"
	Suspended = "suspended"
)

// Organisation is one of them.
type Organisation struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	Kind      string
	Name      string
	Status    string
	Demo      bool // fictional, shown with a mark
	CreatedAt clock.Millis
}

// TableName is the table's name.
func (Organisation) TableName() string { return "organisations" }

// Membership says that a user acts for an organisation, and as what.
type Membership struct {
	OrgID     id.ID `gorm:"primaryKey;autoIncrement:false"`
	UserID    id.ID `gorm:"primaryKey;autoIncrement:false"`
	Role      string
	CreatedAt clock.Millis
}

// TableName is the table's name.
func (Membership) TableName() string { return "memberships" }

// Add makes an organisation that is admitted from the start.
func Add(tx *storage.Tx, kind, name string, demo bool) (Organisation, error) {
	o := Organisation{ID: tx.NewID(), Kind: kind, Name: name, Status: Admitted, Demo: demo, CreatedAt: tx.Now()}
	return o, tx.Create(&o).Error
}

// Join makes a user a member.
func Join(tx *storage.Tx, orgID, userID id.ID, role string) error {
	return tx.Create(&Membership{OrgID: orgID, UserID: userID, Role: role, CreatedAt: tx.Now()}).Error
}

// MembershipOf is a membership with its organisation's kind and name.
type MembershipOf struct {
	OrgID  id.ID
	Kind   string
	Role   string
	Name   string
	Status string
}

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

// FreightAccount: see PendingAccount.
func FreightAccount(cooperative id.ID) string { return "freight:" + cooperative.String() + ":pending" }

// PaidInAccount holds an enterprise's money that has come in and is not yet on cards.
func PaidInAccount(enterprise id.ID) string { return "enterprise:" + enterprise.String() + ":paid_in" }

// BankAccount mirrors the money in the bank; it grows downwards.
const BankAccount = "bank"
