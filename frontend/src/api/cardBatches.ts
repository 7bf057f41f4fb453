import type { CardReturn } from './cards'
import { bytes, request } from './http'
import type { components } from './schema'
import type { List, Page } from './types'
import type { ImportJob } from './villages'

type Schemas = components['schemas']
export type CardBatch = Schemas['CardBatchJSON']
export type FundedBatch = Schemas['FundedBatchJSON']
export type BatchCard = Schemas['BatchCardJSON']
export type BatchClaims = Schemas['BatchClaimsJSON']
export type CardExport = Schemas['CardExportJSON']
export interface RecipientImport extends ImportJob { added: number }
export interface BatchOrder { kind: string; face_fen: number; count: number; valid_until?: string; campaign_id?: string }
export interface Receipt { amount_fen: number; paid_at: string; payer_name: string; payer_account: string; payee_account: string; bank_reference: string }

const part = encodeURIComponent
const at = (id: string) => `/ent/card-batches/${part(id)}`
const job = (id: string) => `/ent/recipient-imports/${part(id)}`

/** Batches of cards as the members of an enterprise see them. `org` is the enterprise. */
export const cardBatches = {
  list: (org: string, query: { cursor?: string }) => request<Page<CardBatch>>('GET', '/ent/card-batches', { query, org }),
  get: (org: string, id: string) => request<CardBatch>('GET', at(id), { org }),
  order: (org: string, body: BatchOrder, key: string) => request<CardBatch>('POST', '/ent/card-batches', { body, key, org }),
  confirm: (org: string, id: string) => request<CardBatch>('POST', `${at(id)}/confirm`, { org }),
  cancel: (org: string, id: string) => request<CardBatch>('POST', `${at(id)}/cancel`, { org }),
  cards: (org: string, id: string, query: { status?: string; department?: string; cursor?: string; limit?: number }) => request<Page<BatchCard>>('GET', `${at(id)}/cards`, { query, org }),
  claims: (org: string, id: string) => request<List<BatchClaims>>('GET', `${at(id)}/claims`, { org }),
  remind: (org: string, id: string, department: string) => request<{ reminded: number }>('POST', `${at(id)}/reminders`, { body: department ? { department } : {}, org }),
  recall: (org: string, id: string, department: string, reason: string) =>
    request<{ recalled: number; amount_fen: number }>('POST', `${at(id)}/recall`, { body: department ? { department, reason } : { reason }, org }),
  returns: (org: string, id: string) => request<Page<CardReturn>>('GET', '/ent/card-returns', { query: { batch_id: id, limit: 100 }, org }),
  giveBack: (org: string, card_ids: string[], reason: string) => request<CardReturn>('POST', '/ent/card-returns', { body: { card_ids, reason }, org }),
  rekey: (org: string, card_ids: string[], key: string) => request<{ rekeyed: number }>('POST', '/ent/cards/rekey', { body: { card_ids }, key, org }),
  exports: (org: string, id: string) => request<Page<CardExport>>('GET', `${at(id)}/exports`, { org }),
  askExport: (org: string, id: string, body: { format: string; password: string; only_missing?: boolean }, key: string) => request<CardExport>('POST', `${at(id)}/exports`, { body, key, org }),
  approveExport: (org: string, id: string) => request<CardExport>('POST', `/ent/exports/${part(id)}/approve`, { org }),
  exportFile: (org: string, id: string) => bytes(`/ent/exports/${part(id)}/file`, {}, org),
  recipients: (org: string, id: string) => ({
    template: (format: 'xlsx' | 'csv') => bytes('/ent/import-templates/card-recipients', { format }, org),
    startImport: (file_id: string, dry_run: boolean) => request<RecipientImport>('POST', `${at(id)}/recipients`, { body: { file_id, dry_run }, org }),
    importOf: (importId: string) => request<RecipientImport>('GET', job(importId), { org }),
    importFile: (importId: string) => bytes(`${job(importId)}/file`, {}, org),
  }),
}

/** The same batches at the operators' desk. */
export const batchDesk = {
  list: (query: { status?: string; cursor?: string }) => request<Page<CardBatch>>('GET', '/ops/card-batches', { query }),
  fund: (id: string, body: Receipt) => request<FundedBatch>('POST', `/ops/card-batches/${part(id)}/fund`, { body }),
  issue: (id: string) => request<CardBatch>('POST', `/ops/card-batches/${part(id)}/issue`, {}),
}
