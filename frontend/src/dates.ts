const zone = 'Asia/Shanghai'

const monthOf = (locale: string) => (locale === 'en' ? 'short' : '2-digit')

export function formatTime(iso: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone: zone, year: 'numeric', month: monthOf(locale), day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
  }).format(new Date(iso))
}

/** A day or a month of the calendar, such as the report's "2021-06-01" and "2023-06". */
function formatDate(date: string, locale: string): string {
  const month = locale === 'en' ? 'short' : 'long'
  const day = date.length > 7 ? 'numeric' : undefined
  return new Intl.DateTimeFormat(locale, { timeZone: 'UTC', year: 'numeric', month, day }).format(new Date(date))
}

/** A day. What is neither a time nor a date is shown as it stands. */
export function formatDay(iso: string, locale: string): string {
  if (/^\d{4}-\d{2}(-\d{2})?$/.test(iso)) return formatDate(iso, locale)
  const at = new Date(iso)
  if (!/T/.test(iso) || Number.isNaN(at.getTime())) return iso
  return new Intl.DateTimeFormat(locale, { timeZone: zone, year: 'numeric', month: monthOf(locale), day: '2-digit' }).format(at)
}
