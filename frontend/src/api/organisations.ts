import type { Approval } from './approvals'
import { request } from './http'
import type { List } from './types'

export type OrgKind = 'federation' | 'county' | 'chamber' | 'enterprise' | 'cooperative' | 'village_collective'
export type ApplicantKind = 'cooperative' | 'enterprise' | 'chamber'
export type OrgStatus = 'draft' | 'submitted' | 'recommended' | 'returned' | 'rejected' | 'admitted' | 'suspended' | 'withdrawn'
export type DocumentKind = 'business_licence' | 'id_card' | 'bank_permit' | 'other'

export interface OrgDocument { id: string; kind: DocumentKind; file_id: string; name?: string; created_at: string }
export interface Organisation {
  id: string
  kind: OrgKind
  name: string
  credit_code: string
  status: OrgStatus
  contact_name: string
  contact_phone: string
  village_ids: string[]
  documents: OrgDocument[]
  /** Of the last decision; empty where it needed none. */
  reason: string
  my_role?: string
  created_at: string
  submitted_at?: string
  demo: boolean
}
export interface ContactInput { contact_name: string; contact_phone: string }
export interface OrganisationInput extends ContactInput {
  name: string
  credit_code: string
  village_ids?: string[]
  documents?: { kind: DocumentKind; file_id: string }[]
}
export interface OrgEvent { from: string; to: OrgStatus; reason: string; actor_name: string; created_at: string }
export interface Member { user_id: string; name: string; phone: string; role: string; created_at: string }
export interface Invitation {
  id: string
  phone: string
  role: string
  status: 'pending' | 'accepted' | 'declined' | 'revoked' | 'expired'
  expires_at: string
  created_at: string
}
export interface MyInvitation { id: string; org_id: string; org_name: string; org_kind: OrgKind; role: string; expires_at: string }
export interface PayeeAccount {
  id: string
  holder: string
  bank: string
  number: string
  agency: boolean
  status: 'active' | 'replaced'
  usable_from: string
  created_at: string
}
export interface PayeeInput { holder: string; bank: string; number: string; agency: boolean; reason: string }

const part = encodeURIComponent
const at = (id: string, rest = '') => `/organisations/${part(id)}${rest}`

/** What a member does with an organisation of theirs. */
export const organisations = {
  mine: () => request<List<Organisation>>('GET', '/organisations'),
  get: (id: string) => request<Organisation>('GET', at(id)),
  create: (body: OrganisationInput & { kind: ApplicantKind }) => request<Organisation>('POST', '/organisations', { body }),
  change: (id: string, body: OrganisationInput) => request<Organisation>('PUT', at(id), { body }),
  changeContact: (id: string, body: ContactInput) => request<Organisation>('PUT', at(id, '/contact'), { body }),
  submit: (id: string) => request<Organisation>('POST', at(id, '/submit')),
  withdraw: (id: string) => request<Organisation>('POST', at(id, '/withdraw')),
  history: (id: string) => request<List<OrgEvent>>('GET', at(id, '/history')),

  members: (id: string) => request<List<Member>>('GET', at(id, '/members')),
  setRole: (id: string, userId: string, role: string) => request<Member>('PUT', at(id, `/members/${part(userId)}`), { body: { role } }),
  removeMember: (id: string, userId: string) => request<void>('DELETE', at(id, `/members/${part(userId)}`)),
  invitations: (id: string) => request<List<Invitation>>('GET', at(id, '/invitations')),
  invite: (id: string, phone: string, role: string) => request<Invitation>('POST', at(id, '/invitations'), { body: { phone, role } }),
  revoke: (id: string, invitationId: string) => request<void>('DELETE', at(id, `/invitations/${part(invitationId)}`)),

  payees: (id: string) => request<List<PayeeAccount>>('GET', at(id, '/payee-accounts')),
  askPayee: (id: string, body: PayeeInput) => request<Approval>('POST', at(id, '/payee-accounts'), { body }),

  myInvitations: () => request<List<MyInvitation>>('GET', '/invitations'),
  accept: (id: string) => request<unknown>('POST', `/invitations/${part(id)}/accept`),
  decline: (id: string) => request<unknown>('POST', `/invitations/${part(id)}/decline`),
}
