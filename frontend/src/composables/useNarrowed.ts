import { computed, watch } from 'vue'
import type { Page } from '@/api/types'
import { useFilters } from './useFilters'
import { usePager } from './usePager'

/** A list that one filter of the address narrows; `usual` is what it shows where the address has none. */
export function useNarrowed<T>(name: string, usual: string, read: (by: string, cursor?: string) => Promise<Page<T>>) {
  const { filters, set } = useFilters([name])
  const by = computed({ get: () => filters.value[name] || usual, set: (value) => set({ [name]: value }) })
  const pager = usePager((cursor) => read(by.value, cursor))
  watch(by, pager.restart)
  return { by, ...pager }
}
