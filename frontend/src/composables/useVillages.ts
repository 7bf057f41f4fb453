import { ref, watch } from 'vue'
import { villages } from '@/api/villages'
import { useFilters } from './useFilters'
import { usePager } from './usePager'

/** The list of villages by the filters in the address; remembers the townships it came across. */
export function useVillages() {
  const { filters, set, clear, active } = useFilters(['q', 'township', 'designation'] as const)
  const townships = ref<string[]>([])
  const pager = usePager(async (cursor) => {
    const page = await villages.page({ ...filters.value, cursor, limit: 50 })
    townships.value = [...new Set([...townships.value, ...page.items.map((v) => v.township).filter(Boolean)])]
    return page
  })
  watch(filters, (now, before) => {
    if (JSON.stringify(now) !== JSON.stringify(before)) void pager.restart()
  })
  return { filters, set, clear, active, townships, ...pager }
}
