import { request } from './http'
import type { Page } from './types'

export type ApprovalStatus = 'pending' | 'approved' | 'rejected' | 'withdrawn' | 'expired'
export interface Named { id: string; name: string }
export interface Approval {
  id: string
  kind: string
  subject: string
  subject_id: string
  org_id?: string
  org_name?: string
  reason: string
  before: unknown
  after: unknown
  status: ApprovalStatus
  requested_by: Named
  decided_by?: Named
  decision_reason?: string
  created_at: string
  expires_at: string
  decided_at?: string
  may_decide: boolean
  is_own?: boolean
}

const at = (id: string) => `/approvals/${encodeURIComponent(id)}`

/** Decisions that need a second person. */
export const approvals = {
  page: (status: string, cursor?: string) =>
    request<Page<Approval>>('GET', '/approvals', { query: { status, cursor, limit: 20 } }),
  /** What waits of a kind. */
  waitingOf: (kind: string, cursor?: string) => request<Page<Approval>>('GET', '/approvals', { query: { status: 'pending', kind, cursor, limit: 20 } }),
  /** What waits about an organisation: of each kind at most one. */
  waitingFor: (orgId: string) => request<Page<Approval>>('GET', '/approvals', { query: { status: 'pending', org_id: orgId } }),
  get: (id: string) => request<Approval>('GET', at(id)),
  approve: (id: string, reason: string) => request<Approval>('POST', `${at(id)}/approve`, { body: reason ? { reason } : {} }),
  reject: (id: string, reason: string) => request<Approval>('POST', `${at(id)}/reject`, { body: { reason } }),
  withdraw: (id: string) => request<Approval>('POST', `${at(id)}/withdraw`),
}
