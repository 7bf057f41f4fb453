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
// and changes members; the money role may touch its payee account beside the manager.
type roleSet struct {
	manager, money string
	all            []string
}

var rolesOf = map[string]roleSet{
	Cooperative:       {RoleOwner, RoleAccountant, []string{RoleOwner, RolePacker, RoleAccountant}},
	Enterprise:        {RoleSecretary, RoleFinance, []string{RoleSecretary, RoleBuyer, RoleFinance}},
	Chamber:           {RoleSecretary, RoleFinance, []string{RoleSecretary, RoleBuyer, RoleFinance}},
	VillageCollective: {RoleHead, RoleAccountant, []string{RoleHead, RoleAccountant}},
	County:            {all: []string{RoleOperator}}, // members come and go with the platform role
	Federation:        {all: []string{RoleOperator}},
}

// ManagerOf is the role that manages an organisation of the kind; "" for the desks.
func ManagerOf(kind string) string { return rolesOf[kind].manager }

// MoneyRolesOf are the roles that may touch the money of an organisation of the kind.
func MoneyRolesOf(kind string) []string {
	if IsDesk(kind) {
		return nil
	}
	return []string{rolesOf[kind].manager, rolesOf[kind].money}
}

// HasRole tells whether members of the kind can have the role.
func HasRole(kind, role string) bool { return slices.Contains(rolesOf[kind].all, role) }

// IsDesk tells whether operators work there.
func IsDesk(kind string) bool { return kind == County || kind == Federation }

// managing are the roles of all kinds that manage, and those that touch money. Each
// belongs to the kinds it is listed for, so one condition covers every kind.
var (
	managing = []string{RoleOwner, RoleSecretary, RoleHead}
	monied   = []string{RoleOwner, RoleSecretary, RoleHead, RoleAccountant, RoleFinance}
)
