const zone = 'Asia/Shanghai'

const monthOf = (locale: string) => (locale === 'en' ? 'short' : '2-digit')

export function formatTime(iso: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone: zone, year: 'numeric', month: monthOf(locale), day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
  }).format(new Date(iso))
}

/** A day. What is not a full time (the report's "2023-06") is shown as it stands. */
export function formatDay(iso: string, locale: string): string {
  const at = new Date(iso)
  if (!/T/.test(iso) || Number.isNaN(at.getTime())) return iso
  return new Intl.DateTimeFormat(locale, { timeZone: zone, year: 'numeric', month: monthOf(locale), day: '2-digit' }).format(at)
}
