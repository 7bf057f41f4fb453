import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { acting } from '@/api/acting'
import { request } from '@/api/http'
import { tokens } from '@/api/tokens'
import { useActing } from '@/stores/acting'

let memberships: { org_id: string; kind: string; role: string; name: string }[] = []
const sent: (string | null)[] = []

beforeEach(() => {
  localStorage.clear()
  acting.choose('')
  tokens.set('a', 'r')
  sent.length = 0
  memberships = [{ org_id: '1', kind: 'county', role: 'operator', name: '县' }, { org_id: '2', kind: 'cooperative', role: 'owner', name: '社' }]
  vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
    sent.push(new Headers(init.headers).get('Zique-Org'))
    return new Response(JSON.stringify({ user: {}, memberships }))
  })
  setActivePinia(createPinia())
})
afterEach(() => vi.unstubAllGlobals())

describe('the organisation that one acts for', () => {
  it('goes with every call once it is chosen, and is remembered', async () => {
    await request('GET', '/cart')
    useActing().choose('2')
    await request('GET', '/cart')
    expect(sent).toEqual([null, '2'])
    expect(localStorage.getItem('zique.org')).toBe('2')
  })

  it('can be another one for a single call', async () => {
    useActing().choose('2')
    await request('POST', '/x', { org: '1' })
    expect(sent).toEqual(['1'])
  })

  it('is not told to calls without a session', async () => {
    useActing().choose('2')
    await request('GET', '/demo', { anonymous: true })
    expect(sent).toEqual([null])
  })

  it('stays while one belongs there and is dropped afterwards', async () => {
    const store = useActing()
    store.choose('2')
    await store.load()
    expect([store.several, store.chosen]).toEqual([true, '2'])
    expect([store.desks, store.deskOrg('county'), store.deskOrg('federation')]).toEqual([['county'], '1', undefined])
    memberships = [memberships[0]!, { org_id: '3', kind: 'chamber', role: 'buyer', name: '会' }]
    await store.load()
    expect([store.chosen, acting.id]).toEqual(['', ''])
  })

  it('needs no choice with one organisation only', async () => {
    const store = useActing()
    store.choose('1')
    memberships = memberships.slice(0, 1)
    await store.load()
    expect([store.several, store.chosen]).toEqual([false, ''])
  })

  it('leaves with the session', () => {
    useActing().choose('2')
    tokens.clear()
    expect([acting.id, localStorage.getItem('zique.org')]).toEqual(['', null])
  })
})
