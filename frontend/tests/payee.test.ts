import { createApp, defineComponent, h, ref } from 'vue'
import { expect, it, vi } from 'vitest'
import { organisations } from '@/api/organisations'
import PayeeAccounts from '@/components/org/PayeeAccounts.vue'
import PayeeForm from '@/components/org/PayeeForm.vue'
import { i18n } from '@/i18n'
import member from '@/i18n/member.zh-CN'

/** The page without its frame: the accounts tell the form whether there is one. */
function shown(status: string): HTMLElement {
  i18n.global.mergeLocaleMessage('zh-CN', member)
  const account = { id: '1', holder: '社', bank: '行', number: '**** 1', agency: false, status, usable_from: '2026-01-01T00:00:00Z', created_at: '2026-01-01T00:00:00Z' }
  vi.spyOn(organisations, 'payees').mockResolvedValue({ items: [account] } as never)
  const page = defineComponent(() => {
    const none = ref(false)
    return () => [
      h(PayeeAccounts, { orgId: '1', none: none.value, 'onUpdate:none': (is: boolean) => { none.value = is } }),
      h(PayeeForm, { orgId: '1', orgName: '社', collective: false, first: none.value }),
    ]
  })
  const at = document.createElement('div')
  createApp(page).use(i18n).mount(at)
  return at
}

it('registers the first account and replaces one that is there', async () => {
  const first = shown('replaced')
  await vi.waitFor(() => expect(first.textContent).toContain('登记收款账户'))
  const another = shown('active')
  await vi.waitFor(() => expect(another.textContent).toContain('**** 1'))
  expect(another.textContent).toContain('申请更换账户')
})
