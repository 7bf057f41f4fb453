import type { AidCard } from './api/types'

export interface CardUse { card: AidCard; used_fen: number; left_fen: number }
export interface CardPlan { uses: CardUse[]; missing_fen: number }

export function isUsable(card: AidCard, now: number): boolean {
  const expired = card.expires_at !== null && card.expires_at !== undefined && Date.parse(card.expires_at) <= now
  return card.status === 'active' && card.balance_fen > 0 && !expired
}

/** An instant of a card's last day: it expires with the end of that day. */
export const lastDay = (expiresAt: string): string => new Date(Date.parse(expiresAt) - 1).toISOString()

/** The card that expires first is spent first; cards without an end come last. */
export function byExpiry(cards: AidCard[]): AidCard[] {
  const end = (card: AidCard) => (card.expires_at ? Date.parse(card.expires_at) : Number.MAX_SAFE_INTEGER)
  return [...cards].sort((a, b) => end(a) - end(b) || (a.id < b.id ? -1 : 1))
}

/** How the chosen cards pay `totalFen`, in the order in which they are sent. */
export function planCards(cards: AidCard[], chosen: ReadonlySet<string>, totalFen: number): CardPlan {
  let due = totalFen
  const uses: CardUse[] = []
  for (const card of byExpiry(cards).filter((c) => chosen.has(c.id))) {
    const used = Math.min(card.balance_fen, due)
    due -= used
    uses.push({ card, used_fen: used, left_fen: card.balance_fen - used })
  }
  return { uses, missing_fen: due }
}

/** What is ticked before the buyer touches anything: as few cards as pay the whole, earliest expiry first. */
export function defaultChoice(cards: AidCard[], totalFen: number): Set<string> {
  const all = new Set(cards.map((c) => c.id))
  return new Set(planCards(cards, all, totalFen).uses.filter((u) => u.used_fen > 0).map((u) => u.card.id))
}
