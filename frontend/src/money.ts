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

/** What buying `quantity` of a SKU gives the village: one piece is what the program says, several are one line and round once. */
export function shareForQuantity(sku: Priced, quantity: number, rateBp: number = SHARE_RATE_BP): number {
  return quantity === 1 ? sku.share_fen : shareOf(sku.price_fen * quantity, rateBp)
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

/** A decimal number as people type it, in units of 10^-decimals; null where it is none. Digits only, never a float. */
export function parseDecimal(typed: string, decimals: number): number | null {
  const plain = typed.trim().replace(/[，,\s¥￥]/g, '')
  const found = /^(\d{1,9})(?:\.(\d*))?$/.exec(plain)
  if (!found || (found[2] ?? '').length > decimals) return null
  return Number(found[1] + (found[2] ?? '').padEnd(decimals, '0'))
}

/** 1980 of two decimals is "19.80"; with `short`, zeros at the end are left out. */
export function decimalText(value: number, decimals: number, short = false): string {
  const digits = String(value).padStart(decimals + 1, '0')
  const text = `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
  return short ? text.replace(/\.?0+$/, '') : text
}

/** Basis points as people say them: 500 is 5%, 525 is 5.25%. */
export const rateText = (bp: number): string => `${decimalText(bp, 2, true)}%`

export const parseYuan = (typed: string): number | null => parseDecimal(typed, 2)
export const yuanText = (fen: number): string => decimalText(fen, 2, true)
