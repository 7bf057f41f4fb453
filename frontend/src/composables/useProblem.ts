import { useI18n } from 'vue-i18n'
import { ApiError } from '@/api/problem'

/** Words for a failure, by its code, in the reader's language. */
export function useProblem() {
  const { t, te } = useI18n()

  function words(problem: unknown): string {
    if (!(problem instanceof ApiError)) return t('error.internal')
    const text = te(`error.${problem.code}`, 'zh-CN') ? t(`error.${problem.code}`) : t('error.internal')
    return problem.retryAfter > 0 && problem.status === 429 ? `${text} ${t('error.wait', { seconds: problem.retryAfter })}` : text
  }

  /** The message for one field of a form, if the program named it. */
  function fieldWords(problem: unknown, field: string): string {
    if (!(problem instanceof ApiError)) return ''
    const found = problem.fields.find((f) => (f.field ?? '').split('.').pop() === field)
    if (!found) return ''
    return te(`field.${found.code}`, 'zh-CN') ? t(`field.${found.code}`) : t('field.invalid')
  }

  return { words, fieldWords }
}
