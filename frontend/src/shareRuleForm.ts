import type { ShareRuleInput } from './api/types'
import { dayEnd, dayStart } from './days'
import { parseDecimal } from './money'

/** A rule of shares as it is typed: percent, and days as they are lived in China; the last day is inclusive. */
export interface ShareRuleForm {
  name: string
  rate: string
  gives: string
  category: string
  village: string
  channel: string
  from: string
  until: string
  source: string
}
export type ShareRuleFault = 'name' | 'rate' | 'from' | 'until' | 'source'

const WHOLE_BP = 10_000
const rateOf = (form: ShareRuleForm) => (form.gives === 'none' ? 0 : parseDecimal(form.rate, 2))

export function shareRuleFaults(form: ShareRuleForm, now: number): Set<ShareRuleFault> {
  const wrong = new Set<ShareRuleFault>()
  const rate = rateOf(form)
  const from = Date.parse(dayStart(form.from))
  if (!form.name.trim()) wrong.add('name')
  if (!form.source.trim()) wrong.add('source')
  if (rate === null || rate > WHOLE_BP) wrong.add('rate')
  if (!(from > now)) wrong.add('from')
  if (form.until && !(Date.parse(dayEnd(form.until)) > from)) wrong.add('until')
  return wrong
}

export function toShareRule(form: ShareRuleForm): ShareRuleInput {
  return {
    name: form.name.trim(), rate_bp: rateOf(form) ?? 0, eligible: form.gives !== 'none', bearer: form.gives === 'buyer' ? 'buyer' : 'seller',
    category: form.category, village_id: form.village, channel: form.channel.trim(), valid_from: dayStart(form.from), valid_until: dayEnd(form.until), source: form.source.trim(),
  }
}
