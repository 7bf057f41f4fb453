import { beforeEach, describe, expect, it } from 'vitest'
import type { ProductDetail } from '@/api/types'
import { groupByCooperative, mergedQuantity, priceGuestCart, readGuestCart, setGuestLine, totalsOf, writeGuestCart } from '@/guestCart'

function product(id: string, coop: string, freight_fen: number, price_fen: number, stock: number): ProductDetail {
  return {
    id, title: id, cover_url: '/x.svg', description: '', price_fen, stock, share_fen: 0, demo: true, rate_bp: 500, share_bearer: 'seller', certificates: [],
    category: { id: 'fruit', name: '水果' }, village: { id: 'v', name: '芭蕉山村' },
    cooperative: { id: coop, name: coop, freight_fen, demo: true },
    skus: [{ id: `${id}-sku`, spec: '1 kg', weight_g: 1000, price_fen, stock, share_fen: Math.round(price_fen / 20) }],
  }
}

const line = (id: string, quantity: number, price_fen: number) => ({ sku_id: `${id}-sku`, product_id: id, quantity, price_fen })

beforeEach(() => localStorage.clear())

describe('the guest cart on this device', () => {
  it('survives a reload, and leaves nothing behind when empty', () => {
    writeGuestCart([line('a', 2, 990)])
    expect(readGuestCart()).toEqual([line('a', 2, 990)])
    writeGuestCart([])
    expect(localStorage.length).toBe(0)
  })

  it('is empty when what is stored can not be read', () => {
    localStorage.setItem('zique.cart', '{broken')
    expect(readGuestCart()).toEqual([])
    localStorage.setItem('zique.cart', '{"a":1}')
    expect(readGuestCart()).toEqual([])
  })

  it('sets a quantity absolutely, and 0 takes the line out', () => {
    let lines = setGuestLine([], line('a', 1, 990))
    lines = setGuestLine(lines, line('b', 1, 500))
    lines = setGuestLine(lines, line('a', 4, 990))
    expect(lines.map((l) => [l.product_id, l.quantity])).toEqual([['a', 4], ['b', 1]])
    expect(setGuestLine(lines, line('a', 0, 990)).map((l) => l.product_id)).toEqual(['b'])
  })
})

describe('pricing a guest cart', () => {
  it('marks a changed price and too little stock, and counts only what can be bought', () => {
    const cart = priceGuestCart(
      [line('a', 2, 900), line('b', 3, 500), line('gone', 1, 100)],
      [product('a', 'c1', 800, 990, 5), product('b', 'c2', 1000, 500, 2)],
    )
    expect(cart.items.map((i) => [i.product_id, i.price_changed, i.available])).toEqual([['a', true, true], ['b', false, false]])
    expect(cart).toMatchObject({ total_fen: 1980, freight_fen: 800, share_fen: 99 })
  })

  it('takes one freight per cooperative', () => {
    const cart = priceGuestCart(
      [line('a', 1, 990), line('b', 1, 500), line('c', 1, 700)],
      [product('a', 'c1', 800, 990, 5), product('b', 'c1', 800, 500, 5), product('c', 'c2', 300, 700, 5)],
    )
    expect(totalsOf(cart.items).freight_fen).toBe(1100)
    expect(groupByCooperative(cart.items).map((g) => [g.cooperative.id, g.items.length])).toEqual([['c1', 2], ['c2', 1]])
  })
})

describe('merging at sign-in', () => {
  it('adds to what the account holds, up to the stock', () => {
    expect(mergedQuantity(1, 2, 10)).toBe(3)
    expect(mergedQuantity(4, 3, 5)).toBe(5)
    expect(mergedQuantity(60, 60, 500)).toBe(99)
  })

  it('never takes away what the account already holds', () => {
    expect(mergedQuantity(6, 1, 2)).toBe(6)
  })
})
