// A real buyer's way from the first page to a paid order, on a phone and on a desk.
//   BASE_URL=http://127.0.0.1:8080 OUT_DIR=shots node e2e/purchase.mjs
import { Buyer, check, launch } from './browser.mjs'

const baseURL = process.env.BASE_URL
const folder = process.env.OUT_DIR
if (!baseURL || !folder) {
  console.error('BASE_URL and OUT_DIR must be set')
  process.exit(2)
}

const yuan = (fen) => `¥${String(Math.floor(fen / 100)).replace(/\B(?=(\d{3})+(?!\d))/g, ',')}.${String(fen % 100).padStart(2, '0')}`
const shareOf = (netFen) => Number((BigInt(netFen) * 500n + 5000n) / 10000n)

/** A search keeps the chosen category: it says so, and leads out of it. */
async function searchInVain(buyer) {
  const { page } = buyer
  await buyer.at('category').first().click()
  await page.waitForURL((url) => url.searchParams.has('category'))
  await buyer.fill('search-input', '没有的东西')
  await buyer.at('search-go').click()
  await buyer.at('search-instead').waitFor()
  await buyer.look('nothing-found')
  await buyer.at('search-everywhere').click()
  await page.waitForURL((url) => url.searchParams.has('q') && !url.searchParams.has('category'))
}

async function choose(buyer, words) {
  const { page } = buyer
  await page.goto('/')
  await buyer.at('product-card').first().waitFor()
  await buyer.look('home')
  const firstTitle = (await buyer.at('product-card').first().locator('.title').innerText()).trim()
  await searchInVain(buyer)
  const q = words || firstTitle.slice(0, 2)
  await buyer.fill('search-input', q)
  await buyer.at('search-go').click()
  await page.waitForURL((url) => url.searchParams.get('q') === q)
  const found = buyer.at('product-card').filter({ hasNotText: '已售完' }).first()
  await found.waitFor()
  await buyer.look('search')
  await found.click()
}

async function addToCart(buyer) {
  const { page } = buyer
  await buyer.at('add-to-cart').waitFor()
  const options = buyer.at('sku-option')
  const last = options.last()
  if (!(await last.innerText()).includes('已售完')) await last.click()
  const before = await buyer.at('product-share').innerText()
  const more = buyer.at('quantity').getByTestId('more')
  if (await more.isEnabled()) {
    await more.click()
    check((await buyer.at('product-share').innerText()) !== before, 'the share does not follow the quantity')
  }
  await buyer.look('product')
  await buyer.at('add-to-cart').click()
  await buyer.at('cart-count').waitFor()
  await buyer.at('go-cart').click()
  await buyer.at('cart-line').first().waitFor()
  check(page.url().endsWith('/cart'), 'the cart did not open')
  await buyer.look('cart-guest')
}

async function signIn(buyer) {
  await buyer.at('go-checkout').click()
  const account = buyer.page.locator('[data-testid="demo-account"][data-role="buyer"]')
  await account.waitFor()
  await buyer.look('sign-in')
  await account.click()
  await buyer.page.waitForURL('**/checkout')
}

async function giveAddress(buyer) {
  const another = buyer.at('new-address')
  const form = buyer.at('address-form')
  await another.or(form).first().waitFor()
  if (await another.isVisible()) await another.click()
  await buyer.at('save-address').click()
  await buyer.look('address-missing')
  await buyer.fill('address-name', '林小满')
  await buyer.fill('address-phone', '13812345678')
  await buyer.fill('address-province', '湖南省')
  await buyer.fill('address-city', '长沙市')
  await buyer.fill('address-district', '岳麓区')
  await buyer.fill('address-detail', '麓山南路 1 号')
  await buyer.at('save-address').click()
  await buyer.at('address-option').first().waitFor()
}

async function claimCard(buyer, code) {
  const open = buyer.at('add-card')
  const input = buyer.at('claim-code')
  await open.or(input).first().waitFor()
  if (await open.isVisible()) await open.click()
  // Typed the way people do: lower case and without separators.
  await input.fill('')
  await input.pressSequentially(code.replace(/-/g, '').toLowerCase())
  check((await input.inputValue()) === code, `the code is shown as ${await input.inputValue()}`)
  await buyer.look('claim-code')
  const before = await buyer.at('card-option').count()
  await buyer.at('claim-submit').click()
  await buyer.page.waitForFunction((n) => document.querySelectorAll('[data-testid="card-option"]').length > n, before)
}

async function pay(buyer) {
  const { page } = buyer
  await buyer.at('card-option').first().waitFor()
  check((await buyer.at('card-use').count()) > 0, 'no card is chosen before the buyer touches anything')
  await buyer.look('checkout')
  const placed = []
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/api/v1/orders')) placed.push(request.headers()['idempotency-key'])
  })
  // A double tap makes one order.
  const answered = page.waitForResponse((r) => r.request().method() === 'POST' && r.url().endsWith('/api/v1/orders'))
  await buyer.at('pay').dblclick({ noWaitAfter: true })
  const answer = await answered
  check(answer.status() === 201, `POST /orders answered ${answer.status()}: ${await answer.text()}`)
  await page.waitForURL(/\/orders\/[^/]+$/)
  await buyer.at('order-share').waitFor()
  check(placed.length === 1 && placed[0], `${placed.length} orders were sent by a double tap`)
}

