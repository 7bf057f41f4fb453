import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { basicFaults, emptyAdmission, lacksLicence, stepOfField, stepsOf, toInput, type Admission, type AdmissionStep } from '@/admission'
import { organisations, type Organisation } from '@/api/organisations'
import { ApiError } from '@/api/problem'
import { canEdit } from '@/orgFlow'
import { useAction } from './useAction'
import { useDraft } from './useDraft'
import { useToast } from './useToast'

/** An application in steps, kept on this device until it is sent, and sent once whatever the network does. */
export function useAdmission(userId: string, known: Admission | null) {
  const { t } = useI18n()
  const router = useRouter()
  const { say } = useToast()
  const draft = useDraft<Admission>(`zique.draft.org.${userId}.${known?.orgId || 'new'}`, () => known ?? emptyAdmission())
  const form = draft.form
  const steps = computed(() => stepsOf(form.kind))
  const at = computed(() => Math.max(0, steps.value.indexOf(form.step)))
  const checked = ref(false)
  const faults = computed(() => basicFaults(form))
  const complete = computed(() => Object.keys(faults.value).length === 0)

  function go(step: AdmissionStep, check = false): void {
    form.step = step
    checked.value = check
    draft.save()
    window.scrollTo({ top: 0 })
  }

  function next(): void {
    checked.value = true
    if (form.step === 'basics' && !complete.value) return
    if (form.step === 'documents' && lacksLicence(form)) return
    const following = steps.value[at.value + 1]
    if (following) go(following)
  }

  function previous(): void {
    const before = steps.value[at.value - 1]
    if (before) go(before)
  }

  /** The application as the program has it, with what the form says now. */
  async function store(): Promise<Organisation> {
    if (!form.orgId && form.sent) {
      const mine = (await organisations.mine()).items
      form.orgId = mine.find((o) => o.credit_code === toInput(form).credit_code && o.kind === form.kind && o.my_role)?.id ?? ''
    }
    if (!form.orgId) {
      form.sent = true
      draft.save()
      const made = await organisations.create({ ...toInput(form), kind: form.kind })
      form.orgId = made.id
      draft.save()
      return made
    }
    const there = await organisations.get(form.orgId)
    return canEdit(there.status) ? organisations.change(there.id, toInput(form)) : there
  }

  const { run: submit, busy, error } = useAction(async () => {
    checked.value = true
    if (!complete.value) return go('basics', true)
    if (lacksLicence(form)) return go('documents', true)
    try {
      const org = await store()
      if (canEdit(org.status)) await organisations.submit(org.id)
      draft.forget()
      say(t('apply.sent'))
      await router.replace(`/org/${org.id}`)
    } catch (problem) {
      if (problem instanceof ApiError && !problem.outcomeUnknown) form.sent = false
      const field = problem instanceof ApiError ? problem.fields[0]?.field : undefined
      if (field) go(stepOfField(field))
      throw problem
    }
  })

  function startAnew(): void {
    Object.assign(form, known ?? emptyAdmission())
    checked.value = false
    draft.save()
  }

  return { form, steps, at, checked, faults, resumed: draft.resumed, go, next, previous, submit, startAnew, busy, error }
}
