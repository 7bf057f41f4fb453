import { bytes, request } from './http'
import type { components } from './schema'
import type { Approval } from './approvals'

type Schemas = components['schemas']
export type PrepaidFund = Omit<Schemas['PrepaidFundJSON'], 'alerts'> & { alerts: ('custody_short' | 'ceiling_exceeded' | 'custody_unknown' | 'revenue_unknown')[] }
export type PrepaidFunds = Omit<Schemas['PrepaidFundsJSON'], 'items'> & { items: PrepaidFund[] }

/** What is owed on cards, and what was recorded about it; a second operator decides about each record. */
export const prepaid = {
  funds: (as_of: string) => request<PrepaidFunds>('GET', '/ops/prepaid-funds', { query: { as_of } }),
  file: (as_of: string) => bytes('/ops/prepaid-funds/file', { as_of }),
  custody: (body: { program_id: string; day: string; amount_fen: number; source: string }) => request<Approval>('POST', '/ops/custody-balances', { body }),
  revenue: (body: { program_id: string; year: number; amount_fen: number; source: string }) => request<Approval>('POST', '/ops/issuer-revenues', { body }),
}
