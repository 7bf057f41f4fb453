import { useI18n } from 'vue-i18n'

/** The name of a tender that is no aid card. */
export function useTenders() {
  const { t, te } = useI18n()
  return { tenderName: (tender: string) => (te(`tender.${tender}`) ? t(`tender.${tender}`) : t('tender.other')) }
}
