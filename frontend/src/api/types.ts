import type { components } from './schema'

// The wire shapes, by the names that the screens use. Money is integer fen, ids are strings, times RFC 3339 in UTC.

type Wire = components['schemas']

/** The description lets every list be null; the program always answers one. */
export type Lists<T> = T extends (infer Item)[] ? Lists<Item>[]
  : T extends object ? { [K in keyof T]: [Extract<T[K], unknown[]>] extends [never] ? Lists<T[K]> : Lists<Extract<T[K], unknown[]>> }
    : T

export interface List<T> { items: T[] }
export interface Page<T> extends List<T> { next_cursor?: string }

export type User = Lists<Wire['UserJSON']>
export type Session = Lists<Wire['SessionJSON']>
export type Credentials = Wire['LoginInBody']
/** What a newcomer agrees to is logged with the account. */
export type Registration = Wire['RegisterInBody'] & { consents?: { document: 'privacy_policy' | 'terms_of_service'; version: string }[] }
export type CodeSent = Wire['CodeJSON']
export type DemoAccount = Wire['DemoAccountJSON']
export type Demo = Lists<Wire['DemoJSON']>

export type Category = Wire['CategoryJSON']
export type Sku = Wire['SKUJSON']
export type Product = Lists<Wire['ProductJSON']>
export type ProductDetail = Lists<Wire['ProductDetailJSON']>
export interface ProductQuery {
  q?: string
  category?: string
  village_id?: string
  cooperative_id?: string
  campaign_id?: string
  sort?: 'newest' | 'price_asc' | 'price_desc'
  cursor?: string
  limit?: number
}
export type Village = Lists<Wire['VillageJSON']>

export type CartItem = Wire['CartItemJSON']
export type Cart = Lists<Wire['CartJSON']>
export type AddressInput = Wire['AddressFields']
export type Address = Wire['AddressJSON']

export type AidCard = Wire['CardJSON']
export type CardDetail = Lists<Wire['CardDetailJSON']>
export type CardEntry = Wire['CardEntryJSON']

export type OrderInput = Lists<Wire['OrderFields']>
export type Order = Lists<Wire['OrderJSON']>
export type OrderLine = Order['lines'][number]
export type SubOrder = Order['sub_orders'][number]
export type Refund = Order['refunds'][number]
export type RefundInput = Lists<Wire['RefundFields']> & { sub_order_id?: string }
export type Shipment = SubOrder['shipments'][number]
export type ParcelInput = Wire['ParcelFields']
export type Quote = Lists<Wire['QuoteJSON']>

/** A cooperative's part of an order, as the cooperative sees it. */
export type Part = Lists<Wire['PartJSON']>
export type ShipInput = Lists<Wire['ShipInBody']>
export type FreightInput = Lists<Wire['FreightTemplateFields']>
export type FreightZone = FreightInput['zones'][number]
export type FreightTemplate = Lists<Wire['FreightTemplateJSON']>
export type PromotionInput = Wire['PromotionFields']
export type Promotion = Wire['PromotionJSON']

export type Campaign = Wire['CampaignJSON']
export type CampaignPhase = NonNullable<Campaign['phase']>
export type CampaignDetail = Wire['CampaignDetailJSON']
export type CampaignInput = Wire['CampaignFields']
export type OpsCampaign = Wire['OpsCampaignJSON']
export type CampaignGood = Wire['CampaignGoodJSON']
export type CampaignGoodStatus = Wire['CampaignGoodStatusJSON']

export type Certificate = Lists<Wire['CertificateJSON']>
export type CheckedCertificate = Lists<Wire['CheckedCertificateJSON']>

export type Tender = Wire['TenderJSON']
export type PayPlace = Wire['PayJSON']
export type DemoCharge = Wire['DemoChargeJSON']
export type DemoPaid = Lists<Wire['DemoPaidJSON']>
export type DemoBehaviour = Wire['DemoPayInBody']['behaviour']

export type Board = Lists<Wire['BoardJSON']>
export type BoardVillage = Board['villages'][number]
export type Assistance = Board['assistance'][number]
export type ReportEntry = Board['entries'][number]

export type TrialBalance = Lists<Wire['TrialBalanceJSON']>
export type LedgerStatement = Lists<Wire['StatementJSON']>
export type LedgerTransaction = Lists<Wire['LedgerTransactionJSON']>
export type CorrectionEntry = Wire['CorrectionEntry']

export type Settlement = Lists<Wire['SettlementJSON']>
export type Statement = Lists<Wire['StatementOfJSON']>
export type StatementDetail = Lists<Wire['StatementDetailJSON']>
export type MoneyStanding = Wire['MoneyJSON']
export type ShareTrace = Wire['ShareTraceJSON']
export type ShareRule = Wire['ShareRuleJSON']
export type ShareRuleInput = Wire['NewShareRule']
