import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { request } from '@/api/http'
import { tokens } from '@/api/tokens'

const calls: string[] = []
let valid = 'a1'
let refreshAnswer = 200

beforeEach(() => {
  calls.length = 0
  valid = 'a1'
  refreshAnswer = 200
  localStorage.clear()
  tokens.set('stale', 'r0')
  vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
    const path = new URL(address, 'http://x').pathname
    calls.push(path)
    if (path.endsWith('/auth/refresh')) {
      const { refresh_token } = JSON.parse(String(init.body))
      if (refreshAnswer !== 200) return new Response(JSON.stringify({ code: 'unauthenticated' }), { status: refreshAnswer })
      return new Response(JSON.stringify({ access_token: valid, refresh_token: `${refresh_token}+`, expires_in: 600, user: {} }))
    }
    const bearer = new Headers(init.headers).get('Authorization')
    return bearer === `Bearer ${valid}`
      ? new Response(JSON.stringify({ ok: path }))
      : new Response(JSON.stringify({ code: 'token_expired' }), { status: 401 })
  })
})
afterEach(() => vi.unstubAllGlobals())

describe('an expired access token', () => {
  it('is renewed once for all calls that meet it', async () => {
    const answers = await Promise.all(['/cart', '/cards', '/orders'].map((path) => request('GET', path)))
    expect(answers).toHaveLength(3)
    expect(calls.filter((c) => c.endsWith('/auth/refresh'))).toHaveLength(1)
    expect(tokens.refresh).toBe('r0+')
  })

  it('ends the session when the refresh token is refused', async () => {
    refreshAnswer = 401
    await expect(request('GET', '/cart')).rejects.toMatchObject({ status: 401 })
    expect(tokens.refresh).toBe('')
  })

  it('keeps the session when the program is away', async () => {
    refreshAnswer = 503
    await expect(request('GET', '/cart')).rejects.toMatchObject({ status: 503 })
    expect(tokens.refresh).toBe('r0')
  })
})

it('never writes the access token to storage', async () => {
  await request('GET', '/cart')
  expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain('a1')
})
