import { ref, shallowRef } from 'vue'

/** A deed that cannot run twice at once: a second tap while it runs does nothing. */
export function useAction<A extends unknown[]>(deed: (...args: A) => Promise<void>) {
  const busy = ref(false)
  const error = shallowRef<unknown>(null)

  async function run(...args: A): Promise<void> {
    if (busy.value) return
    busy.value = true
    error.value = null
    try {
      await deed(...args)
    } catch (problem) {
      error.value = problem
    } finally {
      busy.value = false
    }
  }

  return { run, busy, error }
}
