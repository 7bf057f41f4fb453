import { describe, expect, it } from 'vitest'
import { basicFaults, emptyAdmission, fromOrganisation, stepOfField, stepsOf, toInput, type Admission } from '@/admission'
import type { Organisation } from '@/api/organisations'

const whole = (): Admission => ({
  ...emptyAdmission(), name: ' 紫鹊界合作社 ', credit_code: '91350100 m000100y43', contact_name: '奉大山', contact_phone: '139 0000 0002',
  villages: [{ id: '7', name: '正龙村' }], documents: [{ kind: 'business_licence', file_id: '9', name: 'a.jpg' }],
})

describe('an application', () => {
  it('names everything that is missing at once', () => {
    expect(basicFaults(emptyAdmission())).toEqual({ name: 'required', credit_code: 'empty', contact_name: 'required', contact_phone: 'required' })
    expect(basicFaults({ ...whole(), contact_phone: '0738-3512345', credit_code: '91350100M000100Y44' })).toEqual({ contact_phone: 'phone', credit_code: 'check' })
    expect(basicFaults(whole())).toEqual({})
  })

  it('is sent the way the program reads it', () => {
    expect(toInput(whole())).toEqual({
      name: '紫鹊界合作社', credit_code: '91350100M000100Y43', contact_name: '奉大山', contact_phone: '13900000002', village_ids: ['7'], documents: [{ kind: 'business_licence', file_id: '9' }],
    })
  })

  it('has villages only for a cooperative', () => {
    expect(stepsOf('cooperative')).toContain('villages')
    expect(stepsOf('enterprise')).not.toContain('villages')
    expect(toInput({ ...whole(), kind: 'enterprise' })).not.toHaveProperty('village_ids')
  })

  it('that came back keeps the files that the program has, and asks for the phone again', () => {
    const org = { id: '5', kind: 'cooperative', name: 'x', credit_code: '91350100M000100Y43', contact_name: 'y', contact_phone: '139****0002', village_ids: ['7'], documents: [{ id: '1', kind: 'id_card', file_id: '9', created_at: '' }] } as unknown as Organisation
    const form = fromOrganisation(org, [{ id: '7', name: '正龙村' }])
    expect(form.contact_phone).toBe('')
    expect(toInput(form)).not.toHaveProperty('documents')
    form.documents.push({ kind: 'other', file_id: '10', name: 'b.pdf' })
    expect(toInput(form).documents).toHaveLength(2)
    form.documents = []
    expect(toInput(form).documents).toEqual([])
  })

  it.each([['village_ids[0]', 'villages'], ['documents[1].file_id', 'documents'], ['credit_code', 'basics'], ['body.documents', 'documents'], ['', 'basics']])('goes back for %j to %s', (field, step) => {
    expect(stepOfField(field)).toBe(step)
  })
})
