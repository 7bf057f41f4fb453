import type { FreightInput, FreightTemplate, FreightZone } from './api/types'
import { decimalText, parseDecimal, parseYuan, yuanText } from './money'

export const PROVINCES = ['北京', '天津', '河北', '山西', '内蒙古', '辽宁', '吉林', '黑龙江', '上海', '江苏', '浙江', '安徽', '福建', '江西', '山东', '河南', '湖北', '湖南', '广东', '广西', '海南', '重庆', '四川', '贵州', '云南', '西藏', '陕西', '甘肃', '青海', '宁夏', '新疆', '台湾', '香港', '澳门'] as const

export const PROVINCE_NAMES: Record<string, string> = {
  北京: 'Beijing', 天津: 'Tianjin', 河北: 'Hebei', 山西: 'Shanxi', 内蒙古: 'Inner Mongolia', 辽宁: 'Liaoning', 吉林: 'Jilin', 黑龙江: 'Heilongjiang', 上海: 'Shanghai', 江苏: 'Jiangsu', 浙江: 'Zhejiang', 安徽: 'Anhui', 福建: 'Fujian', 江西: 'Jiangxi', 山东: 'Shandong', 河南: 'Henan', 湖北: 'Hubei', 湖南: 'Hunan', 广东: 'Guangdong', 广西: 'Guangxi', 海南: 'Hainan', 重庆: 'Chongqing', 四川: 'Sichuan', 贵州: 'Guizhou', 云南: 'Yunnan', 西藏: 'Tibet', 陕西: 'Shaanxi', 甘肃: 'Gansu', 青海: 'Qinghai', 宁夏: 'Ningxia', 新疆: 'Xinjiang', 台湾: 'Taiwan', 香港: 'Hong Kong', 澳门: 'Macao',
}

export const provinceName = (name: string, locale: string): string => (locale === 'en' ? PROVINCE_NAMES[name] : undefined) ?? name

export type FreightUnit = 'piece' | 'weight'
/** A zone as it is typed: yuan, and pieces or kilograms. */
export interface ZoneForm { provinces: string[]; undeliverable: boolean; first: string; firstFen: string; step: string; stepFen: string; free: string }
export interface FreightForm { name: string; unit: FreightUnit; isDefault: boolean; zones: ZoneForm[]; elsewhere: ZoneForm }
export type ZoneFault = 'provinces' | 'first' | 'firstFen' | 'step' | 'stepFen' | 'free'

const MAX_FEN = 1_000_000
const MAX_UNITS = 1_000_000
const MAX_FREE_FEN = 100_000_000
const GRAM_DECIMALS = 3

export const emptyZone = (): ZoneForm => ({ provinces: [], undeliverable: false, first: '1', firstFen: '', step: '1', stepFen: '0', free: '' })
export const emptyFreight = (): FreightForm => ({ name: '', unit: 'piece', isDefault: false, zones: [], elsewhere: emptyZone() })

/** Pieces are whole; kilograms are sent as grams. */
export const parseUnits = (typed: string, unit: FreightUnit): number | null => (unit === 'piece' ? parseDecimal(typed, 0) : parseDecimal(typed, GRAM_DECIMALS))
export const unitsText = (units: number, unit: FreightUnit): string => (unit === 'piece' ? String(units) : decimalText(units, GRAM_DECIMALS, true))

const within = (value: number | null, low: number, high: number): boolean => value !== null && value >= low && value <= high

/** What is wrong with a zone, all of it at once. */
export function zoneFaults(zone: ZoneForm, unit: FreightUnit, elsewhere: boolean): Set<ZoneFault> {
  const wrong = new Set<ZoneFault>()
  if (!elsewhere && zone.provinces.length === 0) wrong.add('provinces')
  if (zone.undeliverable) return wrong
  if (!within(parseUnits(zone.first, unit), 1, MAX_UNITS)) wrong.add('first')
  if (!within(parseYuan(zone.firstFen), 0, MAX_FEN)) wrong.add('firstFen')
  if (!within(parseUnits(zone.step, unit), 1, MAX_UNITS)) wrong.add('step')
  if (!within(parseYuan(zone.stepFen), 0, MAX_FEN)) wrong.add('stepFen')
  if (zone.free.trim() && !within(parseYuan(zone.free), 1, MAX_FREE_FEN)) wrong.add('free')
  return wrong
}

export function formIsRight(form: FreightForm): boolean {
  return form.name.trim() !== '' && zoneFaults(form.elsewhere, form.unit, true).size === 0 && form.zones.every((z) => zoneFaults(z, form.unit, false).size === 0)
}

function zoneInput(zone: ZoneForm, unit: FreightUnit, elsewhere: boolean): FreightZone {
  const provinces = elsewhere ? [] : zone.provinces
  if (zone.undeliverable) return { provinces, undeliverable: true }
  const free = parseYuan(zone.free)
  return {
    provinces,
    first_units: parseUnits(zone.first, unit)!, first_fen: parseYuan(zone.firstFen)!,
    step_units: parseUnits(zone.step, unit)!, step_fen: parseYuan(zone.stepFen)!,
    ...(free === null ? {} : { free_above_fen: free }),
  }
}

export function toFreightInput(form: FreightForm): FreightInput {
  return {
    name: form.name.trim(), unit: form.unit, default: form.isDefault,
    zones: [...form.zones.map((z) => zoneInput(z, form.unit, false)), zoneInput(form.elsewhere, form.unit, true)],
  }
}

function zoneForm(zone: FreightZone, unit: FreightUnit): ZoneForm {
  const empty = emptyZone()
  return {
    provinces: [...zone.provinces], undeliverable: zone.undeliverable ?? false,
    first: zone.first_units ? unitsText(zone.first_units, unit) : empty.first, firstFen: zone.undeliverable ? '' : yuanText(zone.first_fen ?? 0),
    step: zone.step_units ? unitsText(zone.step_units, unit) : empty.step, stepFen: yuanText(zone.step_fen ?? 0),
    free: zone.free_above_fen ? yuanText(zone.free_above_fen) : '',
  }
}

export function fromTemplate(template: FreightTemplate): FreightForm {
  const zones = template.zones.map((z) => zoneForm(z, template.unit))
  return {
    name: template.name, unit: template.unit, isDefault: template.default ?? false,
    zones: zones.filter((z) => z.provinces.length > 0), elsewhere: zones.find((z) => z.provinces.length === 0) ?? emptyZone(),
  }
}
