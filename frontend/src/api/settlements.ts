import type { Approval } from './approvals'
import { bytes, request } from './http'
import type { MoneyStanding, Page, Settlement, ShareTrace, Statement, StatementDetail } from './types'

/** Whose statements: a cooperative's, a village collective's, or everybody's for the desk. */
export type Side = 'coop' | 'village' | 'ops'
export interface StatementQuery { status?: string; settlement_id?: string; cursor?: string; limit?: number }
export interface Transferred { bank_reference: string; paid_at: string }

const part = encodeURIComponent
const statement = (side: Side, id: string, rest = '') => `/${side}/statements/${part(id)}${rest}`
const run = (id: string, rest = '') => `/ops/settlements/${part(id)}${rest}`

/** Statements and payouts. `org` is the organisation that a member acts for. */
export const settlements = {
  money: (side: Side, org: string) => request<MoneyStanding>('GET', `/${side}/money`, { org }),
  shares: (org: string, cursor?: string) => request<Page<ShareTrace>>('GET', '/village/shares', { org, query: { cursor, limit: 20 } }),
  statements: (side: Side, query: StatementQuery, org?: string) => request<Page<Statement>>('GET', `/${side}/statements`, { query, org }),
  statement: (side: Side, id: string, cursor?: string, org?: string) =>
    request<StatementDetail>('GET', statement(side, id), { query: { cursor, limit: 20 }, org }),
  file: (side: Side, id: string, format: 'xlsx' | 'pdf', org?: string) => bytes(statement(side, id, '/file'), { format }, org),
  confirm: (side: Side, id: string, org: string) => request<Statement>('POST', statement(side, id, '/confirm'), { org }),
  dispute: (side: Side, id: string, reason: string, org: string) => request<Statement>('POST', statement(side, id, '/dispute'), { body: { reason }, org }),

  runs: (cursor?: string) => request<Page<Settlement>>('GET', '/ops/settlements', { query: { cursor, limit: 20 } }),
  run: (id: string) => request<Settlement>('GET', run(id)),
  begin: (body: { note: string }, key: string) => request<Settlement>('POST', '/ops/settlements', { body, key }),
  askPayout: (id: string, reason: string) => request<Approval>('POST', run(id, '/request-approval'), { body: { reason } }),
  payoutFile: (id: string, format: 'xlsx' | 'csv') => bytes(run(id, '/payout-file'), { format }),
  close: (id: string) => request<Settlement>('POST', run(id, '/close')),
  answer: (id: string, reason: string) => request<Statement>('POST', statement('ops', id, '/answer'), { body: { reason } }),
  carry: (id: string, reason: string) => request<Statement>('POST', statement('ops', id, '/carry'), { body: { reason } }),
  pay: (id: string, body: Transferred, key: string) => request<Statement>('POST', statement('ops', id, '/pay'), { body, key }),
}
