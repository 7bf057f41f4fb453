import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { api } from '@/api/client'
import { refresh } from '@/api/http'
import { tokens } from '@/api/tokens'
import type { Credentials, Registration, Session, User } from '@/api/types'

export const useSession = defineStore('session', () => {
  const user = shallowRef<User | null>(null)
  const hasToken = ref(tokens.refresh !== '')
  /** Signed in, as far as this device knows: the name may still be on its way. */
  const signedIn = computed(() => user.value !== null || hasToken.value)

  tokens.onCleared(() => {
    user.value = null
    hasToken.value = false
  })

  function begin(session: Session): void {
    tokens.set(session.access_token, session.refresh_token)
    user.value = session.user
    hasToken.value = true
  }

  /** Takes up the session that this device kept. A network that is away leaves it for later. */
  async function restore(): Promise<void> {
    if (!hasToken.value) return
    try {
      user.value = (await refresh()).user
    } catch {
      user.value = null
    }
  }

  async function login(credentials: Credentials): Promise<void> {
    begin(await api.login(credentials))
  }

  async function register(form: Registration): Promise<void> {
    begin(await api.register(form))
  }

  /** Ends the session here at once; the program is told if it can be reached. */
  async function signOut(): Promise<void> {
    try {
      if (!tokens.access && tokens.refresh) await refresh()
      if (tokens.refresh) await api.logout(tokens.refresh)
    } catch {
      // Without the program the token still leaves this device, and ends by itself there.
    } finally {
      tokens.clear()
    }
  }

  /** The session goes on elsewhere in the program: a new password, another name. */
  function update(known: User): void {
    user.value = known
  }

  return { user, signedIn, begin, update, restore, login, register, signOut }
})
