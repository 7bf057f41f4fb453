import { bytes, request } from './http'
import type { LedgerStatement, LedgerTransaction, TrialBalance } from './types'

export interface TrialQuery { q?: string; as_of?: string; cursor?: string; limit?: number }
export interface LedgerPeriod { since?: string; until?: string }

const part = encodeURIComponent

/** The journal, for operators and auditors: it is read, never changed. */
export const ledger = {
  trialBalance: (query: TrialQuery) => request<TrialBalance>('GET', '/ledger/accounts', { query }),
  statement: (id: string, query: LedgerPeriod & { cursor?: string; limit?: number }) =>
    request<LedgerStatement>('GET', `/ledger/accounts/${part(id)}/entries`, { query }),
  transaction: (id: string) => request<LedgerTransaction>('GET', `/ledger/transactions/${part(id)}`),
  vouchers: (query: LedgerPeriod) => bytes('/ledger/vouchers', query),
}
