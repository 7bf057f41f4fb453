import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { i18n } from './i18n'
import { useSession } from './stores/session'

declare module 'vue-router' {
  interface RouteMeta { title: string; signedIn?: boolean }
}

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
  { path: '/account', name: 'account', component: () => import('./pages/AccountPage.vue'), meta: { title: 'nav.account' } },
  { path: '/:path(.*)*', name: 'missing', component: () => import('./pages/MissingPage.vue'), meta: { title: 'nav.missing' } },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
})

router.beforeEach((to) => {
  if (to.meta.signedIn && !useSession().signedIn) return { name: 'sign-in', query: { back: to.fullPath } }
  return true
})

export function setTitle(key: string): void {
  document.title = `${i18n.global.t(key)} · ${i18n.global.t('brand')}`
}

router.afterEach((to) => setTitle(to.meta.title))