/** The share on the screen against the rule, line by line, from the order's own JSON. */
async function proveShare(buyer) {
  const { page } = buyer
  const id = page.url().split('/').pop()
  const answered = page.waitForResponse((r) => r.url().endsWith(`/api/v1/orders/${id}`) && r.status() === 200)
  await page.reload()
  const order = await (await answered).json()
  await buyer.at('order-share').waitFor()
  let sum = 0
  for (const line of order.lines) {
    const share = shareOf(line.net_fen)
    sum += share
    check(line.share_fen === share, `line ${line.id}: share_fen is ${line.share_fen}, the rule says ${share}`)
    const shown = (await page.locator(`[data-line="${line.id}"]`).getByTestId('line-share').innerText()).trim()
    check(shown === yuan(share), `line ${line.id}: the page shows ${shown}, the rule says ${yuan(share)}`)
  }
  const shown = (await buyer.at('order-share').innerText()).trim()
  check(shown === yuan(sum) && order.share_fen === sum, `the order shows ${shown}, the lines give ${yuan(sum)}`)
  const paid = order.payments.reduce((total, p) => total + p.amount_fen, 0)
  check(paid === order.total_fen, `the cards paid ${paid} of ${order.total_fen}`)
  await buyer.look('order')
  return order
}

async function refundOne(buyer) {
  await buyer.at('refund').click()
  const line = buyer.at('refund-line').first()
  await line.waitFor()
  const less = line.getByTestId('less')
  if (await less.isEnabled()) while (Number(await line.locator('input').inputValue()) > 1) await less.click()
  else await line.getByTestId('more').click()
  await buyer.look('refund-dialog')
  await buyer.at('refund-submit').click()
  await buyer.at('refund-record').first().waitFor()
  await buyer.look('refunded')
}

async function lookAround(buyer, orderId) {
  const { page } = buyer
  await page.goto('/orders')
  await page.locator(`[data-testid="order-card"][href$="${orderId}"]`).waitFor()
  await buyer.look('orders')
  await page.goto('/cards')
  await buyer.at('aid-card').first().waitFor()
  await buyer.look('cards')
  await buyer.at('aid-card').first().click()
  await buyer.at('card-entry').first().waitFor()
  await buyer.look('card')
  await page.goto('/villages')
  await buyer.at('village-card').first().waitFor()
  await buyer.look('villages')
  await buyer.at('village-card').first().click()
  await page.waitForURL(/\/villages\/[^/]+$/)
  await buyer.look('village')
  await page.goto('/board')
  await buyer.at('board-share').waitFor()
  await buyer.look('board')
  await page.goto('/account')
  await buyer.at('sign-out').waitFor()
  await buyer.look('account')
  await page.goto('/nothing-here')
  await buyer.look('missing')
}

/** The narrowest and the widest screen of the promise: nothing scrolls sideways. */
async function stretch(buyer, orderId) {
  const { page } = buyer
  const size = page.viewportSize()
  for (const width of [320, 1440]) {
    await page.setViewportSize({ width, height: size.height })
    for (const path of ['/', '/cart', '/cards', '/villages', '/board', `/orders/${orderId}`]) {
      await page.goto(path)
      await buyer.settled()
      await buyer.measure(`${path} at ${width} px`)
    }
  }
  await page.setViewportSize(size)
}

/** No box of the one kind lies on a box of the other. */
async function nothingCovers(buyer, one, many) {
  const over = await buyer.at(one).boundingBox()
  for (const box of await buyer.at(many).all()) {
    const under = await box.boundingBox()
    const apart = under.x + under.width <= over.x || over.x + over.width <= under.x || under.y + under.height <= over.y || over.y + over.height <= under.y
    check(apart, `${one} lies on ${await box.innerText()}`)
  }
}

async function readEnglish(buyer, orderId) {
  const { page } = buyer
  await page.goto(`/orders/${orderId}`)
  await buyer.at('order-share').waitFor()
  await buyer.at('lang-switch').first().click()
  await page.waitForFunction(() => document.documentElement.lang === 'en')
  await page.getByText('This order gives the village').waitFor()
  await buyer.look('order-en')
  await page.goto('/')
  await buyer.at('product-card').first().waitFor()
  check((await page.locator('html').getAttribute('lang')) === 'en', 'the language did not stay')
  await buyer.look('home-en')
  await nothingCovers(buyer, 'sort', 'category')
  await page.goto('/account')
  await buyer.at('sign-out').click()
  await page.waitForURL((url) => url.pathname === '/')
  await page.goto('/orders')
  await page.waitForURL(/\/sign-in\?back=/)
}

async function buy(browser, size, code) {
  console.log(`${size.width}x${size.height}`)
  const buyer = await Buyer.open(browser, { ...size, baseURL, folder })
  try {
    await choose(buyer, process.env.SEARCH)
    await addToCart(buyer)
    await signIn(buyer)
    await giveAddress(buyer)
    if (code) await claimCard(buyer, code)
    await pay(buyer)
    const order = await proveShare(buyer)
    await refundOne(buyer)
    await lookAround(buyer, order.id)
    if (code) await stretch(buyer, order.id)
    await readEnglish(buyer, order.id)
  } catch (error) {
    await buyer.page.screenshot({ path: `${folder}/${buyer.label}-failed.png`, fullPage: true }).catch(() => undefined)
    throw new Error(`${error.message}\n${buyer.faults.join('\n')}`, { cause: error })
  }
  await buyer.close()
}

const demo = await fetch(new URL('/api/v1/demo', baseURL))
check(demo.ok, `GET /api/v1/demo answered ${demo.status}: the test needs demo mode`)
const [code] = (await demo.json()).card_codes
const browser = await launch()
try {
  await buy(browser, { width: 360, height: 800 }, code)
  await buy(browser, { width: 1280, height: 900 })
  console.log('purchase: passed')
} finally {
  await browser.close()
}
