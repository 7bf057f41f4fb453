package org

import "slices"

// Roles of members.
const (
	RoleOwner      = "owner"      // 社长: manages a cooperative
	RolePacker     = "packer"     // 发货员
	RoleAccountant = "accountant" // 会计: money of a cooperative or a collective
	RoleSecretary  = "secretary"  // 秘书: manages an enterprise or a chamber
	RoleBuyer      = "buyer"      // 采购
	RoleFinance    = "finance"    // 财务: money of an enterprise or a chamber
	RoleHead       = "head"       // 负责人: manages a village collective
	RoleOperator   = "operator"   // 运营: works at the desk of the county or the federation
)

// roleSet is who may be what in a kind of organisation. The manager edits it, invites
// and changes members.
type roleSet struct {
	manager string
	all     []string
}

var rolesOf = map[string]roleSet{
	Cooperative:       {RoleOwner, []string{RoleOwner, RolePacker, RoleAccountant}},
	Enterprise:        {RoleSecretary, []string{RoleSecretary, RoleBuyer, RoleFinance}},
	Chamber:           {RoleSecretary, []string{RoleSecretary, RoleBuyer, RoleFinance}},
	VillageCollective: {RoleHead, []string{RoleHead, RoleAccountant}},
	County:            {all: []string{RoleOperator}}, // members come and go with the platform role
	Federation:        {all: []string{RoleOperator}},
}

// ManagerOf is the role that manages an organisation of the kind; "" for the desks.
func ManagerOf(kind string) string { return rolesOf[kind].manager }

// HasRole tells whether members of the kind can have the role.
func HasRole(kind, role string) bool { return slices.Contains(rolesOf[kind].all, role) }

// IsDesk tells whether operators work there.
func IsDesk(kind string) bool { return kind == County || kind == Federation }

// managing are the roles of all kinds that manage, monied those that may touch a payee
// account, and leaving those that are laid down by whoever has them. Each belongs to the kinds it is listed for, so one condition covers
// every kind.
var (
	managing = []string{RoleOwner, RoleSecretary, RoleHead}
	monied   = []string{RoleOwner, RoleSecretary, RoleHead, RoleAccountant, RoleFinance}
	leaving  = append(slices.Clone(monied), RolePacker, RoleBuyer)
)
