import { bytes, request } from './http'
import type { components } from './schema'
import type { Page } from './types'

type Schemas = components['schemas']
export type CardTerms = Schemas['CardTermsJSON']
export type Reconciliation = Omit<Schemas['ReconciliationJSON'], 'batches'> & { batches: BatchTerms[] }
export type BatchTerms = Omit<Schemas['BatchTermsJSON'], 'departments'> & { departments: DepartmentTerms[] }
export type DepartmentTerms = Schemas['DepartmentTermsJSON']
export type TermCard = Schemas['TermCardJSON']
export type Term = 'issued' | 'moved_in' | 'spent' | 'refunded' | 'balance' | 'expired' | 'voided' | 'returned' | 'moved_out'
export interface TermCards { term: Term; batch_id?: string; department?: string; no_department?: boolean }

/** What an enterprise's cards were given against where it is: its members' own, or, given an enterprise, as the staff see it. */
export function reconciliationOf(org: string, staff: boolean) {
  const base = staff ? '/ops/reconciliation' : '/ent/reconciliation'
  const whose = staff ? { enterprise_id: org } : {}
  const acting = staff ? undefined : org
  return {
    get: (as_of: string) => request<Reconciliation>('GET', base, { query: { ...whose, as_of }, org: acting }),
    cards: (query: TermCards & { as_of: string; cursor?: string }) => request<Page<TermCard>>('GET', `${base}/cards`, { query: { ...whose, ...query }, org: acting }),
    file: (as_of: string, of: 'terms' | 'cards') => bytes(`${base}/file`, { ...whose, as_of, of }, acting),
  }
}
