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

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'home', component: () => import('./pages/HomePage.vue'), meta: { title: 'nav.home' } },
  { path: '/products/:id', name: 'product', component: () => import('./pages/ProductPage.vue'), meta: { title: 'nav.product' } },
  { path: '/cart', name: 'cart', component: () => import('./pages/CartPage.vue'), meta: { title: 'nav.cart' } },
  { path: '/checkout', name: 'checkout', component: () => import('./pages/CheckoutPage.vue'), meta: { title: 'nav.checkout', signedIn: true, areas: ['fulfil'] } },
  { path: '/sign-in', name: 'sign-in', component: () => import('./pages/SignInPage.vue'), meta: { title: 'nav.signIn' } },
  { path: '/cards', name: 'cards', component: () => import('./pages/CardsPage.vue'), meta: { title: 'nav.cards', signedIn: true } },
  { path: '/cards/:id', name: 'card', component: () => import('./pages/CardPage.vue'), meta: { title: 'nav.card', signedIn: true, areas: ['member'] } },
  { path: '/claim', name: 'claim', component: () => import('./pages/ClaimPage.vue'), meta: { title: 'nav.claim' } },
  { path: '/orders', name: 'orders', component: () => import('./pages/OrdersPage.vue'), meta: { title: 'nav.orders', signedIn: true } },
  { path: '/orders/:id', name: 'order', component: () => import('./pages/OrderPage.vue'), meta: { title: 'nav.order', signedIn: true, areas: ['fulfil'] } },
  { path: '/pay/:charge', name: 'pay', component: () => import('./pages/DemoPayPage.vue'), meta: { title: 'nav.pay' } },
  { path: '/villages', name: 'villages', component: () => import('./pages/VillagesPage.vue'), meta: { title: 'nav.villages' } },
  { path: '/villages/:id', name: 'village', component: () => import('./pages/VillagePage.vue'), meta: { title: 'nav.village' } },
  { path: '/campaigns/:id', name: 'season', component: () => import('./pages/SeasonPage.vue'), meta: { title: 'nav.season' } },
  { path: '/c/:code', name: 'certificate', component: () => import('./pages/CertificatePage.vue'), meta: { title: 'certificate.title' } },
  { path: '/board', name: 'board', component: () => import('./pages/BoardPage.vue'), meta: { title: 'nav.board' } },
  { path: '/account', name: 'account', component: () => import('./pages/AccountPage.vue'), meta: { title: 'nav.account', areas: ['member'] } },
  { path: '/:path(.*)*', name: 'missing', component: () => import('./pages/MissingPage.vue'), meta: { title: 'nav.missing' } },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
})

/** The pages behind the storefront are known once somebody asks for one; shoppers do not carry their table. */
let workKnown = false
async function learnWork(): Promise<void> {
  const { workRoutes } = await import('./workRoutes')
  for (const route of workRoutes) router.addRoute(route)
  workKnown = true
}

router.beforeEach(async (to) => {
  if (to.name === 'missing' && !workKnown) {
    await learnWork()
    return { path: to.path, query: to.query, hash: to.hash, replace: true }
  }
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
