import { expect, it, vi } from 'vitest'
import type { Router } from 'vue-router'
import { api } from '@/api/client'
import { leftWords, openPayPage } from '@/payPage'

it('tells what is left of a time', () => {
  expect([0, -5, 61_999, 3_723_000].map(leftWords)).toEqual(['00:00', '00:00', '01:01', '1:02:03'])
})

it('opens a page of this site inside, and knows the way back', async () => {
  const push = vi.fn()
  vi.spyOn(api, 'payOrder').mockResolvedValue({ pay_url: '/pay/7', expires_at: '', amount_fen: 1 })
  await openPayPage({ push } as unknown as Router, '5')
  expect(push).toHaveBeenCalledWith({ path: '/pay/7', query: { order: '5' } })
})
