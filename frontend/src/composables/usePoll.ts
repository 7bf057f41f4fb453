import { onScopeDispose, ref, shallowRef } from 'vue'

/** Asks again and again until `done`; a failure in between is shown and the asking goes on. */
export function usePoll<T>(fetch: () => Promise<T>, done: (found: T) => boolean, pauseMs = 1500) {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<unknown>(null)
  const running = ref(false)
  let round = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  async function ask(mine: number): Promise<void> {
    try {
      const found = await fetch()
      if (mine !== round) return
      data.value = found
      error.value = null
      if (done(found)) {
        running.value = false
        return
      }
    } catch (problem) {
      if (mine !== round) return
      error.value = problem
    }
    timer = setTimeout(() => void ask(mine), pauseMs)
  }

  function start(): Promise<void> {
    clearTimeout(timer)
    running.value = true
    data.value = null
    error.value = null
    return ask(++round)
  }

  function stop(): void {
    round++
    clearTimeout(timer)
    running.value = false
  }

  onScopeDispose(stop)
  return { data, error, running, start, stop }
}
