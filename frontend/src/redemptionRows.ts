import type { RowError } from '@/api/redemptions'

/** The codes of a text in which each stands on a line, or between commas. */
export function codesOf(text: string): string[] {
  return text.split(/[\n\r,;，；、\t]+/).map((code) => code.trim()).filter(Boolean)
}

/** The rows that a problem names, as of two with one code. */
export function rowsNamed(error: RowError): string {
  return (error.message.match(/\d+/g) ?? []).join(', ')
}
