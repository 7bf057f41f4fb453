/** How the name of a row begins that shows an entry. */
export const ENTRY = 'entry '

export interface ChangeRow { name: string; before: string; after: string; changed: boolean }

function words(value: unknown): string {
  if (value === null || value === undefined || value === '') return ''
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return value.map(words).join(', ')
  return Object.entries(value).map(([name, part]) => `${name}: ${words(part)}`).join('; ')
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : value === null || value === undefined ? {} : { value }

/** Entries of the journal stand account by account, each under its code. */
function apart(fields: Record<string, unknown>): Record<string, unknown> {
  const { entries, ...rest } = fields
  if (entries === undefined) return rest
  return { ...rest, ...Object.fromEntries(Object.entries(fieldsOf(entries)).map(([code, fen]) => [ENTRY + code, fen])) }
}

/**
 * What was and what is to be, field by field, in the order in which they first appear. What only the old one names,
 * while the young one names other things, stands there to know the thing by: it does not change.
 */
export function changeRows(before: unknown, after: unknown): ChangeRow[] {
  const old = apart(fieldsOf(before))
  const young = apart(fieldsOf(after))
  return [...new Set([...Object.keys(old), ...Object.keys(young)])].map((name) => {
    const row = { name, before: words(old[name]), after: words(young[name]) }
    return { ...row, changed: row.before !== row.after && (name in young || !Object.keys(young).length) }
  })
}
