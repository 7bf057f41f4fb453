import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { i18n, openAreas, type Area } from './i18n'
import { useSession } from './stores/session'

declare module 'vue-router' {
  interface RouteMeta {
    title: string
    signedIn?: boolean
    /** Platform roles, of which one is needed. The program decides again at every call. */
    roles?: string[]
    /** The texts that the page needs besides the storefront's. */
    areas?: Area[]
  }
}

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
  { path: '/organisations/:id', redirect: (to) => `/org/${String(to.params.id)}` },
  { path: '/invitations', redirect: '/inbox' },
]

const readers = ['operator', 'auditor']

/** A page of the operators' desk; auditors look, and change nothing. */
const desk = (path: string, name: string, component: Load, roles = readers): RouteRecordRaw =>
  ({ path: `/ops${path}`, name: `ops${name}`, component, meta: { title: `title.ops${name}`, signedIn: true, roles, areas: ['member', 'ops'] } })

const ops: RouteRecordRaw[] = [
  desk('', '', () => import('./pages/ops/DeskPage.vue')),
  desk('/organisations', '-organisations', () => import('./pages/ops/OrganisationsPage.vue')),
  desk('/organisations/:id', '-organisation', () => import('./pages/ops/OrganisationPage.vue')),
  desk('/approvals', '-approvals', () => import('./pages/ops/ApprovalsPage.vue')),
  desk('/people', '-people', () => import('./pages/ops/PeoplePage.vue'), ['operator']),
  desk('/villages', '-villages', () => import('./pages/ops/VillagesPage.vue')),
  desk('/villages/new', '-village-new', () => import('./pages/ops/VillageEditPage.vue'), ['operator']),
  desk('/villages/import', '-village-import', () => import('./pages/ops/VillageImportPage.vue'), ['operator']),
  desk('/villages/:id', '-village', () => import('./pages/ops/VillageEditPage.vue'), ['operator']),
  desk('/audit', '-audit', () => import('./pages/ops/AuditPage.vue')),
]

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'home', component: () => import('./pages/HomePage.vue'), meta: { title: 'nav.home' } },
  { path: '/products/:id', name: 'product', component: () => import('./pages/ProductPage.vue'), meta: { title: 'nav.product' } },
  { path: '/cart', name: 'cart', component: () => import('./pages/CartPage.vue'), meta: { title: 'nav.cart' } },
  { path: '/checkout', name: 'checkout', component: () => import('./pages/CheckoutPage.vue'), meta: { title: 'nav.checkout', signedIn: true } },
  { path: '/sign-in', name: 'sign-in', component: () => import('./pages/SignInPage.vue'), meta: { title: 'nav.signIn' } },
  { path: '/cards', name: 'cards', component: () => import('./pages/CardsPage.vue'), meta: { title: 'nav.cards', signedIn: true } },
  { path: '/cards/:id', name: 'card', component: () => import('./pages/CardPage.vue'), meta: { title: 'nav.card', signedIn: true } },
  { path: '/orders', name: 'orders', component: () => import('./pages/OrdersPage.vue'), meta: { title: 'nav.orders', signedIn: true } },
  { path: '/orders/:id', name: 'order', component: () => import('./pages/OrderPage.vue'), meta: { title: 'nav.order', signedIn: true } },
  { path: '/villages', name: 'villages', component: () => import('./pages/VillagesPage.vue'), meta: { title: 'nav.villages' } },
  { path: '/villages/:id', name: 'village', component: () => import('./pages/VillagePage.vue'), meta: { title: 'nav.village' } },
  { path: '/board', name: 'board', component: () => import('./pages/BoardPage.vue'), meta: { title: 'nav.board' } },
  { path: '/account', name: 'account', component: () => import('./pages/AccountPage.vue'), meta: { title: 'nav.account', areas: ['member'] } },
  { path: '/legal/privacy', name: 'legal-privacy', component: () => import('./pages/LegalPage.vue'), meta: { title: 'title.legal-privacy', areas: ['legal'] } },
  { path: '/legal/terms', name: 'legal-terms', component: () => import('./pages/LegalPage.vue'), meta: { title: 'title.legal-terms', areas: ['legal'] } },
  ...member,
  ...ops,
  { path: '/:path(.*)*', name: 'missing', component: () => import('./pages/MissingPage.vue'), meta: { title: 'nav.missing' } },
  // Reached by name only, so that the address stays the one that was asked for.
  { path: '/:path(.*)*', name: 'not-yours', component: () => import('./pages/NotYoursPage.vue'), meta: { title: 'nav.notYours' } },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
})

router.beforeEach(async (to) => {
  const session = useSession()
  if (to.meta.signedIn && !session.signedIn) return { name: 'sign-in', query: { back: to.fullPath } }
  if (to.meta.roles) {
    // After a reload the roles are on their way; without a network the page itself says what is wrong.
    if (!session.user) await session.restore()
    if (!session.signedIn) return { name: 'sign-in', query: { back: to.fullPath } }
    if (session.user && !to.meta.roles.some((role) => session.user?.roles.includes(role))) {
      return { name: 'not-yours', params: { path: to.path.slice(1).split('/') }, query: to.query }
    }
  }
  if (to.meta.areas) await openAreas(to.meta.areas)
  return true
})

export function setTitle(key: string): void {
  document.title = `${i18n.global.t(key)} · ${i18n.global.t('brand')}`
}

router.afterEach((to) => setTitle(to.meta.title))
