/** Shorter questions to ask when nothing is found: the words one by one, or the first and the last two characters of one. */
export function partsOf(q: string): string[] {
  const words = q.trim().split(/\s+/).filter(Boolean)
  if (words.length > 1) return words.slice(0, 3)
  const letters = Array.from(words[0] ?? '')
  if (letters.length < 3) return []
  return [letters.slice(0, 2).join(''), letters.slice(-2).join('')]
}
