import type { Approval } from './approvals'
import { bytes, request } from './http'
import type { Organisation, OrgEvent } from './organisations'
import type { List, Page } from './types'

export type PlatformRole = 'operator' | 'auditor' | 'liaison'
export type Desk = 'county' | 'federation'
export interface Queue { queue: string; count: number; oldest_at?: string }
export interface Found { kind: string; id: string; title: string; detail: string }
export interface OpsUser { id: string; name: string; phone: string; roles: string[]; desks: string[] }
export interface OrganisationQuery { status?: string; kind?: string; q?: string; cursor?: string; limit?: number }
export type Verb = 'recommend' | 'approve' | 'return' | 'reject' | 'suspend' | 'reinstate'
export interface AuditQuery {
  action?: string
  subject?: string
  subject_id?: string
  actor_id?: string
  org_id?: string
  request_id?: string
  since?: string
  until?: string
  cursor?: string
  limit?: number
}
export interface AuditEntry {
  id: string
  action: string
  subject: string
  subject_id: string
  actor_id?: string
  actor_name?: string
  org_id?: string
  org_name?: string
  about_org_id?: string
  about_org_name?: string
  before: unknown
  after: unknown
  reason: string
  peer: string
  request_id: string
  created_at: string
}

export interface Job { id: string; kind: string; status: string; attempts: number; error?: string; refused: boolean; created_at: string; finished_at?: string }
export interface StuckEvent { id: string; topic: string; attempts: number; error?: string; created_at: string; due_at: string }

const part = encodeURIComponent
const org = (id: string, rest = '') => `/ops/organisations/${part(id)}${rest}`

/** The consoles of operators; auditors may call what only reads. */
export const operator = {
  queues: () => request<List<Queue>>('GET', '/ops/queues'),
  search: (q: string) => request<List<Found>>('GET', '/ops/search', { query: { q } }),

  organisations: (query: OrganisationQuery) => request<Page<Organisation>>('GET', '/ops/organisations', { query }),
  organisation: (id: string) => request<Organisation>('GET', org(id)),
  history: (id: string) => request<List<OrgEvent>>('GET', org(id, '/history')),
  /** `desk` is the operator's organisation for which this is decided. */
  decide: (id: string, verb: Verb, reason: string, desk?: string) =>
    request<Organisation>('POST', org(id, `/${verb}`), { body: { reason }, org: desk }),

  people: (phone: string) => request<List<OpsUser>>('GET', '/ops/users', { query: { phone } }),
  grant: (userId: string, body: { role: PlatformRole; desk?: Desk; reason: string }) =>
    request<Approval>('POST', `/ops/users/${part(userId)}/roles`, { body }),
  revoke: (userId: string, role: string, reason: string) =>
    request<void>('POST', `/ops/users/${part(userId)}/roles/${part(role)}/revoke`, { body: { reason } }),

  failedJobs: (cursor?: string) => request<Page<Job>>('GET', '/ops/jobs', { query: { status: 'failed', cursor } }),
  retryJob: (id: string) => request<Job>('POST', `/ops/jobs/${part(id)}/retry`),
  stuckEvents: (cursor?: string) => request<Page<StuckEvent>>('GET', '/ops/stuck-events', { query: { cursor } }),
  retryEvent: (id: string) => request<StuckEvent>('POST', `/ops/stuck-events/${part(id)}/retry`),

  audit: (query: AuditQuery) => request<Page<AuditEntry>>('GET', '/audit', { query }),
  auditFile: (query: AuditQuery) => bytes('/audit/export', query),
}
