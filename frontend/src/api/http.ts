import { acting } from './acting'
import { ApiError, problemOf } from './problem'
import { tokens } from './tokens'
import type { Session } from './types'

const BASE = '/api/v1'
const PATIENCE_MS = 20_000

export interface Call {
  query?: object
  body?: unknown
  key?: string
  /** The organisation this call acts for, where it is another one than the remembered. */
  org?: string
  /** No bearer and no refresh: the calls of the session itself. */
  anonymous?: boolean
}

export function url(path: string, query: object = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return BASE + path + (text ? `?${text}` : '')
}

/** Who calls, and for which organisation. */
export function identification(org?: string): Record<string, string> {
  const headers: Record<string, string> = {}
  if (tokens.access) headers.Authorization = `Bearer ${tokens.access}`
  const actingFor = org ?? acting.id
  if (actingFor && tokens.access) headers['Zique-Org'] = actingFor
  return headers
}

async function send(method: string, path: string, call: Call): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (call.body !== undefined) headers['Content-Type'] = 'application/json'
  if (call.key) headers['Idempotency-Key'] = call.key
  if (!call.anonymous) Object.assign(headers, identification(call.org))
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

async function answerOf(method: string, path: string, call: Call): Promise<Response> {
  if (!call.anonymous && !tokens.access && tokens.refresh) await refresh()
  let answer = await send(method, path, call)
  if (answer.status === 401 && !call.anonymous && tokens.refresh) {
    await refresh()
    answer = await send(method, path, call)
  }
  if (!answer.ok) throw await problemOf(answer)
  return answer
}

/** The body of an answer; a connection that breaks inside it is a network failure like any other. */
async function read<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch {
    throw new ApiError(0, 'network')
  }
}

export async function request<T>(method: string, path: string, call: Call = {}): Promise<T> {
  const answer = await answerOf(method, path, call)
  return answer.status === 204 ? (undefined as T) : read<T>(answer.json())
}

/** The bytes of a file that only its readers may have, which a plain link could not fetch. */
export async function bytes(path: string, query: object = {}, org?: string): Promise<Blob> {
  return read((await answerOf('GET', path, { query, org })).blob())
}
