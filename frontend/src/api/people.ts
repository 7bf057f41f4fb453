import { bytes, request } from './http'
import type { CodeSent, List, Session, User } from './types'

export interface Membership { org_id: string; kind: string; role: string; name: string }
export interface Me { user: User; memberships: Membership[] }
export interface Device { id: string; created_at: string; last_used_at: string; device: string; peer: string; current: boolean }
export type ConsentDocument = 'privacy_policy' | 'terms_of_service'
export interface Consent { document: ConsentDocument; version: string; given: boolean; created_at: string }

/** What an export says of itself. */
export interface Exported { missing: string[] }

/** The person's own account. */
export const people = {
  me: () => request<Me>('GET', '/me'),
  rename: (name: string) => request<Me>('PUT', '/me', { body: { name } }),
  sendCode: (phone: string, purpose: 'verify_phone' | 'reset_password') =>
    request<CodeSent>('POST', '/auth/codes', { body: { phone, purpose }, anonymous: purpose === 'reset_password' }),
  resetPassword: (body: { phone: string; code: string; password: string }) =>
    request<void>('POST', '/auth/password-reset', { body, anonymous: true }),
  verifyPhone: (code: string) => request<Me>('POST', '/me/phone/verify', { body: { code } }),
  changePassword: (current_password: string, new_password: string) =>
    request<Session>('POST', '/me/password', { body: { current_password, new_password } }),
  devices: () => request<List<Device>>('GET', '/me/sessions'),
  endDevice: (id: string) => request<void>('DELETE', `/me/sessions/${encodeURIComponent(id)}`),
  signOutEverywhere: () => request<void>('POST', '/me/sign-out-everywhere'),
  consents: () => request<List<Consent>>('GET', '/me/consents'),
  consent: (body: { document: ConsentDocument; version: string; given: boolean }) =>
    request<Consent>('POST', '/me/consents', { body }),
  exportData: () => bytes('/me/export'),
  remove: (password: string) => request<void>('POST', '/me/deletion', { body: { password } }),
}
