import { describe, expect, it } from 'vitest'
import { byExpiry, defaultChoice, isUsable, planCards } from '@/cardPlan'

const card = (id: string, balance_fen: number, expires_at: string | null = null, status = 'active') =>
  ({ id, masked_number: id, face_fen: balance_fen, balance_fen, status, expires_at }) as Parameters<typeof isUsable>[0]

const soon = card('soon', 2000, '2026-12-31T16:00:00Z')
const later = card('later', 5000, '2027-12-31T16:00:00Z')
const never = card('never', 9000)

describe('paying with several cards', () => {
  it('spends the card that expires first', () => {
    expect(byExpiry([never, later, soon]).map((c) => c.id)).toEqual(['soon', 'later', 'never'])
  })

  it('ticks as few cards as pay the whole', () => {
    expect([...defaultChoice([never, later, soon], 1500)]).toEqual(['soon'])
    expect([...defaultChoice([never, later, soon], 6000)]).toEqual(['soon', 'later'])
  })

  it('shows what is used and what is left, and what is missing', () => {
    const plan = planCards([never, later, soon], new Set(['soon', 'later']), 6000)
    expect(plan.uses.map((u) => [u.card.id, u.used_fen, u.left_fen])).toEqual([['soon', 2000, 0], ['later', 4000, 1000]])
    expect(plan.missing_fen).toBe(0)
    expect(planCards([soon], new Set(['soon']), 6000).missing_fen).toBe(4000)
  })

  it('offers only cards that can pay now', () => {
    const now = Date.parse('2026-11-24T00:00:00Z')
    expect(isUsable(soon, now)).toBe(true)
    expect(isUsable(card('old', 100, '2026-01-01T00:00:00Z'), now)).toBe(false)
    expect(isUsable(card('frozen', 100, null, 'frozen'), now)).toBe(false)
    expect(isUsable(card('empty', 0), now)).toBe(false)
  })
})
