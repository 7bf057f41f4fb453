import { request } from './http'
import type * as t from './types'

const part = encodeURIComponent
const at = (id: string, rest = '') => `/ops/campaigns/${part(id)}${rest}`
const good = (id: string, product: string) => `/campaigns/${part(id)}/products/${part(product)}`

/** Seasons: what everybody sees, what operators set, what cooperatives offer. */
export const campaigns = {
  list: (query: { phase?: t.CampaignPhase; cursor?: string; limit?: number }) => request<t.Page<t.Campaign>>('GET', '/campaigns', { query }),
  get: (id: string) => request<t.CampaignDetail>('GET', `/campaigns/${part(id)}`),

  all: (query: { status?: string; cursor?: string; limit?: number }) => request<t.Page<t.OpsCampaign>>('GET', '/ops/campaigns', { query }),
  one: (id: string) => request<t.OpsCampaign>('GET', at(id)),
  add: (body: t.CampaignInput) => request<t.OpsCampaign>('POST', '/ops/campaigns', { body }),
  change: (id: string, body: t.CampaignInput) => request<t.OpsCampaign>('PUT', at(id), { body }),
  publish: (id: string) => request<t.OpsCampaign>('POST', at(id, '/publish')),
  close: (id: string, reason: string) => request<t.OpsCampaign>('POST', at(id, '/close'), { body: { reason } }),
  goods: (id: string) => request<t.List<t.CampaignGood>>('GET', at(id, '/products')),
  choose: (id: string, product: string) => request<t.CampaignGoodStatus>('PUT', `/ops${good(id, product)}`),
  takeOut: (id: string, product: string) => request<void>('DELETE', `/ops${good(id, product)}`),

  own: (org: string, id: string) => request<t.List<t.CampaignGood>>('GET', `/coop/campaigns/${part(id)}/products`, { org }),
  offer: (org: string, id: string, product: string) => request<t.CampaignGoodStatus>('PUT', `/coop${good(id, product)}`, { org }),
  withdraw: (org: string, id: string, product: string) => request<void>('DELETE', `/coop${good(id, product)}`, { org }),
}
