import { beforeEach, describe, expect, it } from 'vitest'
import { ApiError } from '@/api/problem'
import { Attempts, newKey } from '@/attempt'

interface Body { n: number }
const seen: { key: string; body: Body }[] = []
const attempts = () => new Attempts<Body>('test')
const answering = (result: unknown) => async (body: Body, key: string) => {
  seen.push({ key, body })
  if (result instanceof Error) throw result
  return result
}

beforeEach(() => {
  sessionStorage.clear()
  seen.length = 0
})

describe('idempotency keys', () => {
  it('are printable, long enough and new each time', () => {
    const keys = new Set(Array.from({ length: 200 }, newKey))
    expect(keys.size).toBe(200)
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/)
  })

  it.each([['no answer', 0, 'network'], ['a slow one', 0, 'timeout'], ['an unknown outcome', 503, 'outcome_unknown'], ['a broken program', 500, 'internal']])(
    'stay with their body after %s', async (_, status, code) => {
      await expect(attempts().send({ n: 1 }, answering(new ApiError(status, code)))).rejects.toThrow()
      // Even if the page was loaded again and the cart changed meanwhile.
      await attempts().send({ n: 2 }, answering('done'))
      expect(seen[1]).toEqual(seen[0])
      expect(attempts().pending).toBeNull()
    })

  it.each([[409, 'insufficient_balance'], [422, 'invalid_field'], [401, 'unauthenticated'], [429, 'too_many_attempts']])(
    'are new after a refusal with %i', async (status, code) => {
      await expect(attempts().send({ n: 1 }, answering(new ApiError(status, code)))).rejects.toThrow(code)
      await attempts().send({ n: 2 }, answering('done'))
      expect(seen[1]!.key).not.toBe(seen[0]!.key)
      expect(seen[1]!.body).toEqual({ n: 2 })
    })

  it('are new for the next deed, and when the buyer begins anew', async () => {
    await attempts().send({ n: 1 }, answering('done'))
    await expect(attempts().send({ n: 1 }, answering(new ApiError(0, 'network')))).rejects.toThrow()
    attempts().settle()
    await attempts().send({ n: 1 }, answering('done'))
    expect(new Set(seen.map((s) => s.key)).size).toBe(3)
  })
})
