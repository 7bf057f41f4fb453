const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
export const CODE_LENGTH = 24
const GROUP = 4

/** What the buyer typed or pasted, as the program reads it: Crockford base32 without separators. */
export function normalizeCode(typed: string): string {
  const read = typed.toUpperCase().replace(/O/g, '0').replace(/[IL]/g, '1')
  return Array.from(read).filter((c) => ALPHABET.includes(c)).join('').slice(0, CODE_LENGTH)
}

/** Groups of four, the way the card is printed. */
export function formatCode(typed: string): string {
  return (normalizeCode(typed).match(new RegExp(`.{1,${GROUP}}`, 'g')) ?? []).join('-')
}

export function isWholeCode(typed: string): boolean {
  return normalizeCode(typed).length === CODE_LENGTH
}

/** Where the caret stands after reformatting, counted in the code's own characters before it. */
export function caretAfter(formatted: string, charactersBefore: number): number {
  let seen = 0
  for (let i = 0; i < formatted.length; i++) {
    if (seen === charactersBefore) return i
    if (formatted[i] !== '-') seen++
  }
  return formatted.length
}
