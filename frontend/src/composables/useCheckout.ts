import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { api } from '@/api/client'
import { ApiError } from '@/api/problem'
import type { CartItem, Order, OrderInput } from '@/api/types'
import { Attempts } from '@/attempt'
import { useCart } from '@/stores/cart'
import { useAction } from './useAction'
import { openPayPage } from '@/payPage'
import { useToast } from './useToast'

const MOVED = ['price_changed', 'out_of_stock', 'cart_empty', 'not_for_sale']

/** Places the order once, whatever the network does: see Attempts. */
export function useCheckout() {
  const { t } = useI18n()
  const router = useRouter()
  const cart = useCart()
  const { say } = useToast()
  const attempts = new Attempts<OrderInput>('zique.attempt.order')
  const unknown = ref(attempts.pending !== null)

  const { run, busy, error } = useAction(async (body: OrderInput) => {
    let order: Order
    try {
      order = await attempts.send(body, api.placeOrder)
    } finally {
      unknown.value = attempts.pending !== null
    }
    // The order stands: a cart that cannot be tidied now must not look like a failed payment.
    await cart.remove(order.lines.map((l) => l.sku_id)).catch(() => cart.forget())
    await router.replace(`/orders/${order.id}`)
    if (order.status !== 'awaiting_payment') return say(t('checkout.done'))
    if (order.transfer) return
    // Where the payment page does not open, the order's own page has the button once more.
    await openPayPage(router, order.id).catch(() => undefined)
  })

  const pay = (items: CartItem[], address_id: string, card_ids: string[], tender: string) =>
    run({ ...(tender && { tender }), items: items.map(({ sku_id, quantity, price_fen }) => ({ sku_id, quantity, price_fen })), address_id, card_ids })

  async function askAgain(): Promise<void> {
    const waiting = attempts.pending
    if (waiting) await run(waiting.body)
  }

  function beginAnew(): void {
    attempts.settle()
    unknown.value = false
    error.value = null
  }

  const cartMoved = computed(() => error.value instanceof ApiError && MOVED.includes(error.value.code))
  return { pay, askAgain, beginAnew, busy, error, unknown, cartMoved }
}
