import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'

export interface Loading<T> {
  data: ShallowRef<T | null>
  error: ShallowRef<unknown>
  loading: Ref<boolean>
  load: () => Promise<void>
}

/** Loads once now and again on demand. What was shown stays while it loads again; a late answer to an old question is dropped. */
export function useLoad<T>(fetch: () => Promise<T>): Loading<T> {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<unknown>(null)
  const loading = ref(false)
  let question = 0

  async function load(): Promise<void> {
    const mine = ++question
    loading.value = true
    error.value = null
    try {
      const found = await fetch()
      if (mine === question) data.value = found
    } catch (problem) {
      if (mine === question) error.value = problem
    } finally {
      if (mine === question) loading.value = false
    }
  }

  onScopeDispose(() => { question++ })
  void load()
  return { data, error, loading, load }
}
