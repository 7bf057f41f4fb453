import type { Found } from './api/operator'

const PLACES: Record<string, string> = {
  admissions_county: '/ops/organisations?status=submitted&kind=cooperative',
  admissions_federation: '/ops/organisations?status=recommended',
  approvals: '/ops/approvals',
  jobs_failed: '/ops/failures',
  events_stuck: '/ops/failures?what=events',
  refunds_requested: '/ops/refunds?status=requested',
  refunds_returned: '/ops/refunds?status=returned',
  refund_transfers: '/ops/bank/transfers?status=queued',
  gateway_refunds_failing: '/ops/refunds/gateways?failing=true',
  bank_differences: '/ops/bank?status=open',
  payment_differences: '/ops/refunds/differences?open=true',
  card_batches_funded: '/ops/card-batches?status=awaiting_issue',
  card_returns_requested: '/ops/cards/returns?status=requested',
  card_returns_approved: '/ops/cards/returns?status=approved',
  statements_disputed: '/ops/settlements/statements?status=disputed',
  statements_approved: '/ops/settlements/statements?status=approved',
}

/** It names accounts in clear: not for those who only look. */
const OPERATORS_ONLY = ['refund_transfers']

/** Where a queue is worked off; null for one that this page does not know. */
export const queuePlace = (queue: string, mayAct = true): string | null => (mayAct || !OPERATORS_ONLY.includes(queue) ? PLACES[queue] ?? null : null)

/** The page of a thing that the search found: its own or, where the desk has none, its history in the audit log. */
export function foundPlace(found: Found): string {
  const id = encodeURIComponent(found.id)
  if (found.kind === 'organisation') return `/ops/organisations/${id}`
  if (found.kind === 'village') return `/villages/${id}`
  return `/ops/audit?subject=${encodeURIComponent(found.kind)}&subject_id=${id}`
}

/** The groups of a search result in the order in which people look for them. */
export function groupFound(items: Found[]): { kind: string; items: Found[] }[] {
  const order = ['organisation', 'user', 'village', 'order', 'card']
  const kinds = [...new Set([...order.filter((k) => items.some((i) => i.kind === k)), ...items.map((i) => i.kind)])]
  return kinds.map((kind) => ({ kind, items: items.filter((i) => i.kind === kind) }))
}
