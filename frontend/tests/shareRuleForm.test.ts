import { expect, it } from 'vitest'
import { shareRuleFaults, toShareRule, type ShareRuleForm } from '@/shareRuleForm'

const now = Date.parse('2026-12-01T02:00:00Z')
const form = (more: Partial<ShareRuleForm> = {}): ShareRuleForm =>
  ({ name: '团购加付', rate: '5.25', gives: 'buyer', category: '', village: '', channel: '', from: '2026-12-02', until: '', source: '会议纪要', ...more })

it('names what is missing or cannot be', () => {
  expect([...shareRuleFaults(form(), now)]).toEqual([])
  expect([...shareRuleFaults(form({ name: ' ', source: '', rate: '100.01', from: '2026-12-01', until: '2026-11-30' }), now)].sort()).toEqual(['from', 'name', 'rate', 'source', 'until'])
  expect([...shareRuleFaults(form({ rate: '', from: '' }), now)].sort()).toEqual(['from', 'rate'])
})

it('sends days of China and basis points', () => {
  expect(toShareRule(form({ until: '2026-12-31' }))).toMatchObject({ rate_bp: 525, eligible: true, bearer: 'buyer', valid_from: '2026-12-01T16:00:00.000Z', valid_until: '2026-12-31T16:00:00.000Z' })
  expect(toShareRule(form({ gives: 'none' }))).toMatchObject({ rate_bp: 0, eligible: false, bearer: 'seller', valid_until: '' })
})
