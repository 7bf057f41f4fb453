import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { tokens } from '@/api/tokens'
import { i18n } from '@/i18n'
import { router } from '@/router'
import { useSession } from '@/stores/session'

// The first visit to a page loads its module, which takes a while on a busy machine.
vi.setConfig({ testTimeout: 30_000 })

let roles: string[] = []
let status = 200

beforeEach(async () => {
  localStorage.clear()
  tokens.clear()
  status = 200
  vi.stubGlobal('fetch', async () => status === 200
    ? new Response(JSON.stringify({ access_token: 'a', refresh_token: 'r', expires_in: 600, user: { id: '1', name: 'x', roles } }))
    : new Response('{}', { status }))
  vi.stubGlobal('scrollTo', () => undefined)
  setActivePinia(createPinia())
})
afterEach(() => vi.unstubAllGlobals())

/** Where the guards let somebody with these roles end; undefined: a guest. */
async function go(to: string, having?: string[]): Promise<string> {
  if (having) {
    roles = having
    tokens.set('', 'r')
    setActivePinia(createPinia())
  }
  await router.push(to)
  return `${String(router.currentRoute.value.name)} ${router.currentRoute.value.fullPath}`
}

describe('the way to a page', () => {
  it.each<[string, string[] | undefined, string]>([
    // The first one learns the pages behind the storefront on its way.
    ['/ops/audit?q=1', undefined, 'sign-in /sign-in?back=/ops/audit?q=1'],
    ['/ops', undefined, 'sign-in /sign-in?back=/ops'],
    ['/ops?q=1', ['operator'], 'ops /ops?q=1'],
    ['/ops/audit', ['auditor'], 'ops-audit /ops/audit'],
    ['/ops/villages/new', ['auditor'], 'not-yours /ops/villages/new'],
    ['/ops/organisations/7', [], 'not-yours /ops/organisations/7'],
    ['/ops/people', ['liaison'], 'not-yours /ops/people'],
    ['/inbox', undefined, 'sign-in /sign-in?back=/inbox'],
    ['/organisations/7', [], 'org /org/7'],
    ['/invitations', [], 'inbox /inbox'],
    ['/org/apply', [], 'org-apply /org/apply'],
    ['/nothing/here', [], 'missing /nothing/here'],
  ])('%s as %j', async (to, having, expected) => {
    await router.push('/villages')
    expect(await go(to, having)).toBe(expected)
  })

  it('asks to sign in again when the session has ended', async () => {
    await router.push('/villages')
    status = 401
    expect(await go('/ops/audit', ['operator'])).toBe('sign-in /sign-in?back=/ops/audit')
    expect(useSession().signedIn).toBe(false)
  })

  it('opens the page that says so when the program is away', async () => {
    await router.push('/villages')
    status = 503
    expect(await go('/ops/approvals', ['operator'])).toBe('ops-approvals /ops/approvals')
  })

  it('brings the texts of its part', async () => {
    await go('/ops/audit', ['auditor'])
    expect(i18n.global.te('audit.none', 'zh-CN')).toBe(true)
    expect(document.title).toContain('操作记录')
  })
})
