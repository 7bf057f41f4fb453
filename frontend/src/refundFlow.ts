export type RefundVerb = 'approveNow' | 'approveLater' | 'accept' | 'reject'

/** What the cooperative may decide of a refund now. */
export function verbsOf(status: string): RefundVerb[] {
  switch (status) {
    case 'requested':
      return ['approveNow', 'approveLater', 'reject']
    case 'approved':
      return ['reject']
    case 'returned':
      return ['accept', 'reject']
    default:
      return []
  }
}

/** What the program says where the buyer took a request back. */
export const WITHDRAWN = 'withdrawn by the buyer'

/** What the program gives as the reason where the buyer called the order off. */
export const CANCELLED = 'cancelled'

const open = ['requested', 'approved', 'returned']
export const isOpen = (status: string): boolean => open.includes(status)
