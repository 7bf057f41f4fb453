import { ref } from 'vue'
import type { Router } from 'vue-router'

/** Where somebody wanted to go when the page for it could not be fetched; empty while all is well. */
export const lostPage = ref('')

const KEY = 'zique.reloaded'
const PATIENCE_MS = 5_000

/** A page may be missing because the server is away, or because a new version has other file names. */
async function serverAnswers(): Promise<boolean> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS)
  try {
    return (await fetch('/livez', { cache: 'no-store', signal: stop.signal })).ok
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}

/** Opens the page anew, which fetches the version that the server has now; nothing is left for a server that is away. */
export async function openAnew(path: string, open = (to: string) => location.assign(to)): Promise<void> {
  if (await serverAnswers()) open(path)
}

/** Shows what could not be opened instead of leaving the app; a new version is opened by itself, once. */
export function watchLostPages(router: Router, open?: (to: string) => void): void {
  router.onError(async (_error, to) => {
    if (sessionStorage.getItem(KEY) !== to.fullPath) {
      sessionStorage.setItem(KEY, to.fullPath)
      await openAnew(to.fullPath, open)
    }
    lostPage.value = to.fullPath
  })
  router.afterEach(() => {
    lostPage.value = ''
    sessionStorage.removeItem(KEY)
  })
}
