import { useI18n } from 'vue-i18n'
import { messages, type Message } from '@/api/messages'
import { useInbox } from '@/stores/inbox'
import { usePager } from './usePager'

/** The inbox, newest first. A message counts as read once it was opened, also where the program hears of it later. */
export function useMessages() {
  const { locale } = useI18n()
  const inbox = useInbox()
  const pager = usePager<Message>(async (cursor) => {
    const page = await messages.page(locale.value, cursor)
    inbox.unread = page.unread
    return page
  })

  const replace = (change: (message: Message) => Message) => {
    pager.items.value = (pager.items.value ?? []).map(change)
  }

  async function read(message: Message): Promise<void> {
    if (message.read_at) return
    const now = new Date().toISOString()
    replace((m) => (m.id === message.id ? { ...m, read_at: now } : m))
    inbox.unread = Math.max(0, inbox.unread - 1)
    // Reading must not fail because a mark could not be set: the next visit shows it as unread again.
    await messages.read(message.id).catch(() => undefined)
  }

  async function readAll(): Promise<void> {
    await messages.readAll()
    const now = new Date().toISOString()
    replace((m) => ({ ...m, read_at: m.read_at ?? now }))
    inbox.unread = 0
  }

  return { ...pager, read, readAll }
}
