import type { Desk, Verb } from './api/operator'
import type { Organisation, OrgKind, OrgStatus } from './api/organisations'

/** The roles that members have in an organisation of a kind; the first one manages it. */
export const MEMBER_ROLES: Record<OrgKind, string[]> = {
  cooperative: ['owner', 'packer', 'accountant'],
  enterprise: ['secretary', 'buyer', 'finance'],
  chamber: ['secretary', 'buyer', 'finance'],
  village_collective: ['head', 'accountant'],
  county: ['operator'],
  federation: ['operator'],
}

/** Counties, the federation and the villages' collectives are here from the start and never apply. */
export const applies = (kind: OrgKind) => kind === 'cooperative' || kind === 'enterprise' || kind === 'chamber'
export const isManager = (kind: OrgKind, role?: string) => role !== undefined && MEMBER_ROLES[kind][0] === role
/** May ask for another payee account. */
export const handlesMoney = (kind: OrgKind, role?: string) => isManager(kind, role) || role === 'accountant' || role === 'finance'
/** Sells, or has a share of what is sold, and so has statements. */
export const isPayee = (kind: OrgKind) => kind === 'cooperative' || kind === 'village_collective'
export const canEdit = (status: OrgStatus) => status === 'draft' || status === 'returned'

export type StepName = 'applied' | 'recommended' | 'admitted'
export interface FlowStep { name: StepName; state: 'done' | 'now' | 'later' | 'stopped' }

const REACHED: Record<OrgStatus, StepName> = {
  draft: 'applied', returned: 'applied', submitted: 'recommended', recommended: 'admitted', admitted: 'admitted', rejected: 'admitted', suspended: 'admitted', withdrawn: 'applied',
}

/** The way to admission: a cooperative goes by the county, the others straight to the platform. */
export function flowSteps(kind: OrgKind, status: OrgStatus): FlowStep[] {
  const names: StepName[] = kind === 'cooperative' ? ['applied', 'recommended', 'admitted'] : ['applied', 'admitted']
  const at = Math.max(names.indexOf(REACHED[status]), status === 'submitted' ? 1 : 0)
  const over = status === 'admitted' || status === 'suspended'
  return names.map((name, i) => {
    if (over || i < at) return { name, state: 'done' }
    if (i > at) return { name, state: 'later' }
    return { name, state: ['rejected', 'returned', 'withdrawn'].includes(status) ? 'stopped' : 'now' }
  })
}

/** A cooperative goes on only once it serves a village. */
export const lacksVillage = (org: Organisation) => org.kind === 'cooperative' && !org.village_ids.length && ['submitted', 'recommended'].includes(org.status)

export interface DeskAction { verb: Verb; to: OrgStatus; desk: Desk; reason: boolean }

/** Whose move an application is: a cooperative's first the county's; everything else is the federation's. */
const turnOf = (kind: OrgKind, status: OrgStatus): Desk => (kind === 'cooperative' && status === 'submitted' ? 'county' : 'federation')
/** Enterprises and chambers are the federation's alone; the federation's word counts for more, so it comes first. */
const keepers = (kind: OrgKind): Desk[] => (kind === 'enterprise' || kind === 'chamber' ? ['federation'] : ['federation', 'county'])

/** What somebody at these desks may decide now. An operator without a desk decides nothing. */
export function deskActions(kind: OrgKind, status: OrgStatus, desks: Desk[]): DeskAction[] {
  if (status === 'submitted' || status === 'recommended') {
    const desk = turnOf(kind, status)
    if (!desks.includes(desk)) return []
    return [
      desk === 'county' ? { verb: 'recommend', to: 'recommended', desk, reason: false } : { verb: 'approve', to: 'admitted', desk, reason: false },
      { verb: 'return', to: 'returned', desk, reason: true },
      { verb: 'reject', to: 'rejected', desk, reason: true },
    ]
  }
  const desk = keepers(kind).find((one) => desks.includes(one))
  if (!desk) return []
  if (status === 'admitted') return [{ verb: 'suspend', to: 'suspended', desk, reason: true }]
  return status === 'suspended' ? [{ verb: 'reinstate', to: 'admitted', desk, reason: true }] : []
}

/** Under which addresses the money of a payee is. */
export const sideOf = (kind: OrgKind) => (kind === 'village_collective' ? 'village' : 'coop')
/** Confirms and disputes statements: of a collective only its head. */
export const answersStatements = (kind: OrgKind, role?: string) => isManager(kind, role) || (kind === 'cooperative' && role === 'accountant')
