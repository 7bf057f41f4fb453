import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { api } from '@/api/client'
import { ApiError } from '@/api/problem'
import type { Cart } from '@/api/types'
import { MAX_QUANTITY, mergedQuantity, priceGuestCart, readGuestCart, setGuestLine, writeGuestCart, type GuestLine } from '@/guestCart'
import { useSession } from './session'

export interface CartChoice { sku_id: string; product_id: string; price_fen: number; stock: number }

export const useCart = defineStore('cart', () => {
  const session = useSession()
  const cart = shallowRef<Cart | null>(null)
  const guest = ref<GuestLine[]>(readGuestCart())
  const count = computed(() => {
    const lines = session.signedIn ? (cart.value?.items ?? []) : guest.value
    return lines.reduce((sum, line) => sum + line.quantity, 0)
  })

  function keepGuest(lines: GuestLine[]): void {
    guest.value = lines
    writeGuestCart(lines)
  }

  async function loadGuest(): Promise<Cart> {
    const ids = [...new Set(guest.value.map((l) => l.product_id))]
    const found = await Promise.all(ids.map((id) => api.product(id).catch((problem: unknown) => {
      if (problem instanceof ApiError && problem.status === 404) return null
      throw problem
    })))
    return priceGuestCart(guest.value, found.filter((p) => p !== null))
  }

  /** The cart as it is now. Lines that a guest left here join the account's cart on the way. */
  async function load(): Promise<Cart> {
    cart.value = !session.signedIn ? await loadGuest() : guest.value.length ? await merge() : await api.cart()
    return cart.value
  }

  function held(skuId: string): number {
    const lines = session.signedIn ? (cart.value?.items ?? []) : guest.value
    return lines.find((l) => l.sku_id === skuId)?.quantity ?? 0
  }

  async function set(choice: CartChoice, quantity: number): Promise<void> {
    if (session.signedIn) {
      cart.value = await api.setCartItem(choice.sku_id, quantity)
      return
    }
    const { sku_id, product_id, price_fen } = choice
    keepGuest(setGuestLine(guest.value, { sku_id, product_id, price_fen, quantity }))
    if (cart.value) cart.value = await loadGuest()
  }

  async function add(choice: CartChoice, quantity: number): Promise<void> {
    if (session.signedIn && !cart.value) await load()
    await set(choice, Math.min(held(choice.sku_id) + quantity, choice.stock, MAX_QUANTITY))
  }

  /** Each guest line leaves this device once the account has it, so a broken connection neither loses nor doubles it. */
  async function merge(): Promise<Cart> {
    let account = await api.cart()
    for (const line of [...guest.value]) {
      const known = account.items.find((i) => i.sku_id === line.sku_id)
      const quantity = known ? mergedQuantity(known.quantity, line.quantity, known.stock) : line.quantity
      try {
        account = await api.setCartItem(line.sku_id, quantity)
      } catch (problem) {
        // The goods are gone or fewer: the line is dropped, the rest goes on.
        if (!(problem instanceof ApiError) || problem.outcomeUnknown) throw problem
      }
      keepGuest(guest.value.filter((l) => l.sku_id !== line.sku_id))
    }
    return account
  }

  /** Takes out what was just bought. */
  async function remove(skuIds: string[]): Promise<void> {
    for (const id of skuIds) cart.value = await api.setCartItem(id, 0)
  }

  function forget(): void {
    cart.value = null
  }

  return { cart, count, load, set, add, remove, forget }
})
