import { describe, expect, it } from 'vitest'
import { effectOf, paidFor, restOf, returnable, sentOf, shareFalls, unsent } from '@/aftersale'
import { ApiError } from '@/api/problem'
import type { FreightTemplate, Order, OrderLine, SubOrder } from '@/api/types'
import { carrierName, isTracking, plainTracking } from '@/carriers'
import { namedItems } from '@/composables/useQuote'
import { emptyFreight, formIsRight, fromTemplate, toFreightInput, zoneFaults } from '@/freightForm'
import { decimalText, parseDecimal, parseYuan, rateText, yuanText } from '@/money'
import { chinaDay, lastMoment, promotionFaults, toPromotion } from '@/promotionForm'
import { freightToAsk, freightTyped, linesToAsk } from '@/refundable'
import { isOpen, verbsOf } from '@/refundFlow'

const line = (over: Partial<OrderLine> = {}) => ({
  id: 'l', sub_order_id: 's', quantity: 3, shipped_quantity: 0, refunded_quantity: 0, reserved_quantity: 0, net_fen: 1000, refunded_fen: 0, reserved_fen: 0, share_fen: 50, share_bearer: 'seller', ...over,
}) as OrderLine

describe('units of a line', () => {
  it.each([
    [{}, 3, 3], [{ shipped_quantity: 2 }, 1, 3], [{ refunded_quantity: 1 }, 2, 2],
    // One that was not sent went back first, then one that was.
    [{ shipped_quantity: 2, refunded_quantity: 2 }, 0, 1], [{ shipped_quantity: 3, reserved_quantity: 1 }, 0, 2],
  ])('%j: %i to send, %i to ask back', (over, toSend, toAsk) => {
    expect(unsent(line(over))).toBe(toSend)
    expect(returnable(line(over))).toBe(toAsk)
  })
})

describe('what goes back', () => {
  it('of all units, one by one, is what was paid for the line, whatever was let go before', () => {
    expect(paidFor(line(), 1)).toBe(333)
    expect(paidFor(line({ reserved_quantity: 1, reserved_fen: 333 }), 1)).toBe(334)
    expect(paidFor(line({ reserved_quantity: 1, reserved_fen: 334 }), 1)).toBe(333)
    expect(paidFor(line({ refunded_quantity: 1, refunded_fen: 333, reserved_quantity: 1, reserved_fen: 334 }), 1)).toBe(333)
    expect(paidFor(line({ refunded_quantity: 3, refunded_fen: 500 }), 0)).toBe(0)
  })
  it('is no more than units cost, where others went back for less', () => {
    expect(paidFor(line({ refunded_quantity: 1, refunded_fen: 100 }), 1)).toBe(334)
  })
  it('is the rest, of no units, when all went back and some of them for less', () => {
    expect(restOf(line({ refunded_quantity: 2, refunded_fen: 600, reserved_quantity: 1, reserved_fen: 334 }))).toBe(66)
    expect(restOf(line({ refunded_quantity: 2, refunded_fen: 600 }))).toBe(0)
  })
  it('can come back of what was sent alone', () => {
    expect(sentOf(line({ shipped_quantity: 1, reserved_quantity: 3 }), 3)).toBe(1)
    expect(sentOf(line({ shipped_quantity: 3, reserved_quantity: 3 }), 3)).toBe(3)
  })
  it('takes the share that the rest no longer gives', () => {
    expect(shareFalls(line(), 333)).toBe(50 - 33)
    expect(shareFalls(line(), 1000)).toBe(50)
    expect(shareFalls(line({ share_fen: 0 }), 1000)).toBe(0)
    expect(shareFalls(line({ net_fen: 10_000, share_fen: 800 }), 5000)).toBe(400)
  })
  it('includes a share that the buyer paid on top', () => {
    const bought = line({ share_bearer: 'buyer' })
    expect(effectOf([{ line: bought, amount_fen: 1000 }, { line: line(), amount_fen: 333 }])).toEqual({ goods_fen: 1333, on_top_fen: 50, share_fen: 67 })
  })
})

it('goods that were sent can be asked back until the sub-order closes', () => {
  const order = { lines: [line({ shipped_quantity: 3 }), line({ id: 'other', sub_order_id: 'x' })] } as Order
  const asked = (status: string) => linesToAsk(order, { id: 's', status } as SubOrder).map((l) => l.left)
  expect(['paid', 'partly_shipped', 'shipped', 'received', 'closed'].map((s) => asked(s).length)).toEqual([0, 1, 1, 1, 0])
})

it('freight is asked back alone after dispatch, up to what is left of it', () => {
  const part = (status: string) => ({ id: 's', status, freight_fen: 800, refunded_freight_fen: 100, reserved_freight_fen: 200 }) as SubOrder
  expect(['paid', 'partly_shipped', 'shipped', 'received', 'closed'].map((s) => freightToAsk(part(s)))).toEqual([0, 500, 500, 500, 0])
  expect(['', ' 5 ', '4.99', '5.01', '-1', 'x'].map((typed) => freightTyped(typed, 500))).toEqual([0, 500, 499, null, null, null])
})

