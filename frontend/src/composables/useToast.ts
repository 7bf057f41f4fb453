import { ref } from 'vue'

export interface Toast { id: number; text: string; to?: string; action?: string }

const toasts = ref<Toast[]>([])
let last = 0

/** A short word about what just happened; it says itself to screen readers and goes away. */
export function useToast() {
  function say(text: string, link?: { to: string; action: string }): void {
    const id = ++last
    toasts.value = [{ id, text, ...link }]
    setTimeout(() => dismiss(id), 4000)
  }
  function dismiss(id: number): void {
    toasts.value = toasts.value.filter((t) => t.id !== id)
  }
  return { toasts, say, dismiss }
}
