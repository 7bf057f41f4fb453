import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import type { Page } from '@/api/types'

/** A list by cursor: `restart` asks for the first page, `more` adds the next one. */
export function usePager<T>(fetch: (cursor?: string) => Promise<Page<T>>) {
  const items = shallowRef<T[] | null>(null)
  const cursor = ref<string | null>(null)
  const error = shallowRef<unknown>(null)
  const loading = ref(false)
  let question = 0

  async function ask(from: string | null): Promise<void> {
    const mine = ++question
    loading.value = true
    error.value = null
    try {
      const page = await fetch(from ?? undefined)
      if (mine !== question) return
      items.value = from === null ? page.items : [...(items.value ?? []), ...page.items]
      cursor.value = page.next_cursor || null
    } catch (problem) {
      if (mine === question) error.value = problem
    } finally {
      if (mine === question) loading.value = false
    }
  }

  function restart(): Promise<void> {
    items.value = null
    cursor.value = null
    return ask(null)
  }

  async function more(): Promise<void> {
    if (cursor.value && !loading.value) await ask(cursor.value)
  }

  function retry(): Promise<void> {
    return ask(cursor.value)
  }

  onScopeDispose(() => { question++ })
  void restart()
  return { items, error, loading, hasMore: computed(() => cursor.value !== null), restart, more, retry }
}
