export interface Age { unit: 'minutes' | 'hours' | 'days'; n: number }

/** How long something has waited, in the largest unit that is not zero. */
export function ageOf(iso: string, now: number = Date.now()): Age {
  const minutes = Math.max(0, Math.floor((now - new Date(iso).getTime()) / 60_000))
  if (minutes < 60) return { unit: 'minutes', n: minutes }
  return minutes < 60 * 48 ? { unit: 'hours', n: Math.floor(minutes / 60) } : { unit: 'days', n: Math.floor(minutes / 1440) }
}
