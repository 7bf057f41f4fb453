import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** Filters that live in the address, so that a list can be linked, reloaded and come back to. */
export function useFilters<K extends string>(names: readonly K[]) {
  const route = useRoute()
  const router = useRouter()
  const filters = computed(() => Object.fromEntries(names.map((name) => {
    const value = route.query[name]
    return [name, typeof value === 'string' ? value : '']
  })) as Record<K, string>)

  function set(change: Partial<Record<K, string>>): void {
    const query = { ...route.query, ...change }
    for (const [name, value] of Object.entries(query)) if (value === '' || value === undefined) delete query[name]
    void router.replace({ query })
  }

  const active = computed(() => names.some((name) => filters.value[name] !== ''))
  const clear = () => set(Object.fromEntries(names.map((name) => [name, ''])) as Record<K, string>)
  return { filters, set, clear, active }
}
