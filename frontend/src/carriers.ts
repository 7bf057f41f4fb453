/** Carriers that reach the villages, as parcels name them; other names are typed. */
const CARRIERS: readonly [name: string, english: string][] = [
  ['中国邮政', 'China Post'], ['EMS', 'EMS'], ['顺丰速运', 'SF Express'], ['中通快递', 'ZTO Express'], ['圆通速递', 'YTO Express'],
  ['申通快递', 'STO Express'], ['韵达快递', 'Yunda Express'], ['极兔速递', 'J&T Express'], ['京东快递', 'JD Express'], ['德邦快递', 'Deppon'],
]

export const carriers = CARRIERS.map(([name]) => name)

/** A carrier's name in the reader's language; one that is not known stands as it was typed. */
export function carrierName(name: string, locale: string): string {
  return (locale === 'en' && CARRIERS.find(([chinese]) => chinese === name)?.[1]) || name
}

const TRACKING = /^[0-9A-Za-z-]{1,40}$/

/** As it is copied out of a message: blanks are left out. */
export const plainTracking = (typed: string): string => typed.replace(/\s/g, '')
export const isTracking = (typed: string): boolean => TRACKING.test(plainTracking(typed))
