import { restOf, returnable } from './aftersale'
import type { Order, OrderLine, SubOrder } from './api/types'
import { parseYuan } from './money'

export interface RefundableLine { line: OrderLine; left: number }

/** Lines of parts that are paid and not yet sent, with what is left of them. */
export function refundableLines(order: Order): RefundableLine[] {
  const waiting = new Set(order.sub_orders.filter((s) => s.status === 'paid').map((s) => s.id))
  return order.lines
    .filter((line) => waiting.has(line.sub_order_id))
    .map((line) => ({ line, left: returnable(line) }))
    .filter(({ left }) => left > 0)
}

/** Of a part that was sent, wholly or partly, and whose after-sale window is not over. */
const SENT = ['partly_shipped', 'shipped', 'received']

/** What may be asked back of a part after dispatch. */
export function linesToAsk(order: Order, part: SubOrder): RefundableLine[] {
  if (!SENT.includes(part.status)) return []
  return order.lines
    .filter((line) => line.sub_order_id === part.id)
    .map((line) => ({ line, left: returnable(line) }))
    .filter(({ left }) => left > 0)
}

/** Lines of a part of which no units are left to ask back, but some of what was paid. */
export function restsToAsk(order: Order, part: SubOrder): OrderLine[] {
  return SENT.includes(part.status) ? order.lines.filter((line) => line.sub_order_id === part.id && restOf(line) > 0) : []
}

/** Parts of which everything that is left is chosen: nothing will be sent, so their freight goes back with them. */
export function wholeParts(order: Order, chosen: Readonly<Record<string, number>>): SubOrder[] {
  const lines = refundableLines(order)
  return order.sub_orders.filter((part) => {
    const mine = lines.filter(({ line }) => line.sub_order_id === part.id)
    return mine.length > 0 && mine.every(({ line, left }) => (chosen[line.id] ?? 0) === left)
  })
}

export function freightLeft(parts: SubOrder[]): number {
  return parts.reduce((sum, part) => sum + part.freight_fen - part.refunded_freight_fen - part.reserved_freight_fen, 0)
}

/** What may be asked back of a part's freight after dispatch, also alone: the cooperative decides. */
export const freightToAsk = (part: SubOrder): number => (SENT.includes(part.status) ? freightLeft([part]) : 0)

/** The freight that is typed, in fen: nothing is none; null where it is no amount, or more than is left. */
export function freightTyped(typed: string, left: number): number | null {
  const fen = typed.trim() === '' ? 0 : parseYuan(typed.trim())
  return fen !== null && fen <= left ? fen : null
}
