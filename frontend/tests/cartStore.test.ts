import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { readGuestCart, writeGuestCart } from '@/guestCart'
import { useCart } from '@/stores/cart'

// The program, as far as the cart needs it: the network is the only thing replaced.
const account = new Map<string, number>()
let failAt = ''

function cart() {
  const items = [...account].map(([sku_id, quantity]) => ({ sku_id, quantity, stock: 10, price_fen: 100, available: true }))
  return { items, total_fen: 0, freight_fen: 0, share_fen: 0 }
}

beforeEach(() => {
  account.clear()
  failAt = ''
  localStorage.clear()
  localStorage.setItem('zique.refresh', 'r0')
  setActivePinia(createPinia())
  vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
    const path = new URL(address, 'http://x').pathname.replace('/api/v1', '')
    const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status })
    if (path === '/auth/refresh') return json(200, { access_token: 'a', refresh_token: 'r1', expires_in: 600, user: {} })
    const sku = path.replace('/cart/items/', '')
    if (init.method === 'PUT') {
      if (sku === failAt) throw new TypeError('network')
      if (sku === 'gone') return json(404, { code: 'not_found' })
      account.set(sku, JSON.parse(String(init.body)).quantity)
    }
    return json(200, cart())
  })
})
afterEach(() => vi.unstubAllGlobals())

const line = (sku_id: string, quantity: number) => ({ sku_id, product_id: 'p', quantity, price_fen: 100 })

it('moves the guest lines into the account and adds to what it holds', async () => {
  account.set('a', 2)
  writeGuestCart([line('a', 3), line('b', 1), line('gone', 1)])
  await useCart().load()
  expect([...account]).toEqual([['a', 5], ['b', 1]])
  expect(readGuestCart()).toEqual([])
})

it('neither loses nor doubles a line when the connection breaks half way', async () => {
  writeGuestCart([line('a', 3), line('b', 1)])
  failAt = 'b'
  const store = useCart()
  await expect(store.load()).rejects.toMatchObject({ code: 'network' })
  expect(readGuestCart().map((l) => l.sku_id)).toEqual(['b'])
  failAt = ''
  await store.load()
  expect([...account]).toEqual([['a', 3], ['b', 1]])
})
