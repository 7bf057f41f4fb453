import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { api } from '@/api/client'
import { ApiError } from '@/api/problem'
import type { CartItem, Quote } from '@/api/types'

/** What an order to the address would cost. A late answer to an old question is dropped, and with it the old price. */
export function useQuote(items: () => CartItem[], addressId: () => string) {
  const quote = shallowRef<Quote | null>(null)
  const error = shallowRef<unknown>(null)
  const asking = ref(false)
  let question = 0
  const asked = () => items().map(({ sku_id, quantity, price_fen }) => ({ sku_id, quantity, price_fen }))

  async function ask(): Promise<void> {
    const mine = ++question
    error.value = null
    if (!addressId() || !items().length) {
      quote.value = null
      return
    }
    asking.value = true
    try {
      const found = await api.quote({ items: asked(), address_id: addressId() })
      if (mine === question) quote.value = found
    } catch (problem) {
      if (mine !== question) return
      quote.value = null
      error.value = problem
    } finally {
      if (mine === question) asking.value = false
    }
  }

  watch(() => JSON.stringify([asked(), addressId()]), ask, { immediate: true })
  onScopeDispose(() => { question++ })
  const undeliverable = computed(() => namedItems(error.value, 'undeliverable', items()))
  return { quote, error, asking, ask, undeliverable }
}

/** The SKUs that a refusal names by their place among the items. */
export function namedItems(problem: unknown, code: string, items: { sku_id: string }[]): Set<string> {
  if (!(problem instanceof ApiError)) return new Set()
  const places = problem.fields.filter((f) => f.code === code).map((f) => /^items\[(\d+)\]/.exec(f.field ?? '')?.[1])
  return new Set(places.flatMap((at) => (at === undefined ? [] : items[Number(at)]?.sku_id ?? [])))
}
