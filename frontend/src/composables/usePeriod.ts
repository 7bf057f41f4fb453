import { useI18n } from 'vue-i18n'
import type { Statement } from '@/api/types'
import { useFormats } from './useFormats'

/** What a statement settles: a month, or what had come until it was made by hand, to the minute: there may be several of one day. */
export function usePeriod() {
  const { t } = useI18n()
  const { time } = useFormats()
  return (one: Statement): string => {
    if (one.period) return t('statement.month', { period: one.period })
    const until = time(one.created_at)
    return one.since ? t('statement.between', { since: time(one.since), time: until }) : t('statement.created', { time: until })
  }
}
