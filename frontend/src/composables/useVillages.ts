import { computed, watch } from 'vue'
import { villages } from '@/api/villages'
import { useFilters } from './useFilters'
import { useLoad } from './useLoad'
import { usePager } from './usePager'

/** The list of villages by the filters in the address, and the townships there are to choose from. */
export function useVillages() {
  const { filters, set, clear, active } = useFilters(['q', 'township', 'designation'] as const)
  const { data: known } = useLoad(villages.townships)
  const townships = computed(() => known.value?.items.map((one) => one.name) ?? [])
  const pager = usePager((cursor) => villages.page({ ...filters.value, cursor, limit: 50 }))
  watch(filters, (now, before) => {
    if (JSON.stringify(now) !== JSON.stringify(before)) void pager.restart()
  })
  return { filters, set, clear, active, townships, ...pager }
}
