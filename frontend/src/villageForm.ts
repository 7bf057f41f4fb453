import type { VillageDetail, VillageInput } from './api/villages'

export interface VillageForm {
  name: string
  township: string
  county: string
  code: string
  designations: string[]
  produce: string
  note: string
  story: string
  pictures: string[]
}

export const emptyVillage = (): VillageForm =>
  ({ name: '', township: '', county: '', code: '', designations: [], produce: '', note: '', story: '', pictures: [] })

/** What people write between names: Chinese and Latin commas, blanks and new lines. */
export const splitNames = (text: string) => [...new Set(text.split(/[、，,;；\s]+/).map((name) => name.trim()).filter(Boolean))]

export function fromVillage(village: VillageDetail): VillageForm {
  return {
    name: village.name, township: village.township, county: village.county, code: village.code ?? '', designations: [...village.designations],
    produce: village.produce.join('、'), note: village.note, story: village.story ?? '', pictures: (village.pictures ?? []).map((p) => p.file_id),
  }
}

export function villageInput(form: VillageForm): VillageInput {
  const code = form.code.trim()
  return {
    name: form.name.trim(), township: form.township.trim(), county: form.county.trim(), ...(code ? { code } : {}),
    designations: [...form.designations], produce: splitNames(form.produce), note: form.note.trim(), story: form.story.trim(), pictures: form.pictures.map((file_id) => ({ file_id })),
  }
}
