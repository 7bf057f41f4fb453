import { useI18n } from 'vue-i18n'

/** Names for codes of the program; a code without a name is shown as it is. */
export function useNames() {
  const { t, te } = useI18n()
  const named = (prefix: string, code: string) => (te(`${prefix}.${code}`, 'zh-CN') ? t(`${prefix}.${code}`) : code)
  return {
    kindName: (kind: string) => named('org.kind', kind),
    statusName: (status: string) => named('org.status', status),
    roleName: (role: string) => named('org.role', role),
    documentName: (kind: string) => named('org.document', kind),
    named,
  }
}
