/** The default rule: 5 % of every sale, in basis points. */
export const SHARE_RATE_BP = 500

/**
 * The village's share of one order line: integers, half up, the rule that the ledger posts by.
 * Remainders are taken apart first, so no product leaves the safe integers.
 */
export function shareOf(netFen: number, rateBp: number): number {
  const whole = Math.floor(netFen / 10000)
  const rest = netFen - whole * 10000
  return whole * rateBp + Math.floor((rest * rateBp + 5000) / 10000)
}

export interface Priced {
  price_fen: number
  share_fen: number
}

/**
 * What buying `quantity` of a SKU gives the village. One piece is what the program says; several are one
 * line and round once. A SKU that gives nothing although its price would earn a share is not eligible.
 */
export function shareForQuantity(sku: Priced, quantity: number): number {
  if (quantity === 1) return sku.share_fen
  if (sku.share_fen === 0 && shareOf(sku.price_fen, SHARE_RATE_BP) > 0) return 0
  return shareOf(sku.price_fen * quantity, SHARE_RATE_BP)
}

/** ¥1,234.05 — always two decimals, never a float on the way. */
export function formatFen(fen: number): string {
  const abs = Math.abs(fen)
  const cents = abs % 100
  const yuan = (abs - cents) / 100
  const grouped = String(yuan).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  return `${fen < 0 ? '−' : ''}¥${grouped}.${String(cents).padStart(2, '0')}`
}

/** ¥1,234 where the cents are zero: for the board's large figures. */
export function formatYuan(fen: number): string {
  return formatFen(fen).replace(/\.00$/, '')
}
