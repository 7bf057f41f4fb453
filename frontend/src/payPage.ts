import type { Router } from 'vue-router'
import { api } from './api/client'

/** Goes where an order's rest is paid: to the gateway's address, or to a page of this site that comes back to the order. */
export async function openPayPage(router: Router, orderId: string): Promise<void> {
  const { pay_url } = await api.payOrder(orderId)
  if (pay_url.startsWith('/') && !pay_url.startsWith('//')) await router.push({ path: pay_url, query: { order: orderId } })
  else window.location.assign(pay_url)
}

/** What is left of a time, as 1:02:03 or 02:03. */
export function leftWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const two = (n: number) => String(n).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  return `${hours ? `${hours}:` : ''}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}
