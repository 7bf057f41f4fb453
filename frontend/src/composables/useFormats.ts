import { useI18n } from 'vue-i18n'
import { formatDay, formatTime } from '@/dates'

export function useFormats() {
  const { locale } = useI18n()
  return {
    time: (iso: string) => formatTime(iso, locale.value),
    day: (iso: string) => formatDay(iso, locale.value),
    count: (n: number) => n.toLocaleString(locale.value),
    separator: () => (locale.value === 'en' ? ', ' : '、'),
  }
}
