import { onScopeDispose, reactive, watch, type UnwrapNestedRefs } from 'vue'

const PAUSE_MS = 400

/** A form that survives a closed tab: what is typed is kept on this device until it is sent. */
export function useDraft<T extends object>(key: string, empty: () => T, storage: Storage = localStorage) {
  function read(): T | null {
    try {
      const kept: unknown = JSON.parse(storage.getItem(key) ?? 'null')
      return kept !== null && typeof kept === 'object' ? (kept as T) : null
    } catch {
      return null
    }
  }

  const kept = read()
  const form = reactive({ ...empty(), ...kept }) as UnwrapNestedRefs<T>
  let timer: ReturnType<typeof setTimeout> | undefined
  let sent = false

  function save(): void {
    clearTimeout(timer)
    if (sent) return
    try {
      storage.setItem(key, JSON.stringify(form))
    } catch {
      // A full or forbidden storage loses the draft, not the form.
    }
  }

  function forget(): void {
    sent = true
    clearTimeout(timer)
    storage.removeItem(key)
  }

  watch(form, () => {
    clearTimeout(timer)
    timer = setTimeout(save, PAUSE_MS)
  }, { deep: true })
  window.addEventListener('pagehide', save)
  onScopeDispose(() => {
    window.removeEventListener('pagehide', save)
    if (timer !== undefined) save()
  })

  return { form, resumed: kept !== null, save, forget }
}
