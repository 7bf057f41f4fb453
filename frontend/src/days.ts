const DAY_MS = 86_400_000

/** The first moment of a day as it is lived in China, and of the day after for the end of a period. */
export function dayStart(day: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) ? new Date(`${day}T00:00:00+08:00`).toISOString() : ''
}

export function dayEnd(day: string): string {
  const start = dayStart(day)
  return start ? new Date(new Date(start).getTime() + DAY_MS).toISOString() : ''
}
