import { request } from './http'
import type * as t from './types'

const part = encodeURIComponent
export interface PartQuery { status?: string; open_refund?: boolean; cursor?: string; limit?: number }

/** What a cooperative does with its orders and its prices. `org` is the cooperative that it is done for. */
export const coop = {
  parts: (org: string, query: PartQuery) => request<t.Page<t.Part>>('GET', '/coop/orders', { query, org }),
  part: (org: string, id: string) => request<t.Part>('GET', `/coop/orders/${part(id)}`, { org }),
  ship: (org: string, id: string, body: t.ShipInput, key: string) =>
    request<t.Shipment>('POST', `/coop/orders/${part(id)}/shipments`, { body, key, org }),
  giveBack: (org: string, id: string, body: t.RefundInput, key: string) =>
    request<t.Refund>('POST', `/coop/orders/${part(id)}/refunds`, { body, key, org }),
  approve: (org: string, refundId: string, goods_come_back: boolean) =>
    request<t.Refund>('POST', `/coop/refunds/${part(refundId)}/approve`, { body: { goods_come_back }, org }),
  reject: (org: string, refundId: string, reason: string) =>
    request<t.Refund>('POST', `/coop/refunds/${part(refundId)}/reject`, { body: { reason }, org }),
  accept: (org: string, refundId: string, restock: { line_id: string; quantity: number }[]) =>
    request<t.Refund>('POST', `/coop/refunds/${part(refundId)}/accept`, { body: { restock }, org }),

  templates: (org: string) => request<t.List<t.FreightTemplate>>('GET', '/coop/freight-templates', { org }),
  addTemplate: (org: string, body: t.FreightInput) => request<t.FreightTemplate>('POST', '/coop/freight-templates', { body, org }),
  changeTemplate: (org: string, id: string, body: t.FreightInput) =>
    request<t.FreightTemplate>('PUT', `/coop/freight-templates/${part(id)}`, { body, org }),
  removeTemplate: (org: string, id: string) => request<void>('DELETE', `/coop/freight-templates/${part(id)}`, { org }),
  promotions: (org: string) => request<t.List<t.Promotion>>('GET', '/coop/promotions', { org }),
  addPromotion: (org: string, body: t.PromotionInput) => request<t.Promotion>('POST', '/coop/promotions', { body, org }),
  endPromotion: (org: string, id: string) => request<void>('DELETE', `/coop/promotions/${part(id)}`, { org }),
}
