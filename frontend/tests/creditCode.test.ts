import { describe, expect, it } from 'vitest'
import { checkCharacter, creditCodeFault, normalizeCreditCode } from '@/creditCode'

// The example of the standard, and codes that companies publish.
const real = ['91350100M000100Y43', '914403001922038216', '91330100799655058B']
const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'

describe('a unified social credit code', () => {
  it.each(real)('%s is right', (code) => {
    expect(creditCodeFault(code)).toBeNull()
    expect(checkCharacter(code.slice(0, 17))).toBe(code[17])
  })

  it('is found wrong when any one character is another', () => {
    for (let at = 0; at < 18; at++) {
      for (const c of alphabet) {
        const changed = real[0]!.slice(0, at) + c + real[0]!.slice(at + 1)
        expect(creditCodeFault(changed), changed).toBe(changed === real[0] ? null : 'check')
      }
    }
  })

  it('is found wrong when two neighbours are swapped', () => {
    for (const code of real) {
      for (let at = 0; at < 17; at++) {
        const swapped = code.slice(0, at) + code[at + 1] + code[at] + code.slice(at + 2)
        expect(creditCodeFault(swapped), swapped).toBe(swapped === code ? null : 'check')
      }
    }
  })

  it.each([['', 'empty'], ['9135', 'short'], ['9135I', 'alphabet'], ['91350100M000100Y4Z', 'alphabet'], ['中', 'alphabet']])('%j is %s', (code, fault) => {
    expect(creditCodeFault(code)).toBe(fault)
  })

  it('is read however it was typed', () => {
    expect(normalizeCreditCode(' 91350100 m000-100y43 ')).toBe('91350100M000100Y43')
    expect(normalizeCreditCode('91350100M000100Y43和更多')).toBe('91350100M000100Y43')
  })
})
