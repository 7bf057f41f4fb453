import type { ApplicantKind, ContactInput, DocumentKind, Organisation, OrganisationInput } from './api/organisations'
import { creditCodeFault, normalizeCreditCode } from './creditCode'

export interface DraftDocument { kind: DocumentKind; file_id: string; name: string }
export interface Admission {
  kind: ApplicantKind
  name: string
  credit_code: string
  contact_name: string
  contact_phone: string
  villages: { id: string; name: string }[]
  documents: DraftDocument[]
  step: AdmissionStep
  /** Set once the program knows the application, so that sending again changes it and makes no second one. */
  orgId: string
  /** The files that the program has already; while they stay the same, they are not sent again. */
  knownFiles: string[]
  /** A sending whose answer was lost: the application may be there already. */
  sent: boolean
}
export type AdmissionStep = 'basics' | 'villages' | 'documents' | 'check'
export type BasicField = 'name' | 'credit_code' | 'contact_name' | 'contact_phone'

export const APPLICANT_KINDS: ApplicantKind[] = ['cooperative', 'enterprise', 'chamber']
export const DOCUMENT_KINDS: DocumentKind[] = ['business_licence', 'id_card', 'bank_permit', 'other']
export const BASIC_FIELDS: BasicField[] = ['name', 'credit_code', 'contact_name', 'contact_phone']

export const emptyAdmission = (): Admission => ({
  kind: 'cooperative', name: '', credit_code: '', contact_name: '', contact_phone: '', villages: [], documents: [], step: 'basics', orgId: '', knownFiles: [], sent: false,
})

export const stepsOf = (kind: ApplicantKind): AdmissionStep[] =>
  kind === 'cooperative' ? ['basics', 'villages', 'documents', 'check'] : ['basics', 'documents', 'check']

/** The step in which a field that the program refused is put right. */
export function stepOfField(field: string): AdmissionStep {
  const name = field.replace(/^body\./, '').split(/[.[]/)[0] ?? ''
  if (name === 'village_ids') return 'villages'
  return name === 'documents' ? 'documents' : 'basics'
}

export const plainPhone = (typed: string) => typed.replace(/[\s-]/g, '')

/** Codes of what is wrong with whom the operators turn to. */
export function contactFaults(form: ContactInput): Partial<Record<keyof ContactInput, string>> {
  const faults: Partial<Record<keyof ContactInput, string>> = {}
  if (!form.contact_name.trim()) faults.contact_name = 'required'
  if (!form.contact_phone.trim()) faults.contact_phone = 'required'
  else if (!/^1\d{10}$/.test(plainPhone(form.contact_phone))) faults.contact_phone = 'phone'
  return faults
}

/** Codes of what is still wrong in the first step; an empty object when nothing is. */
export function basicFaults(form: Admission): Partial<Record<BasicField, string>> {
  const faults: Partial<Record<BasicField, string>> = contactFaults(form)
  if (!form.name.trim()) faults.name = 'required'
  const code = creditCodeFault(normalizeCreditCode(form.credit_code))
  if (code) faults.credit_code = code
  return faults
}

/** Whoever reviews the application compares the credit code with the licence. */
export const lacksLicence = (form: Admission): boolean => !form.documents.some((d) => d.kind === 'business_licence')

export function toInput(form: Admission): OrganisationInput {
  const files = form.documents.map((d) => d.file_id)
  const sameFiles = form.orgId !== '' && JSON.stringify(files) === JSON.stringify(form.knownFiles)
  return {
    name: form.name.trim(),
    credit_code: normalizeCreditCode(form.credit_code),
    contact_name: form.contact_name.trim(),
    contact_phone: plainPhone(form.contact_phone),
    ...(form.kind === 'cooperative' ? { village_ids: form.villages.map((v) => v.id) } : {}),
    ...(sameFiles ? {} : { documents: form.documents.map(({ kind, file_id }) => ({ kind, file_id })) }),
  }
}

/** The form for an application that came back. The phone is masked, so it is asked for again. */
export function fromOrganisation(org: Organisation, villages: { id: string; name: string }[]): Admission {
  return {
    ...emptyAdmission(),
    kind: org.kind as ApplicantKind,
    name: org.name,
    credit_code: org.credit_code,
    contact_name: org.contact_name,
    villages,
    documents: org.documents.map(({ kind, file_id, name }) => ({ kind, file_id, name: name ?? '' })),
    knownFiles: org.documents.map((d) => d.file_id),
    orgId: org.id,
  }
}
