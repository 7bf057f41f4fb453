// The wire shapes of /api/v1. Money is integer fen, ids are strings, times RFC 3339 in UTC.

export interface Page<T> { items: T[]; next_cursor?: string | null }
export interface List<T> { items: T[] }
export interface Named { id: string; name: string }

export interface User { id: string; name: string; phone: string; phone_verified: boolean; roles: string[] }
export interface Session { user: User; access_token: string; expires_in: number; refresh_token: string }
export interface Credentials { phone: string; password: string }
export interface Registration extends Credentials { name: string; code?: string }
export interface CodeSent { demo_code?: string; expires_in: number }
export interface DemoAccount { role: string; phone: string; password: string; name: string }
export interface Demo { accounts: DemoAccount[]; card_codes: string[] }

export interface Category { id: string; name: string; name_en: string; product_count: number }
export interface Sku { id: string; spec: string; weight_g: number; price_fen: number; stock: number; share_fen: number }
export interface Product {
  id: string; title: string; cover_url: string; price_fen: number; stock: number; share_fen: number; demo?: boolean
  village: Named; cooperative: Named; category: Named
}
export interface ProductDetail extends Omit<Product, 'village' | 'cooperative'> {
  description: string
  rate_bp?: number
  skus: Sku[]
  cooperative: Named & { freight_fen: number; demo?: boolean }
  village: Named & { township?: string }
}
export interface ProductQuery {
  q?: string; category?: string; village_id?: string; sort?: string; cursor?: string; limit?: number
}

export interface Village {
  id: string; name: string; township?: string; county?: string; designations: string[]; note?: string; produce: string[]
  share_total_fen: number; share_pending_fen: number; share_available_fen: number; product_count: number
}

export interface CartItem {
  sku_id: string; product_id: string; title: string; spec: string; cover_url: string; quantity: number; stock: number
  price_fen: number; price_changed: boolean; available: boolean; share_fen: number
  cooperative: Named & { freight_fen: number }
  village: Named
}
export interface Cart { items: CartItem[]; total_fen: number; freight_fen: number; share_fen: number }

export interface AddressInput { name: string; phone: string; province: string; city: string; district: string; detail: string }
export interface Address extends AddressInput { id: string }

export interface AidCard {
  id: string; masked_number: string; face_fen: number; balance_fen: number; status: string; expires_at: string | null
}
export interface CardEntry { id: string; kind: string; amount_fen: number; order_id?: string | null; created_at: string }

export interface OrderItemInput { sku_id: string; quantity: number; price_fen?: number }
export interface OrderInput { items: OrderItemInput[]; address_id: string; card_ids: string[] }
export interface OrderLine {
  id: string; sub_order_id: string; product_id: string; sku_id: string; title: string; spec: string; cover_url: string
  quantity: number; price_fen: number; net_fen: number; refunded_quantity: number; refunded_fen: number; share_fen: number
  village_id: string; village_name: string
}
export interface SubOrder {
  id: string; cooperative: Named; status: string; goods_fen: number; freight_fen: number; refunded_freight_fen: number
}
export interface Payment { tender: string; card_id: string; masked_number: string; amount_fen: number; refunded_fen: number }
export interface RefundPayment { card_id: string; masked_number: string; amount_fen: number }
export interface Refund {
  id: string; status: string; amount_fen: number; share_reversed_fen: number; reason: string; created_at: string
  payments?: RefundPayment[]
}
export interface Order {
  id: string; status: string; goods_fen: number; freight_fen: number; discount_fen: number; total_fen: number
  share_fen: number; refunded_fen: number; proof_code: string; created_at: string
  address: AddressInput; payments: Payment[]; lines: OrderLine[]; sub_orders: SubOrder[]; refunds: Refund[]
}
export interface RefundInput { lines: { line_id: string; quantity: number }[]; reason: string }

export interface BoardVillage {
  id: string; name: string; township?: string; net_fen: number
  share_pending_fen: number; share_available_fen: number; share_total_fen: number
}
export interface Assistance {
  kind: string; partner?: string; item?: string; place?: string; amount_fen?: number; persons?: number
  person_times?: number; approx?: boolean; do_not_add?: string; stage?: string; as_of: string
}
export interface Board {
  as_of: string
  consumption: { orders: number; buyers: number; goods_fen: number; refunded_fen: number; net_fen: number }
  shares: { pending_fen: number; available_fen: number; total_fen: number }
  villages: BoardVillage[]
  designations: { name: string; villages: number; as_of: string }[]
  pairings: { kind: string; partners: number; villages?: number; goal: string; as_of: string }[]
  assistance: Assistance[]
  source: { title: string; publisher: string; period: string; url: string } | null
}
