import type { Approval } from './approvals'
import { request } from './http'
import type { components } from './schema'
import type { Page } from './types'

type Wire = components['schemas']
/** The program always answers lists where its description lets them be null. */
type Given<T, K extends keyof T> = Omit<T, K> & { [P in K]: NonNullable<T[P]> }
export type RefundCase = Given<Wire['RefundCaseJSON'], 'sub_orders' | 'lines' | 'payments'>
export type GatewayRefund = Wire['GatewayRefundJSON']
export type PaymentDifference = Wire['PaymentDifferenceJSON']
export interface RefundQuery { status?: string; cooperative_id?: string; cursor?: string }

/** The refunds of all cooperatives, for operators and auditors. */
export const refunds = {
  list: (query: RefundQuery) => request<Page<RefundCase>>('GET', '/ops/refunds', { query }),
  differences: (query: { open?: boolean; cursor?: string }) => request<Page<PaymentDifference>>('GET', '/ops/payment-differences', { query }),
  sendBack: (id: string, reason: string) => request<Approval>('POST', `/ops/payment-differences/${encodeURIComponent(id)}/give-back`, { body: { reason } }),
  throughGateways: (query: { failing?: boolean; cursor?: string }) => request<Page<GatewayRefund>>('GET', '/ops/gateway-refunds', { query }),
}
