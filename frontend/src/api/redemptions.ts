import { bytes, request } from './http'
import type { components } from './schema'
import type { Page } from './types'

type Schemas = components['schemas']
export type Redemption = Schemas['RedemptionJSON']
export type RedemptionRow = Schemas['RedemptionRowJSON']
export type RowError = Schemas['RedemptionErrorJSON']
export type Card = Schemas['CardJSON']
export type Mode = Redemption['mode']

const at = (id: string) => `/ent/redemptions/${encodeURIComponent(id)}`

/** Cards that an enterprise redeems many at once. `org` is the enterprise. */
export const redemptions = {
  list: (org: string, query: { cursor?: string }) => request<Page<Redemption>>('GET', '/ent/redemptions', { query, org }),
  get: (org: string, id: string) => request<Redemption>('GET', at(id), { org }),
  check: (org: string, what: { codes?: string[]; file_id?: string }, key: string) =>
    request<Redemption>('POST', '/ent/redemptions', { body: { ...what, mode: 'all_or_nothing', dry_run: true }, key, org }),
  rows: (org: string, id: string, query: { status?: string; cursor?: string }) => request<Page<RedemptionRow>>('GET', `${at(id)}/rows`, { query, org }),
  confirm: (org: string, id: string, mode: Mode) => request<Redemption>('POST', `${at(id)}/confirm`, { body: { mode }, org }),
  stop: (org: string, id: string) => request<Redemption>('POST', `${at(id)}/stop`, { org }),
  file: (org: string, id: string) => bytes(`${at(id)}/file`, { format: 'xlsx' }, org),
  template: (org: string) => bytes('/ent/import-templates/redemptions', { format: 'xlsx' }, org),
  wallet: (org: string, query: { cursor?: string }) => request<Page<Card>>('GET', '/ent/cards', { query, org }),
}
