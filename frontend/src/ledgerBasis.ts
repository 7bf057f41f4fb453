import type { LedgerTransaction } from '@/api/types'

/** What a transaction of the journal rests on: a word of `ledger.basis`, the number that people know it by, and its page, if it has one. */
export interface Basis { word: string; number: string; to?: string }

const ofOrder: Record<string, string> = {
  order_payment: 'order', order_hold: 'order', order_release: 'order', sub_order_close: 'part', refund: 'refund', gateway_refund: 'gatewayRefund', unasked_payment: 'unasked',
}

/** Where those at a desk see what became of an order. */
export const orderPage = (order: string) => `/ops/audit?subject=order&subject_id=${order}`

/** What became of a request, for auditors too, who decide none. */
export const approvalLog = (approval: string) => `/ops/audit?subject=approval&subject_id=${approval}`

export function basisOf(posted: LedgerTransaction): Basis {
  const { correction, kind, reference, order_id: order, bank_reference: bankReference, entries } = posted
  if (ofOrder[kind] && order) return { word: ofOrder[kind], number: order, to: orderPage(order) }
  switch (kind) {
    case 'payout': return { word: 'statement', number: reference, to: `/ops/statements/${reference}` }
    case 'reversal': return { word: 'transaction', number: reference, to: `/ops/ledger/transactions/${reference}` }
    case 'correction': if (correction) return { word: 'correction', number: correction.approval_id, to: approvalLog(correction.approval_id) }; break
    case 'bank_receipt':
    case 'bank_return': return { word: 'bankRow', number: bankReference ?? reference }
    case 'card_funding': return { word: 'cardBatch', number: reference }
    case 'purchase_payment': return { word: 'purchaseOrder', number: reference }
    case 'card_return_paid': return { word: 'cardReturn', number: reference, to: '/ops/cards/returns' }
    case 'card_move':
    case 'card_void':
    case 'card_return':
    case 'card_issue': return { word: 'card', number: entries.find((entry) => entry.code.startsWith('card:'))?.name ?? reference }
  }
  return { word: 'other', number: reference }
}
