import { useI18n } from 'vue-i18n'
import { useToast } from './useToast'

/** Copies a text; browsers without a clipboard, or without leave, say so. */
export function useCopy() {
  const { t } = useI18n()
  const { say } = useToast()
  return async (text: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      say(t('parcel.copied'))
    } catch {
      say(t('parcel.copyFailed'))
    }
  }
}
