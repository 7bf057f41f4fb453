import type { Approval } from './approvals'
import { bytes, request } from './http'
import type { components } from './schema'
import type { Page } from './types'
import type { ImportJob } from './villages'

type Schemas = components['schemas']
export type BankRow = Schemas['BankRowJSON']
export type BankDay = Schemas['BankDayJSON']
export interface BankImport extends ImportJob { added: number; matched: number; repeated: number }
export type RefundTransfer = Schemas['RefundTransferJSON']

const part = encodeURIComponent
const at = (id: string) => `/ops/bank-imports/${part(id)}`

/** The desk of what comes and goes by bank transfer. */
export const bank = {
  rows: (query: { status?: string; open?: boolean; day?: string; cursor?: string }) => request<Page<BankRow>>('GET', '/ops/bank-rows', { query }),
  match: (id: string, to: { order_id: string } | { batch_id: string }, reason: string) => request<Approval>('POST', `/ops/bank-rows/${part(id)}/match`, { body: { ...to, reason } }),
  giveBack: (id: string, bank_reference: string, reason: string) =>
    request<Approval>('POST', `/ops/bank-rows/${part(id)}/give-back`, { body: { bank_reference, reason } }),
  days: (query: { cursor?: string }) => request<Page<BankDay>>('GET', '/ops/bank-days', { query }),
  close: (day: string, carry_reason: string) =>
    request<BankDay>('POST', `/ops/bank-days/${part(day)}/close`, { body: carry_reason ? { carry_reason } : {} }),
  transfers: (query: { status?: string; cursor?: string }) => request<Page<RefundTransfer>>('GET', '/ops/refund-transfers', { query }),
  transferred: (id: string, bank_reference: string) => request<void>('POST', `/ops/refund-transfers/${part(id)}/done`, { body: { bank_reference } }),
  template: (format: 'xlsx' | 'csv') => bytes('/ops/import-templates/bank-statement', { format }),
  startImport: (file_id: string, dry_run: boolean) => request<BankImport>('POST', '/ops/bank-imports', { body: { file_id, dry_run } }),
  importOf: (id: string) => request<BankImport>('GET', at(id)),
  importFile: (id: string) => bytes(`${at(id)}/file`),
}
