import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { acting } from '@/api/acting'
import type { Desk } from '@/api/operator'
import { people, type Membership } from '@/api/people'
import { useSession } from './session'

/** Where the person belongs, and for which of these organisations they act. */
export const useActing = defineStore('acting', () => {
  const session = useSession()
  const memberships = shallowRef<Membership[] | null>(null)
  const chosen = ref(acting.id)
  const several = computed(() => (memberships.value?.length ?? 0) > 1)
  const desks = computed(() => (memberships.value ?? []).map((m) => m.kind).filter((kind): kind is Desk => kind === 'county' || kind === 'federation'))

  function choose(id: string): void {
    chosen.value = id
    acting.choose(id)
  }

  /** A choice that no longer is one of several is dropped: the program then finds the organisation itself. */
  async function load(): Promise<void> {
    const found = (await people.me()).memberships
    memberships.value = found
    if (chosen.value && (found.length < 2 || !found.some((m) => m.org_id === chosen.value))) choose('')
  }

  const deskOrg = (desk: Desk) => memberships.value?.find((m) => m.kind === desk)?.org_id

  watch(() => session.signedIn, (signedIn) => {
    if (signedIn) return
    memberships.value = null
    chosen.value = ''
  })

  return { memberships, chosen, several, desks, choose, load, deskOrg }
})
