import type { CorrectionEntry } from '@/api/types'
import { parseYuan } from './money'

type Account = CorrectionEntry['account']
const known: Record<Account, true> = { bank: true, 'finance:bank_fees': true, 'finance:interest': true, 'finance:rounding': true }

/** The accounts that a correction may touch; the type comes from the program, and holds this list to it. */
export const correctable = Object.keys(known) as Account[]

/** An entry as it is typed: people say debit and credit, the journal has signs. */
export interface EntryForm { account: Account; side: 'debit' | 'credit'; amount: string }

/** What is asked for most: a fee that the bank took. */
export const usualEntries = (): EntryForm[] => [{ account: 'finance:bank_fees', side: 'debit', amount: '' }, { account: 'bank', side: 'credit', amount: '' }]

export const sumOf = (rows: EntryForm[], side: EntryForm['side']): number =>
  rows.reduce((sum, row) => sum + (row.side === side ? (parseYuan(row.amount) ?? 0) : 0), 0)

/** Which parts cannot be sent and why, by row and part; `entries` is all of them together. */
export function wrongIn(rows: EntryForm[]): Map<string, 'required' | 'invalid' | 'duplicate' | 'unbalanced'> {
  const wrong = new Map<string, 'required' | 'invalid' | 'duplicate' | 'unbalanced'>()
  rows.forEach((row, i) => {
    if (rows.findIndex((other) => other.account === row.account) < i) wrong.set(`${i}.account`, 'duplicate')
    if (!row.amount.trim()) wrong.set(`${i}.amount`, 'required')
    else if (!parseYuan(row.amount)) wrong.set(`${i}.amount`, 'invalid')
  })
  if (!wrong.size && sumOf(rows, 'debit') !== sumOf(rows, 'credit')) wrong.set('entries', 'unbalanced')
  return wrong
}

export const entriesOf = (rows: EntryForm[]): CorrectionEntry[] =>
  rows.map(({ account, side, amount }) => ({ account, amount_fen: (parseYuan(amount) ?? 0) * (side === 'debit' ? -1 : 1) }))
