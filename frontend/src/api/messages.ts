import { request } from './http'
import type { Page } from './types'

export interface Message { id: string; template: string; title: string; text: string; link: string; created_at: string; read_at?: string }
export interface MessagePage extends Page<Message> { unread: number }

export const messages = {
  page: (lang: string, cursor?: string, limit = 20) =>
    request<MessagePage>('GET', '/messages', { query: { lang, cursor, limit } }),
  read: (id: string) => request<Message>('POST', `/messages/${encodeURIComponent(id)}/read`),
  readAll: () => request<void>('POST', '/messages/read-all'),
}
