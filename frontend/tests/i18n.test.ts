import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createI18n } from 'vue-i18n'
import en from '@/i18n/en'
import zh from '@/i18n/zh-CN'

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

const chinese = flat(zh)
const english = flat(en)
const slots = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort()

it('has the same keys in both languages', () => {
  expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
})

it('fills the same slots in both languages, and leaves no text empty', () => {
  for (const [key, text] of chinese) {
    expect(slots(english.get(key) ?? ''), key).toEqual(slots(text))
    expect(text.trim() && english.get(key)?.trim(), key).toBeTruthy()
  }
})

it('leaves no Chinese in the English texts', () => {
  for (const [key, text] of english) expect(text, key).not.toMatch(/[\u4e00-\u9fff]/)
})

it('compiles every text', () => {
  const i18n = createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': zh, en } })
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
  const composed = [...code.matchAll(/`([\w.]+\.)\$\{/g)].map((m) => m[1]!)
  const unused = [...chinese.keys()].filter((key) => !code.includes(`'${key}'`) && !composed.some((prefix) => key.startsWith(prefix)))
  expect(unused).toEqual([])
})
