import { request } from './http'
import type * as t from './types'

const path = encodeURIComponent

/** Every call of the storefront, by what it does. */
export const api = {
  login: (body: t.Credentials) => request<t.Session>('POST', '/auth/login', { body, anonymous: true }),
  register: (body: t.Registration) => request<t.Session>('POST', '/auth/register', { body, anonymous: true }),
  sendCode: (phone: string) =>
    request<t.CodeSent>('POST', '/auth/codes', { body: { phone, purpose: 'register' }, anonymous: true }),
  logout: (refresh_token: string) => request<void>('POST', '/auth/logout', { body: { refresh_token } }),
  demo: () => request<t.Demo>('GET', '/demo', { anonymous: true }),

  categories: () => request<t.List<t.Category>>('GET', '/categories'),
  products: (query: t.ProductQuery) => request<t.Page<t.Product>>('GET', '/products', { query }),
  product: (id: string) => request<t.ProductDetail>('GET', `/products/${path(id)}`),
  board: () => request<t.Board>('GET', '/public/board'),

  cart: () => request<t.Cart>('GET', '/cart'),
  setCartItem: (sku_id: string, quantity: number) =>
    request<t.Cart>('PUT', `/cart/items/${path(sku_id)}`, { body: { quantity } }),

  addresses: () => request<t.List<t.Address>>('GET', '/addresses'),
  addAddress: (body: t.AddressInput) => request<t.Address>('POST', '/addresses', { body }),
  removeAddress: (id: string) => request<void>('DELETE', `/addresses/${path(id)}`),

  cards: () => request<t.List<t.AidCard>>('GET', '/cards'),
  card: (id: string) => request<t.CardDetail>('GET', `/cards/${path(id)}`),
  cardEntries: (id: string, cursor?: string) =>
    request<t.Page<t.CardEntry>>('GET', `/cards/${path(id)}/entries`, { query: { cursor, limit: 20 } }),
  claimCard: (code: string) => request<t.AidCard>('POST', '/cards/claim', { body: { code } }),

  quote: (body: t.OrderInput) => request<t.Quote>('POST', '/orders/quote', { body }),
  placeOrder: (body: t.OrderInput, key: string) => request<t.Order>('POST', '/orders', { body, key }),
  orders: (status?: string, cursor?: string) =>
    request<t.Page<t.Order>>('GET', '/orders', { query: { status, cursor, limit: 10 } }),
  order: (id: string) => request<t.Order>('GET', `/orders/${path(id)}`),
  cancelOrder: (id: string, sub_order_id?: string) =>
    request<t.Order>('POST', `/orders/${path(id)}/cancel`, { body: sub_order_id ? { sub_order_id } : {} }),
  tenders: () => request<t.List<t.Tender>>('GET', '/tenders'),
  payOrder: (id: string) => request<t.PayPlace>('POST', `/orders/${path(id)}/pay`),
  demoCharge: (id: string) => request<t.DemoCharge>('GET', `/demo/pay/${path(id)}`, { anonymous: true }),
  demoPay: (id: string, behaviour: t.DemoBehaviour) =>
    request<t.DemoPaid>('POST', `/demo/pay/${path(id)}`, { body: { behaviour }, anonymous: true }),
  refundOrder: (id: string, body: t.RefundInput, key: string) =>
    request<t.Refund>('POST', `/orders/${path(id)}/refunds`, { body, key }),
  confirmReceipt: (id: string, sub_order_id: string) => request<t.Order>('POST', `/orders/${path(id)}/receipt`, { body: { sub_order_id } }),
  sendGoodsBack: (refundId: string, body: t.ParcelInput) => request<t.Refund>('POST', `/refunds/${path(refundId)}/return`, { body }),
  withdrawRefund: (refundId: string) => request<t.Refund>('POST', `/refunds/${path(refundId)}/withdraw`),
}
