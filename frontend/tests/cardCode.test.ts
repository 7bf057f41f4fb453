import { describe, expect, it } from 'vitest'
import { caretAfter, formatCode, isWholeCode, normalizeCode } from '@/cardCode'

const printed = '7K3M-9P2Q-XW4T-8RHD-5NVZ-6C1B'

describe('card codes', () => {
  it('reads lower case, other separators and look-alikes', () => {
    expect(normalizeCode('7k3m 9p2q_xw4t/8rhd.5nvz—6clb')).toBe(printed.replace(/-/g, ''))
    expect(normalizeCode('oOiIlL')).toBe('001111')
  })

  it('groups by four, and formatting twice changes nothing', () => {
    expect(formatCode('7k3m9p2qxw4t8rhd5nvz6c1b')).toBe(printed)
    expect(formatCode(printed)).toBe(printed)
    expect(formatCode('7k3m9')).toBe('7K3M-9')
    expect(formatCode('')).toBe('')
  })

  it('drops what can not be part of a code and what is too much', () => {
    expect(normalizeCode('卡密：7K3M!U')).toBe('7K3M')
    expect(formatCode(`${printed}-ABCD`)).toBe(printed)
  })

  it('is whole at 24 characters', () => {
    expect(isWholeCode(printed)).toBe(true)
    expect(isWholeCode(printed.slice(0, -1))).toBe(false)
  })

  it('keeps the caret behind the character that was typed', () => {
    expect(caretAfter('7K3M-9', 5)).toBe(6)
    expect(caretAfter('7K3M-9P2Q', 4)).toBe(4)
    expect(caretAfter('7K3M-9P2Q', 2)).toBe(2)
  })
})
