import { onScopeDispose, ref, shallowRef, watch } from 'vue'

const PAUSE_MS = 300

/** Looks up while one types, after a pause; answers to older words are dropped. */
export function useSearch<T>(fetch: (words: string) => Promise<T[]>) {
  const words = ref('')
  const found = shallowRef<T[] | null>(null)
  const error = shallowRef<unknown>(null)
  const busy = ref(false)
  let question = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  async function ask(): Promise<void> {
    clearTimeout(timer)
    const mine = ++question
    const q = words.value.trim()
    error.value = null
    if (!q) {
      found.value = null
      busy.value = false
      return
    }
    busy.value = true
    try {
      const items = await fetch(q)
      if (mine === question) found.value = items
    } catch (problem) {
      if (mine === question) error.value = problem
    } finally {
      if (mine === question) busy.value = false
    }
  }

  watch(words, () => {
    clearTimeout(timer)
    timer = setTimeout(() => void ask(), PAUSE_MS)
  })
  onScopeDispose(() => {
    question++
    clearTimeout(timer)
  })
  return { words, found, error, busy, ask }
}
