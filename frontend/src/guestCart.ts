import type { Cart, CartItem, ProductDetail } from './api/types'
import { shareForQuantity } from './money'

/** A line of the cart of somebody who has not signed in. The price is the one they saw. */
export interface GuestLine { sku_id: string; product_id: string; quantity: number; price_fen: number }

export const MAX_QUANTITY = 99
const KEY = 'zique.cart'

export function readGuestCart(storage: Storage = localStorage): GuestLine[] {
  try {
    const lines = JSON.parse(storage.getItem(KEY) ?? '[]') as GuestLine[]
    return Array.isArray(lines) ? lines.filter((l) => l.sku_id && l.product_id && l.quantity > 0) : []
  } catch {
    return []
  }
}

export function writeGuestCart(lines: GuestLine[], storage: Storage = localStorage): void {
  if (lines.length === 0) storage.removeItem(KEY)
  else storage.setItem(KEY, JSON.stringify(lines))
}

export function setGuestLine(lines: GuestLine[], line: GuestLine): GuestLine[] {
  if (line.quantity <= 0) return lines.filter((l) => l.sku_id !== line.sku_id)
  const known = lines.some((l) => l.sku_id === line.sku_id)
  return known ? lines.map((l) => (l.sku_id === line.sku_id ? line : l)) : [...lines, line]
}

/** The quantity that one SKU has after a guest's line joins what the account already holds. */
export function mergedQuantity(held: number, added: number, stock: number): number {
  return Math.max(held, Math.min(held + added, stock, MAX_QUANTITY))
}

/** The same shape as the program's cart, made from the products as they are now. */
export function priceGuestCart(lines: GuestLine[], products: ProductDetail[]): Cart {
  const items: CartItem[] = []
  for (const line of lines) {
    const product = products.find((p) => p.id === line.product_id)
    const sku = product?.skus.find((s) => s.id === line.sku_id)
    if (!product || !sku) continue
    items.push({
      sku_id: sku.id, product_id: product.id, title: product.title, spec: sku.spec, cover_url: product.cover_url,
      quantity: line.quantity, stock: sku.stock, price_fen: sku.price_fen, price_changed: sku.price_fen !== line.price_fen,
      available: sku.stock >= line.quantity, share_fen: shareForQuantity(sku, line.quantity, product.rate_bp),
      cooperative: product.cooperative, village: product.village,
    })
  }
  return { items, ...totalsOf(items) }
}

/** Goods that can be bought now, and one flat freight for each cooperative among them. */
export function totalsOf(items: CartItem[]): Omit<Cart, 'items'> {
  const ready = items.filter((i) => i.available)
  const freights = new Map(ready.map((i) => [i.cooperative.id, i.cooperative.freight_fen]))
  const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0)
  return {
    total_fen: sum(ready.map((i) => i.price_fen * i.quantity)),
    freight_fen: sum([...freights.values()]),
    share_fen: sum(ready.map((i) => i.share_fen)),
  }
}

export interface CartGroup { cooperative: CartItem['cooperative']; items: CartItem[] }

export function groupByCooperative(items: CartItem[]): CartGroup[] {
  const groups = new Map<string, CartGroup>()
  for (const item of items) {
    const group = groups.get(item.cooperative.id) ?? { cooperative: item.cooperative, items: [] }
    group.items.push(item)
    groups.set(item.cooperative.id, group)
  }
  return [...groups.values()]
}
