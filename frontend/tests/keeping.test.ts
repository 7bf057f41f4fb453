import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick } from 'vue'
import { useDraft } from '@/composables/useDraft'
import { usePoll } from '@/composables/usePoll'
import { useSearch } from '@/composables/useSearch'

beforeEach(() => {
  localStorage.clear()
  vi.useFakeTimers()
})
afterEach(() => vi.useRealTimers())

function within<T>(make: () => T): { it: T; stop: () => void } {
  const scope = effectScope()
  return { it: scope.run(make)!, stop: () => scope.stop() }
}

describe('a draft', () => {
  const draft = () => useDraft('d', () => ({ name: '', tags: [] as string[] }))

  it('comes back after the page was left', async () => {
    const first = within(draft)
    expect(first.it.resumed).toBe(false)
    first.it.form.name = '正龙村'
    first.it.form.tags.push('a')
    await nextTick()
    vi.advanceTimersByTime(500)
    const second = within(draft)
    expect(second.it.resumed).toBe(true)
    expect(second.it.form).toEqual({ name: '正龙村', tags: ['a'] })
  })

  it('keeps the last letters too, when one leaves at once', async () => {
    const first = within(draft)
    first.it.form.name = 'x'
    await nextTick()
    first.stop()
    expect(within(draft).it.form.name).toBe('x')
  })

  it('is gone once it was sent', async () => {
    const first = within(draft)
    first.it.form.name = 'x'
    await nextTick()
    first.it.forget()
    first.stop()
    expect(localStorage.length).toBe(0)
  })

  it('survives broken storage', () => {
    localStorage.setItem('d', '{')
    expect(within(draft).it.form.name).toBe('')
    localStorage.setItem('d', '7')
    expect(within(draft).it.resumed).toBe(false)
  })

  it('fills in what an older draft did not know', () => {
    localStorage.setItem('d', '{"name":"x"}')
    expect(within(draft).it.form).toEqual({ name: 'x', tags: [] })
  })
})

describe('asking until it is done', () => {
  it('goes on after a failure and stops at the end', async () => {
    const answers: (number | Error)[] = [1, new Error('away'), 3]
    const fetch = vi.fn(async () => {
      const next = answers.shift() ?? 3
      if (next instanceof Error) throw next
      return next
    })
    const poll = within(() => usePoll(fetch, (n) => n === 3, 100)).it
    await poll.start()
    await vi.advanceTimersByTimeAsync(100)
    expect(poll.error.value).toBeInstanceOf(Error)
    expect(poll.data.value).toBe(1)
    await vi.advanceTimersByTimeAsync(500)
    expect([poll.data.value, poll.error.value, poll.running.value, fetch.mock.calls.length]).toEqual([3, null, false, 3])
  })

  it('asks no more once the page is left', async () => {
    const fetch = vi.fn(async () => 1)
    const poll = within(() => usePoll(fetch, () => false, 100))
    await poll.it.start()
    poll.stop()
    await vi.advanceTimersByTimeAsync(1000)
    expect(fetch).toHaveBeenCalledTimes(1)
  })
})

describe('a search while one types', () => {
  it('waits for a pause and drops answers to older words', async () => {
    const late: Record<string, (found: string[]) => void> = {}
    const fetch = vi.fn((q: string) => new Promise<string[]>((resolve) => { late[q] = resolve }))
    const search = within(() => useSearch(fetch)).it
    for (const words of ['正', '正龙']) {
      search.words.value = words
      await nextTick()
      await vi.advanceTimersByTimeAsync(400)
    }
    late['正龙']!(['正龙村'])
    await vi.advanceTimersByTimeAsync(0)
    late['正']!(['正冲村'])
    await vi.advanceTimersByTimeAsync(0)
    expect(search.found.value).toEqual(['正龙村'])
    search.words.value = ' '
    await nextTick()
    await vi.advanceTimersByTimeAsync(400)
    expect(search.found.value).toBeNull()
    expect(fetch).toHaveBeenCalledTimes(2)
  })
})
