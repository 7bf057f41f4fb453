import { describe, expect, it } from 'vitest'
import { ageOf } from '@/ages'
import { changeRows } from '@/changes'
import { entriesOf, wrongIn } from '@/correctionForm'
import { CONSENT_VERSION, latestConsents } from '@/consents'
import { formatDay } from '@/dates'
import { dayEnd, dayStart } from '@/days'
import { insideLink } from '@/insideLink'
import { accountSort } from '@/ledgerAccounts'
import { isPicture } from '@/pictures'
import { foundPlace, groupFound, queuePlace } from '@/queues'
import { emptyVillage, fromVillage, splitNames, villageInput } from '@/villageForm'
import type { VillageDetail } from '@/api/villages'

describe('before and after', () => {
  it('stand side by side, field by field', () => {
    expect(changeRows({ status: 'submitted', agency: false }, { status: 'admitted', agency: false, roles: ['a', 'b'] })).toEqual([
      { name: 'status', before: 'submitted', after: 'admitted', changed: true },
      { name: 'agency', before: 'false', after: 'false', changed: false },
      { name: 'roles', before: '', after: 'a, b', changed: true },
    ])
  })
  it('keep what only tells which thing it is about', () => {
    expect(changeRows({ payer: 'x' }, { reference: 'y' }).map((row) => row.changed)).toEqual([false, true])
  })
  it('may be nothing, a bare value or nested', () => {
    expect(changeRows(null, null)).toEqual([])
    expect(changeRows(undefined, 'x')).toEqual([{ name: 'value', before: '', after: 'x', changed: true }])
    expect(changeRows({ a: { b: 1, c: null } }, null)[0]).toMatchObject({ before: 'b: 1; c: ', after: '' })
  })
})

it('tells an age in the largest unit that fits', () => {
  const now = Date.parse('2026-03-10T12:00:00Z')
  expect(ageOf('2026-03-10T11:59:30Z', now)).toEqual({ unit: 'minutes', n: 0 })
  expect(ageOf('2026-03-10T10:59:00Z', now)).toEqual({ unit: 'hours', n: 1 })
  expect(ageOf('2026-03-08T12:00:00Z', now)).toEqual({ unit: 'days', n: 2 })
  expect(ageOf('2026-03-11T00:00:00Z', now)).toEqual({ unit: 'minutes', n: 0 })
})

it('reads days as they are lived in China', () => {
  expect(dayStart('2026-03-10')).toBe('2026-03-09T16:00:00.000Z')
  expect(dayEnd('2026-03-10')).toBe('2026-03-10T16:00:00.000Z')
  expect([dayStart(''), dayEnd('gestern')]).toEqual(['', ''])
})

it('says dates of the calendar in the form of the language', () => {
  expect(['2023-06', '2021-06-01', '?'].map((d) => formatDay(d, 'zh-CN'))).toEqual(['2023年6月', '2021年6月1日', '?'])
  expect(['2023-06', '2021-06-01'].map((d) => formatDay(d, 'en'))).toEqual(['Jun 2023', 'Jun 1, 2021'])
})

it.each([['/org/1', '/org/1'], ['/ops/organisations/1?x=1', '/ops/organisations/1?x=1'], ['', null], [undefined, null], ['//evil.example', null], ['/\\evil.example', null], ['https://evil.example', null], ['javascript:alert(1)', null], ['/api/v1/me', null]])(
  'a message may lead to %j: %j', (link, expected) => expect(insideLink(link)).toBe(expected))

it('tells sorts of ledger accounts apart, whosever they are', () => {
  expect(['bank', 'bank:unmatched', 'card:12', 'village:12:pending', 'gateway:local', 'gateway:local:refunds_due'].map((code) => accountSort(code).sort)).toEqual(['bank', 'bank_unmatched', 'card', 'village_pending', 'gateway', 'gateway_refunds_due'])
  expect(accountSort('gateway:local:refunds_due').gateway).toBe('local')
})

