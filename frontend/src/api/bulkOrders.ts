import { bytes, request } from './http'
import type { components } from './schema'
import type { Lists, Page } from './types'

type Schemas = components['schemas']
export type BulkOrder = Lists<Schemas['BulkOrderJSON']>
export type BulkRow = Lists<Schemas['BulkRowJSON']>
export interface BulkItem { sku_id: string; quantity: number; price_fen: number }
export interface BulkWish { items: BulkItem[]; file_id?: string; address_id?: string; all: true; dry_run: true }

const at = (id: string) => `/ent/bulk-orders/${encodeURIComponent(id)}`

/** What members of an enterprise order at once for many. `org` is the enterprise. */
export const bulkOrders = {
  list: (org: string, query: { cursor?: string }) => request<Page<BulkOrder>>('GET', '/ent/bulk-orders', { query, org }),
  get: (org: string, id: string) => request<BulkOrder>('GET', at(id), { org }),
  rows: (org: string, id: string, query: { cursor?: string }) => request<Page<BulkRow>>('GET', `${at(id)}/rows`, { query, org }),
  ask: (org: string, body: BulkWish, key: string) => request<BulkOrder>('POST', '/ent/bulk-orders', { body, key, org }),
  place: (org: string, id: string, total_fen: number) => request<BulkOrder>('POST', `${at(id)}/place`, { body: { total_fen }, org }),
  cancel: (org: string, id: string) => request<BulkOrder>('POST', `${at(id)}/cancel`, { org }),
  template: (org: string, format: 'xlsx' | 'csv') => bytes('/ent/import-templates/gift-recipients', { format }, org),
  file: (org: string, id: string) => bytes(`${at(id)}/file`, {}, org),
  errors: (org: string, id: string) => bytes(`${at(id)}/errors`, {}, org),
}
