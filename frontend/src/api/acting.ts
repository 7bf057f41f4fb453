import { tokens } from './tokens'

const KEY = 'zique.org'

function stored(): string {
  try {
    return localStorage.getItem(KEY) ?? ''
  } catch {
    return ''
  }
}

let chosen = stored()

/** The organisation that the caller acts for, sent as Zique-Org; empty: the program finds the one that fits. */
export const acting = {
  get id(): string {
    return chosen
  },
  choose(id: string): void {
    chosen = id
    try {
      if (id) localStorage.setItem(KEY, id)
      else localStorage.removeItem(KEY)
    } catch {
      // A browser without storage keeps the choice for this page.
    }
  },
}

tokens.onCleared(() => acting.choose(''))
