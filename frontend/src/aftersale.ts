import { SHARE_RATE_BP, shareOf } from './money'
import type { OrderLine } from './api/types'

type Units = Pick<OrderLine, 'quantity' | 'shipped_quantity' | 'refunded_quantity' | 'reserved_quantity'>
type Paid = Units & Pick<OrderLine, 'net_fen' | 'refunded_fen' | 'reserved_fen' | 'share_fen' | 'share_bearer'>

/** Units that are still to be sent: what is given back is taken from them first. */
export const unsent = (line: Units): number => Math.max(0, line.quantity - line.shipped_quantity - line.refunded_quantity)
/** Of units that go back, those that were sent and can come back. */
export const sentOf = (line: Units, quantity: number): number => quantity - Math.min(quantity, unsent(line))
/** Units that may still be asked back. */
export const returnable = (line: Units): number => line.quantity - line.refunded_quantity - line.reserved_quantity

/** The part of `total` that belongs to `part` of `of` units, half up. */
function proRata(total: number, part: number, of: number): number {
  return Number((BigInt(total) * BigInt(part) * 2n + BigInt(of)) / (BigInt(of) * 2n))
}

/** What may still be asked back. */
export const returnableFen = (line: Paid): number => line.net_fen - line.refunded_fen - line.reserved_fen

/** What is left when all units went back, and some of them for less. */
export const restOf = (line: Paid): number => (returnable(line) === 0 ? returnableFen(line) : 0)

/** What units go back for: their part of what is left, so that the last take all of it, but no more than units cost. */
export function paidFor(line: Paid, quantity: number): number {
  if (quantity === 0) return 0
  return Math.min(proRata(returnableFen(line), quantity, returnable(line)), Math.ceil(line.net_fen / line.quantity) * quantity)
}

/** The rate of a line's share, which the line does not name: the usual one if it explains the share, else the nearest. */
function rateOf(line: Paid): number {
  const left = line.net_fen - line.refunded_fen
  if (left <= 0 || line.share_fen === 0) return 0
  return shareOf(left, SHARE_RATE_BP) === line.share_fen ? SHARE_RATE_BP : Math.round((line.share_fen * 10_000) / left)
}

/** By how much the village's share falls when `amountFen` of the line goes back. */
export function shareFalls(line: Paid, amountFen: number): number {
  return line.share_fen === 0 ? 0 : line.share_fen - shareOf(line.net_fen - line.refunded_fen - amountFen, rateOf(line))
}

export interface Effect { goods_fen: number; on_top_fen: number; share_fen: number }

/** What goes back when these amounts of lines do: a share that the buyer paid on top goes back to the buyer. */
export function effectOf(parts: { line: Paid; amount_fen: number }[]): Effect {
  const effect: Effect = { goods_fen: 0, on_top_fen: 0, share_fen: 0 }
  for (const { line, amount_fen } of parts) {
    const share = shareFalls(line, amount_fen)
    effect.goods_fen += amount_fen
    effect.share_fen += share
    if (line.share_bearer === 'buyer') effect.on_top_fen += share
  }
  return effect
}
