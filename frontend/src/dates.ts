const zone = 'Asia/Shanghai'

export function formatTime(iso: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hour12: false,
  }).format(new Date(iso))
}

/** A day. What is not a full time (the report's "2023-06") is shown as it stands. */
export function formatDay(iso: string, locale: string): string {
  const at = new Date(iso)
  if (!/T/.test(iso) || Number.isNaN(at.getTime())) return iso
  return new Intl.DateTimeFormat(locale, { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at)
}
