import type { RouteRecordRaw } from 'vue-router'

type Load = () => Promise<unknown>

/** A page of somebody who is signed in. */
const own = (path: string, name: string, component: Load): RouteRecordRaw =>
  ({ path, name, component, meta: { title: `title.${name}`, signedIn: true, areas: ['member'] } })

const member: RouteRecordRaw[] = [
  own('/account/security', 'security', () => import('./pages/account/SecurityPage.vue')),
  own('/account/privacy', 'privacy', () => import('./pages/account/PrivacyPage.vue')),
  own('/inbox', 'inbox', () => import('./pages/account/InboxPage.vue')),
  own('/approvals/:id', 'approval', () => import('./pages/account/ApprovalPage.vue')),
  own('/org/apply', 'org-apply', () => import('./pages/org/ApplyPage.vue')),
  own('/org/:id', 'org', () => import('./pages/org/OrgPage.vue')),
  own('/org/:id/edit', 'org-edit', () => import('./pages/org/ApplyPage.vue')),
  own('/org/:id/members', 'org-members', () => import('./pages/org/MembersPage.vue')),
  own('/org/:id/payee', 'org-payee', () => import('./pages/org/PayeePage.vue')),
  own('/org/:id/certificates', 'org-certificates', () => import('./pages/org/CertificatesPage.vue')),
  own('/org/:id/money', 'org-money', () => import('./pages/org/MoneyPage.vue')),
  own('/org/:id/statements/:statement', 'org-statement', () => import('./pages/org/StatementPage.vue')),
  { path: '/organisations/:id', redirect: (to) => `/org/${String(to.params.id)}` },
  { path: '/invitations', redirect: '/inbox' },
]

/** A page of a cooperative's members. */
const coop = (path: string, name: string, component: Load): RouteRecordRaw =>
  ({ path: `/coop${path}`, name: `coop-${name}`, component, meta: { title: `title.coop-${name}`, signedIn: true, areas: ['member', 'fulfil'] } })

const cooperative: RouteRecordRaw[] = [
  { path: '/coop', redirect: '/coop/orders' },
  coop('/orders', 'orders', () => import('./pages/coop/OrdersPage.vue')),
  coop('/orders/:id', 'order', () => import('./pages/coop/OrderPage.vue')),
  coop('/campaigns', 'campaigns', () => import('./pages/coop/CampaignsPage.vue')),
  coop('/pricing', 'pricing', () => import('./pages/coop/PricingPage.vue')),
]

/** A page of the members of an enterprise or chamber. Lists of people come by the panel that imports rows. */
const ent = (path: string, name: string, component: Load): RouteRecordRaw =>
  ({ path: `/ent${path}`, name: `ent-${name}`, component, meta: { title: `title.ent-${name}`, signedIn: true, areas: ['member', 'ops', 'ent'] } })

/** A page of gift orders, whose members are those of the cards. */
const gifts = (path: string, name: string, component: Load): RouteRecordRaw =>
  ({ path: `/ent/gifts${path}`, name: `ent-${name}`, component, meta: { title: `title.ent-${name}`, signedIn: true, areas: ['member', 'ops', 'ent', 'gift'] } })

const enterprise: RouteRecordRaw[] = [
  { path: '/ent', redirect: '/ent/card-batches' },
  ent('/card-batches', 'batches', () => import('./pages/ent/BatchesPage.vue')),
  ent('/card-batches/new', 'batch-new', () => import('./pages/ent/BatchNewPage.vue')),
  ent('/card-batches/:id', 'batch', () => import('./pages/ent/BatchPage.vue')),
  ent('/redemptions', 'redemptions', () => import('./pages/ent/RedemptionsPage.vue')),
  ent('/redemptions/:id', 'redemption', () => import('./pages/ent/RedemptionPage.vue')),
  ent('/reconciliation', 'reconciliation', () => import('./pages/ent/ReconciliationPage.vue')),
  gifts('', 'gifts', () => import('./pages/ent/GiftsPage.vue')),
  gifts('/new', 'gift-new', () => import('./pages/ent/GiftNewPage.vue')),
  gifts('/:id', 'gift', () => import('./pages/ent/GiftPage.vue')),
]

const readers = ['operator', 'auditor']

/** A page of the operators' desk; auditors look, and change nothing. */
const desk = (path: string, name: string, component: Load, roles = readers): RouteRecordRaw =>
  ({ path: `/ops${path}`, name: `ops${name}`, component, meta: { title: `title.ops${name}`, signedIn: true, roles, areas: ['member', 'ops'] } })

