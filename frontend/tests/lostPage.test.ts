import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { lostPage, openAnew, watchLostPages } from '@/lostPage'

let away = true
let opened: string[] = []

/** A shop whose page /away cannot be fetched. */
async function shop() {
  const page = { template: '' }
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/', component: page }, { path: '/away', component: () => Promise.reject(new TypeError('Failed to fetch')) }],
  })
  watchLostPages(router, (path) => opened.push(path))
  await router.push('/')
  return router
}

beforeEach(() => {
  sessionStorage.clear()
  opened = []
  away = true
  vi.stubGlobal('fetch', async () => {
    if (away) throw new TypeError('Failed to fetch')
    return new Response()
  })
})
afterEach(() => vi.unstubAllGlobals())

describe('a page that cannot be fetched', () => {
  it('is told in the app while the server is away, and opened when it is back', async () => {
    const router = await shop()
    await router.push('/away?x=1').catch(() => undefined)
    await vi.waitFor(() => expect(lostPage.value).toBe('/away?x=1'))
    const open = vi.fn()
    await openAnew(lostPage.value, open)
    expect(open).not.toHaveBeenCalled()
    away = false
    await openAnew(lostPage.value, open)
    expect(open).toHaveBeenCalledWith('/away?x=1')
    expect(opened).toEqual([])
    await router.push('/?q=1')
    expect(lostPage.value).toBe('')
  })

  it('is opened anew by itself when the server has a new version, once', async () => {
    away = false
    const router = await shop()
    await router.push('/away').catch(() => undefined)
    await vi.waitFor(() => expect(opened).toEqual(['/away']))
    await router.push('/away').catch(() => undefined)
    await vi.waitFor(() => expect(lostPage.value).toBe('/away'))
    expect(opened).toEqual(['/away'])
  })
})
