const KEY = 'zique.refresh'

// The access token lives in memory only; the refresh token outlives the page.
let access = ''
const listeners = new Set<() => void>()

function stored(): string {
  try {
    return localStorage.getItem(KEY) ?? ''
  } catch {
    return ''
  }
}

export const tokens = {
  get access(): string {
    return access
  },
  get refresh(): string {
    return stored()
  },
  set(accessToken: string, refreshToken: string): void {
    access = accessToken
    localStorage.setItem(KEY, refreshToken)
  },
  clear(): void {
    access = ''
    localStorage.removeItem(KEY)
    for (const tell of listeners) tell()
  },
  /** Told when the session ended, by sign-out or because the program refused the refresh token. */
  onCleared(tell: () => void): void {
    listeners.add(tell)
  },
}
