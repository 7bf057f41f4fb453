import type { Approval } from './approvals'
import { bytes, request } from './http'
import type { CorrectionEntry, LedgerStatement, LedgerTransaction, TrialBalance } from './types'

export interface TrialQuery { q?: string; as_of?: string; cursor?: string; limit?: number }
export interface LedgerPeriod { since?: string; until?: string }

const part = encodeURIComponent

export interface Correction { entries: CorrectionEntry[]; reason: string }

/** The journal, for operators and auditors: what is there is never changed. Operators ask for more. */
export const ledger = {
  trialBalance: (query: TrialQuery) => request<TrialBalance>('GET', '/ledger/accounts', { query }),
  statement: (id: string, query: LedgerPeriod & { cursor?: string; limit?: number }) =>
    request<LedgerStatement>('GET', `/ledger/accounts/${part(id)}/entries`, { query }),
  transaction: (id: string) => request<LedgerTransaction>('GET', `/ledger/transactions/${part(id)}`),
  correct: (body: Correction, key: string) => request<Approval>('POST', '/ops/ledger/corrections', { body, key }),
  reverse: (id: string, reason: string) => request<Approval>('POST', `/ops/ledger/transactions/${part(id)}/reversal`, { body: { reason } }),
  vouchers: (query: LedgerPeriod) => bytes('/ledger/vouchers', query),
}