it('asks for corrections that balance, each account once', () => {
  const fee = [{ account: 'finance:bank_fees' as const, side: 'debit' as const, amount: '12.50' }, { account: 'bank' as const, side: 'credit' as const, amount: '12.5' }]
  expect(entriesOf(fee)).toEqual([{ account: 'finance:bank_fees', amount_fen: -1250 }, { account: 'bank', amount_fen: 1250 }])
  expect(wrongIn(fee).size).toBe(0)
  expect([...wrongIn([fee[0]!, { ...fee[1]!, amount: '12.51' }])]).toEqual([['entries', 'unbalanced']])
  expect([...wrongIn([fee[0]!, { ...fee[0]!, amount: '' }])]).toEqual([['1.account', 'duplicate'], ['1.amount', 'required']])
  expect([...wrongIn([{ ...fee[0]!, amount: '0' }, fee[1]!])]).toEqual([['0.amount', 'invalid']])
})

it('shows the entries of a correction account by account', () => {
  expect(changeRows(null, { entries: { bank: 5, 'finance:interest': -5 } }).map((row) => `${row.name} ${row.after}`)).toEqual(['entry bank 5', 'entry finance:interest -5'])
})

it('knows pictures by their names', () => {
  expect(['a.JPG', 'b.png', 'c.webp', 'd.pdf', 'png', ''].map(isPicture)).toEqual([true, true, true, false, false, false])
})

describe('the desk', () => {
  it('groups what it found in one order and keeps kinds that it does not know', () => {
    const item = (kind: string) => ({ kind, id: kind, title: '', detail: '' })
    expect(groupFound(['card', 'parcel', 'organisation', 'card'].map(item)).map((g) => `${g.kind} ${g.items.length}`)).toEqual(['organisation 1', 'card 2', 'parcel 1'])
    expect(groupFound([])).toEqual([])
  })
  it('leads where there is a page', () => {
    expect(foundPlace({ kind: 'organisation', id: '7', title: '', detail: '' })).toBe('/ops/organisations/7')
    expect(foundPlace({ kind: 'user', id: '7', title: '', detail: '' })).toBe('/ops/audit?subject=user&subject_id=7')
    expect(queuePlace('approvals')).toBe('/ops/approvals')
    expect(queuePlace('jobs_failed')).toBe('/ops/failures')
    expect(queuePlace('events_stuck')).toBe('/ops/failures?what=events')
    expect(queuePlace('unknown')).toBeNull()
    expect(queuePlace('refunds_requested')).toBe('/ops/refunds?status=requested')
    expect(queuePlace('refund_transfers', false)).toBeNull()
  })
})

it('keeps what was said last about each document', () => {
  const log = [
    { document: 'privacy_policy' as const, version: '1', given: true, created_at: '2026-01-01T00:00:00Z' },
    { document: 'privacy_policy' as const, version: '2', given: false, created_at: '2026-02-01T00:00:00Z' },
  ]
  expect(latestConsents(log)).toMatchObject([{ document: 'privacy_policy', version: '2', given: false }, { document: 'terms_of_service', version: CONSENT_VERSION, given: false, created_at: '' }])
})

describe('the form of a village', () => {
  it('splits names the way people separate them', () => {
    expect(splitNames('贡米、土蜂蜜, 茶叶；贡米\n')).toEqual(['贡米', '土蜂蜜', '茶叶'])
  })
  it('comes back as it went', () => {
    const village = { name: '正龙村', township: '水车镇', county: '新化县', code: '431322100201', designations: ['集体经济薄弱村'], produce: ['贡米', '茶叶'], note: 'n', story: 's', pictures: [{ file_id: '3' }] }
    expect(villageInput(fromVillage(village as unknown as VillageDetail))).toEqual(village)
    expect(villageInput(emptyVillage())).not.toHaveProperty('code')
  })
})
