import type { PromotionInput } from './api/types'
import { dayEnd, dayStart } from './days'
import { parseYuan } from './money'

/** A full reduction as it is typed: yuan and days as they are lived in China; the last day is inclusive. */
export interface PromotionForm { over: string; off: string; from: string; until: string }
export type PromotionFault = 'over' | 'off' | 'from' | 'until'

const YEAR_MS = 366 * 86_400_000

export function promotionFaults(form: PromotionForm, now: number): Set<PromotionFault> {
  const wrong = new Set<PromotionFault>()
  const over = parseYuan(form.over)
  const off = parseYuan(form.off)
  const from = Date.parse(dayStart(form.from))
  const until = Date.parse(dayEnd(form.until))
  if (over === null || over < 1) wrong.add('over')
  if (off === null || off < 1 || (over !== null && off >= over)) wrong.add('off')
  if (Number.isNaN(from)) wrong.add('from')
  if (Number.isNaN(until) || until <= now || until <= from || until - from > YEAR_MS) wrong.add('until')
  return wrong
}

export function toPromotion(form: PromotionForm): PromotionInput {
  return { threshold_fen: parseYuan(form.over)!, off_fen: parseYuan(form.off)!, valid_from: dayStart(form.from), valid_until: dayEnd(form.until) }
}

/** The last day of a period whose end is exclusive. */
export const lastMoment = (until: string): string => new Date(Date.parse(until) - 1).toISOString()

/** Today and so many days on, as it is lived in China. */
export function chinaDay(now: number, days = 0): string {
  return new Date(now + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)
}
