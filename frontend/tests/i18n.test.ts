import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { createI18n } from 'vue-i18n'
import { chooseLocale, savedLocale, setLocale } from '@/i18n'
import enStore from '@/i18n/en'
import enEnt from '@/i18n/ent.en'
import zhEnt from '@/i18n/ent.zh-CN'
import enFulfil from '@/i18n/fulfil.en'
import zhFulfil from '@/i18n/fulfil.zh-CN'
import enGift from '@/i18n/gift.en'
import zhGift from '@/i18n/gift.zh-CN'
import enLegal from '@/i18n/legal.en'
import zhLegal from '@/i18n/legal.zh-CN'
import enMember from '@/i18n/member.en'
import zhMember from '@/i18n/member.zh-CN'
import enOps from '@/i18n/ops.en'
import zhOps from '@/i18n/ops.zh-CN'
import zhStore from '@/i18n/zh-CN'

type Tree = { [key: string]: string | Tree }

function flat(tree: Tree, prefix = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(prefix + key, value)
    else for (const [path, text] of flat(value, `${prefix}${key}.`)) found.set(path, text)
  }
  return found
}

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? sources(path) : /\.(vue|ts)$/.test(name) ? [readFileSync(path, 'utf8')] : []
  })
}

/** The areas join the storefront's texts the way mergeLocaleMessage does it. */
function merged(...trees: Tree[]): Tree {
  const whole: Tree = {}
  for (const tree of trees) {
    for (const [key, value] of Object.entries(tree)) {
      const there = whole[key]
      whole[key] = typeof value !== 'string' && there !== undefined && typeof there !== 'string' ? merged(there, value) : value
    }
  }
  return whole
}

const zh = merged(zhStore, zhEnt, zhGift, zhFulfil, zhLegal, zhMember, zhOps)
const en = merged(enStore, enEnt, enGift, enFulfil, enLegal, enMember, enOps)
const chinese = flat(zh)
const english = flat(en)
const slots = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort()

it('says each thing in one place', () => {
  const count = (trees: Tree[]) => trees.reduce((sum, tree) => sum + flat(tree).size, 0)
  expect(chinese.size).toBe(count([zhStore, zhEnt, zhGift, zhFulfil, zhLegal, zhMember, zhOps]))
  expect(english.size).toBe(count([enStore, enEnt, enGift, enFulfil, enLegal, enMember, enOps]))
})

it('has the same keys in both languages', () => {
  expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
})

it('fills the same slots in both languages, and leaves no text empty', () => {
  for (const [key, text] of chinese) {
    expect(slots(english.get(key) ?? ''), key).toEqual(slots(text))
    expect(text.trim() && english.get(key)?.trim(), key).toBeTruthy()
  }
})

it('leaves no Chinese in the English texts, nor its punctuation', () => {
  for (const [key, text] of english) expect(text, key).not.toMatch(/[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]/)
})

it('puts no Chinese punctuation into the pages themselves', () => {
  for (const code of sources('src')) {
    const template = /<template>[\s\S]*<\/template>/.exec(code)?.[0] ?? ''
    expect(template).not.toMatch(/[，。：；、（）《》！？]/)
  }
})

it('begins in the language of the browser, and then keeps what was chosen', async () => {
  const speaks = vi.spyOn(navigator, 'language', 'get')
  localStorage.clear()
  for (const [language, expected] of [['en-US', 'en'], ['de', 'en'], ['zh-CN', 'zh-CN'], ['zh', 'zh-CN'], ['ZH-tw', 'zh-CN']] as const) {
    speaks.mockReturnValue(language)
    expect(savedLocale(), language).toBe(expected)
  }
  speaks.mockReturnValue('en-US')
  await setLocale('zh-CN')
  expect(savedLocale()).toBe('en')
  await chooseLocale('zh-CN')
  expect(savedLocale()).toBe('zh-CN')
  speaks.mockRestore()
})

it('compiles every text', () => {
  const i18n = createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': zh as typeof zhStore, en: en as typeof zhStore } })
  for (const [key, text] of chinese) {
    const values = Object.fromEntries(slots(text).map((slot) => [slot!, `<${slot}>`]))
    for (const locale of ['zh-CN', 'en'] as const) {
      i18n.global.locale.value = locale
      const shown = (i18n.global.t as (key: string, values: object) => string)(key, values)
      for (const slot of slots(text)) expect(shown, `${locale} ${key}`).toContain(`<${slot}>`)
    }
  }
})

it('knows every key that the sources name, and names every key it has', () => {
  const code = sources('src').join('\n')
  const named = [...code.matchAll(/\bt\(\s*'([\w.-]+)'/g)].map((m) => m[1]!)
  for (const key of named) expect(chinese.has(key), key).toBe(true)
  const composed = [
    ...[...code.matchAll(/`([\w.]+\.)\$\{/g)].map((m) => m[1]!),
    ...[...code.matchAll(/\bnamed\('([\w.]+)'/g)].map((m) => `${m[1]!}.`),
  ]
  const unused = [...chinese.keys()].filter((key) => !code.includes(`'${key}'`) && !composed.some((prefix) => key.startsWith(prefix)))
  expect(unused).toEqual([])
})
