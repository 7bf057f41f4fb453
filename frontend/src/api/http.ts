import { ApiError, problemOf } from './problem'
import { tokens } from './tokens'
import type { Session } from './types'

const BASE = '/api/v1'
const PATIENCE_MS = 20_000

export interface Call {
  query?: object
  body?: unknown
  key?: string
  /** No bearer and no refresh: the calls of the session itself. */
  anonymous?: boolean
}

function url(path: string, query: object = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return BASE + path + (text ? `?${text}` : '')
}

async function send(method: string, path: string, call: Call): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (call.body !== undefined) headers['Content-Type'] = 'application/json'
  if (call.key) headers['Idempotency-Key'] = call.key
  if (!call.anonymous && tokens.access) headers.Authorization = `Bearer ${tokens.access}`
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS)
  try {
    return await fetch(url(path, call.query), {
      method,
      headers,
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
      signal: stop.signal,
      credentials: 'omit',
    })
  } catch {
    throw new ApiError(0, stop.signal.aborted ? 'timeout' : 'network')
  } finally {
    clearTimeout(timer)
  }
}

/** Two tabs must not spend the same refresh token: where the browser has locks, one tab rotates at a time. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request('zique.refresh', work) as Promise<T> : work()
}

let refreshing: Promise<Session> | null = null

/** Rotates the refresh token; callers who come meanwhile share the one call. */
export function refresh(): Promise<Session> {
  refreshing ??= alone(async () => {
    const answer = await send('POST', '/auth/refresh', { body: { refresh_token: tokens.refresh }, anonymous: true })
    if (!answer.ok) {
      const problem = await problemOf(answer)
      if (problem.status < 500 && problem.status !== 429) tokens.clear()
      throw problem
    }
    const session = (await answer.json()) as Session
    tokens.set(session.access_token, session.refresh_token)
    return session
  }).finally(() => {
    refreshing = null
  })
  return refreshing
}

export async function request<T>(method: string, path: string, call: Call = {}): Promise<T> {
  if (!call.anonymous && !tokens.access && tokens.refresh) await refresh()
  let answer = await send(method, path, call)
  if (answer.status === 401 && !call.anonymous && tokens.refresh) {
    await refresh()
    answer = await send(method, path, call)
  }
  if (!answer.ok) throw await problemOf(answer)
  if (answer.status === 204) return undefined as T
  try {
    return (await answer.json()) as T
  } catch {
    throw new ApiError(0, 'network')
  }
}
