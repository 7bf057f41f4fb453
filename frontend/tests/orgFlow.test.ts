import { describe, expect, it } from 'vitest'
import type { Desk } from '@/api/operator'
import type { Organisation, OrgKind, OrgStatus } from '@/api/organisations'
import { deskActions, flowSteps, handlesMoney, isManager, lacksVillage } from '@/orgFlow'

const both: Desk[] = ['county', 'federation']
const verbs = (kind: OrgKind, status: OrgStatus, desks: Desk[]) => deskActions(kind, status, desks).map((a) => a.verb)
const states = (kind: OrgKind, status: OrgStatus) => flowSteps(kind, status).map((s) => `${s.name} ${s.state}`)

describe('the way to admission', () => {
  it.each<[OrgStatus, string[]]>([
    ['draft', ['applied now', 'recommended later', 'admitted later']],
    ['submitted', ['applied done', 'recommended now', 'admitted later']],
    ['recommended', ['applied done', 'recommended done', 'admitted now']],
    ['returned', ['applied stopped', 'recommended later', 'admitted later']],
    ['rejected', ['applied done', 'recommended done', 'admitted stopped']],
    ['admitted', ['applied done', 'recommended done', 'admitted done']],
    ['suspended', ['applied done', 'recommended done', 'admitted done']],
  ])('of a cooperative that is %s', (status, steps) => expect(states('cooperative', status)).toEqual(steps))

  it.each<[OrgStatus, string[]]>([
    ['submitted', ['applied done', 'admitted now']],
    ['returned', ['applied stopped', 'admitted later']],
    ['admitted', ['applied done', 'admitted done']],
  ])('of an enterprise that is %s', (status, steps) => expect(states('enterprise', status)).toEqual(steps))
})

describe('what a desk may decide', () => {
  it.each<[OrgKind, OrgStatus, Desk[], string[]]>([
    ['cooperative', 'submitted', ['county'], ['recommend', 'return', 'reject']],
    ['cooperative', 'submitted', ['federation'], []],
    ['cooperative', 'submitted', both, ['recommend', 'return', 'reject']],
    ['cooperative', 'recommended', ['federation'], ['approve', 'return', 'reject']],
    ['cooperative', 'recommended', ['county'], []],
    ['cooperative', 'admitted', ['county'], ['suspend']],
    ['cooperative', 'suspended', ['county'], ['reinstate']],
    ['enterprise', 'submitted', ['federation'], ['approve', 'return', 'reject']],
    ['chamber', 'submitted', ['county'], []],
    ['enterprise', 'admitted', ['county'], []],
    ['chamber', 'suspended', ['county'], []],
    ['enterprise', 'admitted', both, ['suspend']],
    ['enterprise', 'suspended', both, ['reinstate']],
    ['enterprise', 'draft', both, []],
    ['enterprise', 'returned', both, []],
    ['enterprise', 'rejected', both, []],
    ['cooperative', 'submitted', [], []],
  ])('%s %s at %j: %j', (kind, status, desks, expected) => expect(verbs(kind, status, desks)).toEqual(expected))

  it('asks for a reason wherever somebody is turned back, and acts from the right desk', () => {
    for (const action of deskActions('cooperative', 'submitted', ['federation', 'county'])) {
      expect(action.reason).toBe(action.verb !== 'recommend')
      if (action.verb === 'recommend') expect(action.desk).toBe('county')
    }
  })
})

it('lets a cooperative go on only with a village', () => {
  const lacks = (kind: OrgKind, status: OrgStatus, village_ids: string[]) => lacksVillage({ kind, status, village_ids } as Organisation)
  expect([lacks('cooperative', 'submitted', []), lacks('cooperative', 'recommended', []), lacks('cooperative', 'submitted', ['1']), lacks('enterprise', 'submitted', [])]).toEqual([true, true, false, false])
})

it('knows who manages and who handles money', () => {
  expect([isManager('cooperative', 'owner'), isManager('enterprise', 'owner'), isManager('village_collective', 'head'), isManager('cooperative')]).toEqual([true, false, true, false])
  expect([handlesMoney('cooperative', 'accountant'), handlesMoney('enterprise', 'finance'), handlesMoney('cooperative', 'packer')]).toEqual([true, true, false])
})
