import type { Approval } from './approvals'
import { request } from './http'
import type { Page, ShareRule, ShareRuleInput } from './types'

/** The dated rules of what a sale brings the village: everybody reads them, two operators change them. */
export const shareRules = {
  page: (state: ShareRule['state'], cursor?: string) => request<Page<ShareRule>>('GET', '/public/share-rules', { query: { state, cursor, limit: 20 } }),
  ask: (body: ShareRuleInput) => request<Approval>('POST', '/ops/share-rules', { body }),
  end: (id: string, valid_until: string, reason: string) =>
    request<Approval>('POST', `/ops/share-rules/${encodeURIComponent(id)}/end`, { body: { valid_until, reason } }),
}