it('each status of a refund has its decisions', () => {
  expect(verbsOf('requested')).toEqual(['approveNow', 'approveLater', 'reject'])
  expect(verbsOf('returned')).toEqual(['accept', 'reject'])
  expect(verbsOf('refunded')).toEqual([])
  expect(['requested', 'approved', 'returned', 'refunded', 'rejected'].map(isOpen)).toEqual([true, true, true, false, false])
})

it('reads tracking numbers and names carriers', () => {
  expect(plainTracking(' YT 123-4 ')).toBe('YT123-4')
  expect(['SF1', 'a'.repeat(40), '', 'a'.repeat(41), '运单'].map(isTracking)).toEqual([true, true, false, false, false])
  expect([carrierName('顺丰速运', 'en'), carrierName('顺丰速运', 'zh-CN'), carrierName('山里快', 'en')]).toEqual(['SF Express', '顺丰速运', '山里快'])
})

describe('decimals as people type them', () => {
  it.each([['8', 800], ['8.5', 850], ['0.07', 7], ['￥1,234.05', 123405], ['19.', 1900], ['999999999.99', 99_999_999_999], ['', null], ['-1', null], ['1.234', null], ['1e3', null], ['.5', null]])('%j yuan are %j fen', (typed, fen) => {
    expect(parseYuan(typed)).toBe(fen)
  })
  it('come back as they went', () => {
    for (const fen of [0, 7, 70, 700, 1980, 123405]) expect(parseYuan(yuanText(fen))).toBe(fen)
    expect([500, 525, 50].map(rateText)).toEqual(['5%', '5.25%', '0.5%'])
    expect([yuanText(1980), yuanText(2000), yuanText(5), decimalText(1500, 3, true), decimalText(5, 2)]).toEqual(['19.8', '20', '0.05', '1.5', '0.05'])
    expect(parseDecimal('3', 0)).toBe(3)
    expect(parseDecimal('3.5', 0)).toBeNull()
  })
})

describe('a freight template', () => {
  const template = {
    id: '1', name: '普通件', unit: 'weight', default: true,
    zones: [
      { provinces: ['湖南', '湖北'], first_units: 1000, first_fen: 800, step_units: 500, step_fen: 250, free_above_fen: 9900 },
      { provinces: ['西藏'], undeliverable: true },
      { provinces: [], first_units: 1000, first_fen: 1200, step_units: 1000, step_fen: 0 },
    ],
  } as FreightTemplate
  it('comes back as it went', () => {
    const { id: _, ...fields } = template
    expect(toFreightInput(fromTemplate(template))).toEqual(fields)
    expect(fromTemplate(template).zones[0]).toMatchObject({ first: '1', step: '0.5', firstFen: '8', free: '99' })
  })
  it('tells all that is wrong at once', () => {
    const form = emptyFreight()
    expect(formIsRight(form)).toBe(false)
    expect([...zoneFaults({ ...form.elsewhere, first: '0', step: 'x', stepFen: '', free: '0' }, 'piece', false)].sort()).toEqual(['first', 'firstFen', 'free', 'provinces', 'step', 'stepFen'])
    expect(zoneFaults({ ...form.elsewhere, firstFen: '10000.01' }, 'piece', true)).toEqual(new Set(['firstFen']))
    expect(zoneFaults({ ...form.elsewhere, undeliverable: true }, 'piece', true).size).toBe(0)
  })
})

describe('a full reduction', () => {
  const now = Date.parse('2026-03-10T12:00:00Z')
  const form = { over: '100', off: '10.50', from: '2026-03-10', until: '2026-03-31' }
  it('runs whole days as they are lived in China', () => {
    expect(promotionFaults(form, now).size).toBe(0)
    expect(toPromotion(form)).toEqual({ threshold_fen: 10_000, off_fen: 1050, valid_from: '2026-03-09T16:00:00.000Z', valid_until: '2026-03-31T16:00:00.000Z' })
    expect(lastMoment('2026-03-31T16:00:00.000Z')).toBe('2026-03-31T15:59:59.999Z')
    expect([chinaDay(Date.parse('2026-03-09T16:00:00Z')), chinaDay(now, 30)]).toEqual(['2026-03-10', '2026-04-09'])
  })
  it('takes less off than it starts from, and ends', () => {
    expect([...promotionFaults({ ...form, off: '100', until: '2026-03-09' }, now)].sort()).toEqual(['off', 'until'])
    expect(promotionFaults({ ...form, until: '2027-06-01' }, now)).toEqual(new Set(['until']))
    expect(promotionFaults({ over: '', off: '', from: '', until: '' }, now).size).toBe(4)
  })
})

it('finds the items that a refusal names', () => {
  const refused = new ApiError(409, 'undeliverable', [{ field: 'items[1].sku_id', code: 'undeliverable', message: '' }, { field: 'items[9].sku_id', code: 'undeliverable', message: '' }])
  expect([...namedItems(refused, 'undeliverable', [{ sku_id: 'a' }, { sku_id: 'b' }])]).toEqual(['b'])
  expect(namedItems(new Error('x'), 'undeliverable', []).size).toBe(0)
})
