import { useI18n } from 'vue-i18n'
import { accountSort } from '@/ledgerAccounts'
import { useNames } from './useNames'

/** Names of ledger accounts for people; a code of an unknown sort is shown as it is. */
export function useAccounts() {
  const { t, te } = useI18n()
  const { named } = useNames()
  function accountName(code: string, holder = ''): string {
    const { sort, gateway } = accountSort(code)
    return te(`ledger.holder.${sort}`, 'zh-CN') ? t(`ledger.holder.${sort}`, { name: gateway ? named('tender', gateway) : holder }).trim() : code
  }
  return { accountName }
}
