import { bytes, request } from './http'
import type { Named } from './approvals'
import type { Page, Village } from './types'

export interface VillageFacts { code?: string; story?: string; pictures?: { file_id: string }[]; cooperatives?: Named[] }
export type VillageDetail = Village & VillageFacts
export interface VillageQuery { q?: string; township?: string; designation?: string; cursor?: string; limit?: number }
export interface VillageInput {
  name: string
  township: string
  county: string
  code?: string
  designations: string[]
  produce: string[]
  note: string
  story: string
  pictures: { file_id: string }[]
}
/** Row 0 is the file as a whole. The program says it in both languages, with the bounds that apply. */
export interface ImportFault { row: number; column: string; code: string; message: string; message_zh: string }
/** A file that is being imported, whatever its rows are. */
export interface ImportJob {
  id: string
  status: 'queued' | 'running' | 'done' | 'failed'
  dry_run: boolean
  done: number
  total: number
  errors_total: number
  errors: ImportFault[]
  /** The code of what stopped it. */
  error?: string
  created_at: string
  finished_at?: string
}
export interface VillageImport extends ImportJob { added: number }

/** The mark that the assistance programme gives to villages; the names are the data themselves. */
export const DESIGNATIONS = ['集体经济薄弱村', '乡村振兴重点帮扶村']

const at = (id: string) => `/ops/village-imports/${encodeURIComponent(id)}`

export const villages = {
  page: (query: VillageQuery) => request<Page<VillageDetail>>('GET', '/villages', { query }),
  townships: () => request<Page<{ county: string; name: string; village_count: number }>>('GET', '/townships'),
  get: (id: string) => request<VillageDetail>('GET', `/villages/${encodeURIComponent(id)}`),
  add: (body: VillageInput) => request<VillageDetail>('POST', '/ops/villages', { body }),
  change: (id: string, body: VillageInput) => request<VillageDetail>('PUT', `/ops/villages/${encodeURIComponent(id)}`, { body }),
  serve: (cooperativeId: string, village_ids: string[]) =>
    request<unknown>('PUT', `/ops/cooperatives/${encodeURIComponent(cooperativeId)}/villages`, { body: { village_ids } }),
  template: (format: 'xlsx' | 'csv') => bytes('/ops/import-templates/villages', { format }),
  startImport: (file_id: string, dry_run: boolean) => request<VillageImport>('POST', '/ops/village-imports', { body: { file_id, dry_run } }),
  importOf: (id: string) => request<VillageImport>('GET', at(id)),
  importFile: (id: string) => bytes(`${at(id)}/file`),
}
