// The unified social credit code (统一社会信用代码) by GB 32100-2015: 17 characters and a check character.
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
export const CREDIT_CODE_LENGTH = 18

/** What was typed or pasted, without the blanks people put between groups. */
export function normalizeCreditCode(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, '').slice(0, CREDIT_CODE_LENGTH)
}

/** The 18th character for the first 17, or '' where one of them cannot stand in a code. */
export function checkCharacter(first17: string): string {
  const values = Array.from(first17, (c) => ALPHABET.indexOf(c))
  if (values.length !== WEIGHTS.length || values.includes(-1)) return ''
  const sum = values.reduce((total, value, i) => total + value * WEIGHTS[i]!, 0)
  return ALPHABET.charAt((31 - (sum % 31)) % 31)
}

export type CreditCodeFault = 'empty' | 'alphabet' | 'short' | 'check'

/** What is wrong with the code as far as it is typed; null when it is whole and right. */
export function creditCodeFault(code: string): CreditCodeFault | null {
  if (code === '') return 'empty'
  if (Array.from(code).some((c) => !ALPHABET.includes(c))) return 'alphabet'
  if (code.length < CREDIT_CODE_LENGTH) return 'short'
  return checkCharacter(code.slice(0, -1)) === code.slice(-1) ? null : 'check'
}
