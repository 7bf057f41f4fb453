import type { Consent, ConsentDocument } from './api/people'

/** The version that is in force; a new text gets a new one, and is asked for again. */
export const CONSENT_VERSION = '2026-01'
export const DOCUMENTS: ConsentDocument[] = ['privacy_policy', 'terms_of_service']

export interface ConsentState { document: ConsentDocument; version: string; given: boolean; created_at: string }

/** What the person said last about each document. */
export function latestConsents(log: Consent[]): ConsentState[] {
  return DOCUMENTS.map((document) => {
    const own = log.filter((c) => c.document === document).sort((a, b) => b.created_at.localeCompare(a.created_at))
    return own[0] ?? { document, version: CONSENT_VERSION, given: false, created_at: '' }
  })
}
