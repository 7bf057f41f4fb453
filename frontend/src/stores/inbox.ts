import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { messages } from '@/api/messages'
import { savedLocale } from '@/i18n'
import { useSession } from './session'

/** How many messages wait. The number is a courtesy: where it cannot be had, none is shown. */
export const useInbox = defineStore('inbox', () => {
  const session = useSession()
  const unread = ref(0)

  async function count(): Promise<void> {
    if (!session.signedIn) return
    const found = await messages.page(savedLocale(), undefined, 1).catch(() => null)
    if (found && session.signedIn) unread.value = found.unread
  }

  watch(() => session.signedIn, (signedIn) => {
    if (signedIn) void count()
    else unread.value = 0
  })

  return { unread, count }
})
