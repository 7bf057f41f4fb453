import { createI18n } from 'vue-i18n'
import zh from './zh-CN'

export type Locale = 'zh-CN' | 'en'
export const LOCALES: Locale[] = ['zh-CN', 'en']
const KEY = 'zique.lang'

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN' as Locale,
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zh } as Record<string, typeof zh>,
  missingWarn: false,
  fallbackWarn: false,
})

export type Area = 'member' | 'ops' | 'legal' | 'fulfil' | 'ent' | 'gift'
type Texts = Record<string, unknown>

/** The texts of the parts that a shopper never opens come with those parts. */
const areas: Record<Area, Record<Locale, () => Promise<{ default: Texts }>>> = {
  member: { 'zh-CN': () => import('./member.zh-CN'), en: () => import('./member.en') },
  fulfil: { 'zh-CN': () => import('./fulfil.zh-CN'), en: () => import('./fulfil.en') },
  ent: { 'zh-CN': () => import('./ent.zh-CN'), en: () => import('./ent.en') },
  gift: { 'zh-CN': () => import('./gift.zh-CN'), en: () => import('./gift.en') },
  legal: { 'zh-CN': () => import('./legal.zh-CN'), en: () => import('./legal.en') },
  ops: { 'zh-CN': () => import('./ops.zh-CN'), en: () => import('./ops.en') },
}
const opened = new Set<Area>()
const fetched = new Set<string>()

async function fetchArea(area: Area, locale: Locale): Promise<void> {
  if (fetched.has(`${area} ${locale}`)) return
  const texts = (await areas[area][locale]()).default
  // Typed by the storefront's texts alone, which the areas add to.
  const add = i18n.global.mergeLocaleMessage as (locale: string, texts: Texts) => void
  add(locale, texts)
  fetched.add(`${area} ${locale}`)
}

/** Chinese comes along always: a key is looked up there before it is shown. */
async function fetchOpened(locale: Locale): Promise<void> {
  const locales = new Set<Locale>(['zh-CN', locale])
  await Promise.all([...opened].flatMap((area) => [...locales].map((l) => fetchArea(area, l))))
}

export async function openAreas(wanted: Area[]): Promise<void> {
  for (const area of wanted) opened.add(area)
  await fetchOpened(i18n.global.locale.value as Locale)
}

/** Shows a language; English is fetched the first time somebody asks for it. */
export async function setLocale(locale: Locale): Promise<void> {
  if (locale === 'en' && !i18n.global.availableLocales.includes('en')) {
    i18n.global.setLocaleMessage('en', (await import('./en')).default)
  }
  await fetchOpened(locale)
  i18n.global.locale.value = locale
  document.documentElement.lang = locale
}

/** Switches the language for this visit and the next ones. */
export async function chooseLocale(locale: Locale): Promise<void> {
  await setLocale(locale)
  try {
    localStorage.setItem(KEY, locale)
  } catch {
    // A browser without storage keeps the choice for this page.
  }
}

/** Chinese for those whose browser speaks it, English for all others. */
function browserLocale(): Locale {
  return /^zh\b/i.test(navigator.language || 'zh') ? 'zh-CN' : 'en'
}

/** What somebody chose; on the first visit, what the browser speaks. */
export function savedLocale(): Locale {
  try {
    return LOCALES.find((locale) => locale === localStorage.getItem(KEY)) ?? browserLocale()
  } catch {
    return browserLocale()
  }
}
