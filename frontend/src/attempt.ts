import { ApiError } from './api/problem'

/**
 * One attempt at a money action: a key and the exact body that goes with it. Both stay until the outcome is
 * known, also across a reload, so that asking again can only replay the first answer, never act twice.
 */
export interface Attempt<B> { key: string; body: B }

export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
}

export class Attempts<B> {
  constructor(
    private readonly name: string,
    private readonly storage: Storage = sessionStorage,
  ) {}

  /** The attempt whose outcome is not known yet. */
  get pending(): Attempt<B> | null {
    const text = this.storage.getItem(this.name)
    if (!text) return null
    try {
      return JSON.parse(text) as Attempt<B>
    } catch {
      return null
    }
  }

  /**
   * Sends `body` as a new attempt, or, while one is pending, that one again: a body that
   * changed meanwhile must wait, because the first may have gone through.
   */
  async send<R>(body: B, call: (body: B, key: string) => Promise<R>): Promise<R> {
    const attempt = this.pending ?? { key: newKey(), body }
    this.storage.setItem(this.name, JSON.stringify(attempt))
    try {
      const result = await call(attempt.body, attempt.key)
      this.settle()
      return result
    } catch (error) {
      if (error instanceof ApiError && !error.outcomeUnknown) this.settle()
      throw error
    }
  }

  /** The outcome is known, or the buyer chose to begin anew. */
  settle(): void {
    this.storage.removeItem(this.name)
  }
}
