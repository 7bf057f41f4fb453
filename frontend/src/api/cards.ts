import { request } from './http'
import type { components } from './schema'
import type { CardDetail, Page } from './types'

type Schemas = components['schemas']
export type DeskCard = Omit<Schemas['DeskCardJSON'], 'steps'> & { steps: Schemas['CardStepJSON'][] }
export type CardStep = Schemas['CardStepJSON']
export type ProgramInput = Omit<Schemas['ProgramFields'], 'cooperative_ids'> & { cooperative_ids?: string[] }
export type CardProgram = ProgramInput & { id: string; live: boolean; approval_id?: string; cooperatives: { id: string; name: string }[] }
export type CardReturn = Schemas['CardReturnJSON']
export interface RulePack { id: string; name: string; name_en: string }
export type DeskVerb = 'freeze' | 'unfreeze' | 'void'

const part = encodeURIComponent
const own = (id: string, verb: string, body?: unknown) => request<CardDetail>('POST', `/cards/${part(id)}/${verb}`, { body })

/** What holders and operators do with cards beside paying. */
export const cards = {
  reactivate: (id: string) => own(id, 'reactivate'),
  move: (id: string, to: string) => own(id, 'move', { to_card_id: to }),
  reportLoss: (id: string) => own(id, 'loss-report'),
  /** Answers the new card. */
  replace: (id: string) => own(id, 'replacement'),

  find: (numberOrId: string) => request<DeskCard>('GET', `/ops/cards/${part(numberOrId)}`),
  atDesk: (id: string, verb: DeskVerb, reason: string) => request<DeskCard>('POST', `/ops/cards/${part(id)}/${verb}`, { body: { reason } }),

  programs: (cursor?: string) => request<Page<CardProgram>>('GET', '/ops/card-programs', { query: { cursor } }),
  addProgram: (body: ProgramInput) => request<CardProgram>('POST', '/ops/card-programs', { body }),
  changeProgram: (id: string, body: ProgramInput & { reason?: string }) => request<CardProgram>('PUT', `/ops/card-programs/${part(id)}`, { body }),
  rulePacks: () => request<Page<RulePack>>('GET', '/public/rule-packs'),

  returns: (query: { status?: string; cursor?: string }) => request<Page<CardReturn>>('GET', '/ops/card-returns', { query }),
  decideReturn: (id: string, verb: 'accept' | 'reject', reason: string) => request<CardReturn>('POST', `/ops/card-returns/${part(id)}/${verb}`, { body: { reason } }),
  returnPaid: (id: string, reference: string) => request<CardReturn>('POST', `/ops/card-returns/${part(id)}/done`, { body: { bank_reference: reference } }),
}
