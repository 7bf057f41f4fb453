import { bytes, request } from './http'
import type { Certificate, CheckedCertificate, List, Page } from './types'

const part = encodeURIComponent

/** Proofs of purchase; whoever has the code may check one. */
export const certificates = {
  check: (code: string) => request<CheckedCertificate>('GET', `/public/certificates/${part(code)}`),
  file: (code: string) => bytes(`/public/certificates/${part(code)}/file`),
  ofOrder: (order: string) => request<List<Certificate>>('GET', `/orders/${part(order)}/certificates`),
  forOrder: (order: string) => request<Certificate>('POST', `/orders/${part(order)}/certificate`),
  ofOrg: (org: string, cursor?: string) => request<Page<Certificate>>('GET', '/ent/certificates', { org, query: { cursor, limit: 20 } }),
  forPeriod: (org: string, body: { from: string; until: string }) => request<Certificate>('POST', '/ent/certificates', { org, body }),
}
