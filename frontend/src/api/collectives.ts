import type { Approval } from './approvals'
import { request } from './http'
import type { Invitation, Member, PayeeAccount, PayeeInput } from './organisations'
import type { List } from './types'

const part = encodeURIComponent
const at = (id: string, rest: string) => `/ops/collectives/${part(id)}${rest}`

/** What operators do for a village collective that has no people of its own yet. */
export const collectives = {
  invitations: (id: string) => request<List<Invitation>>('GET', at(id, '/invitations')),
  inviteHead: (id: string, phone: string, org?: string) => request<Invitation>('POST', at(id, '/invitations'), { body: { phone }, org }),
  revoke: (id: string, invitationId: string, org?: string) => request<void>('DELETE', at(id, `/invitations/${part(invitationId)}`), { org }),
  heads: (id: string) => request<List<Member>>('GET', at(id, '/heads')),
  askHeadRemoval: (id: string, userId: string, reason: string) => request<Approval>('POST', at(id, `/heads/${part(userId)}/removal`), { body: { reason } }),
  payees: (id: string) => request<List<PayeeAccount>>('GET', at(id, '/payee-accounts')),
  askPayee: (id: string, body: PayeeInput) => request<Approval>('POST', at(id, '/payee-accounts'), { body }),
}
