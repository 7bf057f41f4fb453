import { describe, expect, it } from 'vitest'
import { formatFen, formatYuan, shareForQuantity, shareOf } from '@/money'

describe('shareOf', () => {
  it.each([
    [0, 0], [9, 0], [10, 1], [29, 1], [30, 2], [990, 50], [1980, 99], [2380, 119], [12345, 617], [10_000, 500],
  ])('gives the village its 5 %% of %i fen, half up: %i', (net, share) => {
    expect(shareOf(net, 500)).toBe(share)
  })

  it('is the integer rule for every net and rate', () => {
    for (let net = 0; net < 3_000_000; net += 7919) {
      for (const rate of [0, 1, 500, 750, 10_000]) {
        expect(shareOf(net, rate)).toBe(Number((BigInt(net) * BigInt(rate) + 5000n) / 10000n))
      }
    }
  })

  it('stays exact where the product would leave the safe integers', () => {
    const net = 9_000_000_000_000_001
    expect(BigInt(shareOf(net, 500))).toBe((BigInt(net) * 500n + 5000n) / 10000n)
  })
})

describe('shareForQuantity', () => {
  it('rounds a line once, not each piece', () => {
    const sku = { price_fen: 990, share_fen: 50 }
    expect(shareForQuantity(sku, 1)).toBe(50)
    expect(shareForQuantity(sku, 2)).toBe(99)
  })

  it('takes the share of one piece from the program, and its rate for several', () => {
    expect(shareForQuantity({ price_fen: 1000, share_fen: 77 }, 1)).toBe(77)
    expect(shareForQuantity({ price_fen: 1000, share_fen: 80 }, 3, 800)).toBe(240)
    expect(shareForQuantity({ price_fen: 1000, share_fen: 0 }, 3, 0)).toBe(0)
  })
})

describe('formatFen', () => {
  it.each([
    [0, '¥0.00'], [5, '¥0.05'], [100, '¥1.00'], [123456789, '¥1,234,567.89'], [-250, '−¥2.50'], [100000, '¥1,000.00'],
  ])('writes %i as %s', (fen, text) => {
    expect(formatFen(fen)).toBe(text)
  })

  it('leaves out the cents of whole yuan only', () => {
    expect(formatYuan(320_000_000)).toBe('¥3,200,000')
    expect(formatYuan(1050)).toBe('¥10.50')
  })
})