const ops: RouteRecordRaw[] = [
  desk('', '', () => import('./pages/ops/DeskPage.vue')),
  desk('/organisations', '-organisations', () => import('./pages/ops/OrganisationsPage.vue')),
  desk('/organisations/:id', '-organisation', () => import('./pages/ops/OrganisationPage.vue')),
  { ...desk('/organisations/:id/reconciliation', '-reconciliation', () => import('./pages/ops/ReconciliationPage.vue')), meta: { title: 'title.ops-reconciliation', signedIn: true, roles: readers, areas: ['member', 'ops', 'ent'] } },
  desk('/prepaid-funds', '-prepaid-funds', () => import('./pages/ops/PrepaidFundsPage.vue')),
  desk('/approvals', '-approvals', () => import('./pages/ops/ApprovalsPage.vue')),
  desk('/people', '-people', () => import('./pages/ops/PeoplePage.vue'), ['operator']),
  desk('/villages', '-villages', () => import('./pages/ops/VillagesPage.vue')),
  desk('/villages/new', '-village-new', () => import('./pages/ops/VillageEditPage.vue'), ['operator']),
  desk('/villages/import', '-village-import', () => import('./pages/ops/VillageImportPage.vue'), ['operator']),
  desk('/villages/:id', '-village', () => import('./pages/ops/VillageEditPage.vue'), ['operator']),
  desk('/campaigns', '-campaigns', () => import('./pages/ops/CampaignsPage.vue')),
  desk('/campaigns/new', '-campaign-new', () => import('./pages/ops/CampaignPage.vue'), ['operator']),
  desk('/campaigns/:id', '-campaign', () => import('./pages/ops/CampaignPage.vue')),
  desk('/bank', '-bank', () => import('./pages/ops/BankPage.vue')),
  desk('/bank/import', '-bank-import', () => import('./pages/ops/BankImportPage.vue'), ['operator']),
  desk('/bank/days', '-bank-days', () => import('./pages/ops/BankDaysPage.vue')),
  desk('/bank/transfers', '-bank-transfers', () => import('./pages/ops/BankTransfersPage.vue'), ['operator']),
  { ...desk('/card-batches', '-card-batches', () => import('./pages/ops/CardBatchesPage.vue')), meta: { title: 'title.ops-card-batches', signedIn: true, roles: readers, areas: ['member', 'ops', 'ent'] } },
  desk('/cards', '-cards', () => import('./pages/ops/CardsPage.vue')),
  desk('/cards/programs', '-cards-programs', () => import('./pages/ops/CardProgramsPage.vue')),
  desk('/cards/returns', '-cards-returns', () => import('./pages/ops/CardReturnsPage.vue')),
  desk('/ledger', '-ledger', () => import('./pages/ops/LedgerPage.vue')),
  desk('/ledger/corrections', '-ledger-corrections', () => import('./pages/ops/LedgerCorrectionsPage.vue'), ['operator']),
  desk('/ledger/accounts/:id', '-ledger-account', () => import('./pages/ops/LedgerAccountPage.vue')),
  desk('/ledger/transactions/:id', '-ledger-transaction', () => import('./pages/ops/LedgerTransactionPage.vue')),
  desk('/refunds', '-refunds', () => import('./pages/ops/RefundsPage.vue')),
  desk('/refunds/gateways', '-refunds-gateways', () => import('./pages/ops/GatewayRefundsPage.vue')),
  desk('/refunds/differences', '-refunds-differences', () => import('./pages/ops/PaymentDifferencesPage.vue')),
  desk('/settlements/statements', '-statements', () => import('./pages/ops/StatementsPage.vue')),
  desk('/settlements', '-settlements', () => import('./pages/ops/SettlementsPage.vue')),
  desk('/settlements/:id', '-settlement', () => import('./pages/ops/SettlementPage.vue')),
  desk('/settlements/:run/statements/:id', '-statement', () => import('./pages/ops/StatementPage.vue')),
  desk('/share-rules', '-share-rules', () => import('./pages/ops/ShareRulesPage.vue')),
  desk('/failures', '-failures', () => import('./pages/ops/FailuresPage.vue')),
  desk('/audit', '-audit', () => import('./pages/ops/AuditPage.vue')),
]

/** Everything behind the storefront: the own account, organisations, the operators' desk. */
export const workRoutes: RouteRecordRaw[] = [
  { path: '/legal/privacy', name: 'legal-privacy', component: () => import('./pages/LegalPage.vue'), meta: { title: 'title.legal-privacy', areas: ['legal'] } },
  { path: '/legal/terms', name: 'legal-terms', component: () => import('./pages/LegalPage.vue'), meta: { title: 'title.legal-terms', areas: ['legal'] } },
  { path: '/board/rules', name: 'share-rules', component: () => import('./pages/RulesPage.vue'), meta: { title: 'title.share-rules', areas: ['member'] } },
  ...member,
  ...cooperative,
  ...enterprise,
  ...ops,
  // Reached by name only, so that the address stays the one that was asked for.
  { path: '/:path(.*)*', name: 'not-yours', component: () => import('./pages/NotYoursPage.vue'), meta: { title: 'nav.notYours' } },
]
