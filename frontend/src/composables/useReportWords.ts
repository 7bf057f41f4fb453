import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Board } from '@/api/types'

/** What the report says, in the reader's language; a phrase without a translation stays as it is. */
export function useReportWords(board: () => Board) {
  const { locale } = useI18n()
  const english = computed(() => new Map(board().words.map((w) => [w.phrase, w.english])))
  return (phrase = '') => (locale.value === 'en' ? english.value.get(phrase) ?? phrase : phrase)
}
