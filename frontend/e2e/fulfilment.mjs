// An order's way after payment, by its buyer and its cooperative: two parcels, a receipt, a refund that is decided.
//   BASE_URL=http://127.0.0.1:8080 OUT_DIR=shots node e2e/fulfilment.mjs
import { Buyer, check, launch } from './browser.mjs'
import { baseURL, call, folder, people, signIn, tokenOf } from './demo.mjs'

/** Three units of something the demo's cooperative sells lie in the cart, and a card that can pay for them. */
async function fillCart() {
  const [buyer, seller] = await Promise.all([tokenOf(people.buyer), tokenOf(people.seller)])
  const { memberships } = await call('GET', '/me', { token: seller })
  const cooperative = memberships.find((m) => m.kind === 'cooperative').org_id
  const { items } = await call('GET', '/products?limit=100', {})
  const product = items.filter((p) => p.cooperative.id === cooperative && p.stock > 20).sort((a, b) => a.price_fen - b.price_fen)[0]
  check(product, 'the demo cooperative sells nothing')
  const { skus } = await call('GET', `/products/${product.id}`)
  for (const item of (await call('GET', '/cart', { token: buyer })).items) await call('PUT', `/cart/items/${item.sku_id}`, { token: buyer, body: { quantity: 0 } })
  await call('PUT', `/cart/items/${skus.find((s) => s.stock > 5).id}`, { token: buyer, body: { quantity: 3 } })
  const { card_codes: codes } = await call('GET', '/demo')
  const { items: cards } = await call('GET', '/cards', { token: buyer })
  if (!cards.some((c) => c.status === 'active' && c.balance_fen > 20_000)) await call('POST', '/cards/claim', { token: buyer, body: { code: codes[1] } }).catch(() => undefined)
}

/** A discount, and a province to which nothing is sent. The second journey finds both. */
async function setPrices(seller) {
  const { page } = seller
  await page.goto('/coop/pricing')
  await seller.at('freight-template').first().waitFor()
  await seller.at('promotion-form').waitFor()
  await seller.settled()
  if (!(await seller.at('promotion').count())) {
    await addPromotion(seller)
    await refuseProvince(seller)
  }
  await seller.look('pricing')
}

async function addPromotion(seller) {
  await seller.fill('promotion-over', '10')
  await seller.fill('promotion-off', '10')
  await seller.at('promotion-add').click()
  await seller.page.locator('[aria-invalid="true"]').first().waitFor()
  await seller.fill('promotion-off', '1.50')
  await seller.at('promotion-add').click()
  await seller.at('promotion').first().waitFor()
}

async function refuseProvince(seller) {
  const { page } = seller
  await seller.at('freight-edit').first().click()
  await seller.at('zone-add').click()
  await seller.at('freight-save').click()
  await page.getByRole('alert').filter({ hasText: '省份' }).first().waitFor()
  await page.locator('label', { hasText: /^西藏$/ }).first().click()
  await seller.at('zone-undeliverable').first().check()
  await seller.look('pricing-edit')
  await seller.at('freight-save').click()
  await seller.at('freight-form').waitFor({ state: 'detached' })
  await page.getByText('不发货').first().waitFor()
}

async function giveAddress(buyer, province) {
  const another = buyer.at('new-address')
  const form = buyer.at('address-form')
  await another.or(form).first().waitFor()
  if (await another.isVisible()) await another.click()
  const fields = { name: '林小满', phone: '13812345678', province, city: '某市', district: '某区', detail: '某路 1 号' }
  for (const [name, text] of Object.entries(fields)) await buyer.fill(`address-${name}`, text)
  await buyer.at('save-address').click()
}

/** Freight and discount come with the address; what is not sent there is marked. */
async function buy(buyer) {
  const { page } = buyer
  await page.goto('/checkout')
  await giveAddress(buyer, '西藏自治区')
  await buyer.at('undeliverable').first().waitFor()
  await buyer.look('undeliverable')
  check(await buyer.at('pay').isDisabled(), 'what cannot be sent can be paid')
  // The refusal is the program's answer, not a fault of the page.
  buyer.faults = buyer.faults.filter((fault) => !fault.includes('409'))
  await giveAddress(buyer, '湖南省')
  await buyer.at('quote-total').waitFor()
  check((await buyer.at('quote-discount').innerText()).includes('1.50'), 'the discount is not in the quote')
  const total = (await buyer.at('quote-total').innerText()).trim()
  await buyer.look('checkout-quote')
  await buyer.at('pay').dblclick({ noWaitAfter: true })
  await page.waitForURL(/\/orders\/\d+$/)
  check((await buyer.at('order-total').innerText()).trim() === total, 'the order costs something else than the quote said')
  return page.url().split('/').pop()
}

async function openPart(seller, orderId) {
  await seller.page.goto('/coop/orders')
  await seller.at('part-row').first().waitFor()
  await seller.look('coop-orders')
  await seller.at('part-row').first().click()
  await seller.at('ship-form').waitFor()
  await seller.page.getByText(orderId).waitFor()
}

/** Two parcels: one unit, then the rest. A double tap sends one. */
async function ship(seller) {
  await seller.at('ship-submit').click()
  await seller.page.locator('[aria-invalid="true"]').first().waitFor()
  await seller.at('ship-some').check()
  const line = seller.at('ship-line').first()
  while (Number(await line.locator('input').inputValue()) > 1) await line.getByTestId('less').click()
  await seller.fill('tracking-no', 'YZ 1000 0001')
  await seller.look('ship')
  await seller.at('ship-submit').dblclick({ noWaitAfter: true })
  await seller.page.locator('[data-testid="part-status"][data-status="partly_shipped"]').waitFor()
  check((await seller.at('parcel').count()) === 1, 'a double tap sent two parcels')
  await seller.at('carrier').selectOption('')
  await seller.fill('carrier-other', '山里快运')
  await seller.fill('tracking-no', 'SL-2')
  await seller.at('ship-submit').click()
  await seller.page.locator('[data-testid="part-status"][data-status="shipped"]').waitFor()
  check((await seller.at('parcel').count()) === 2, 'there are not two parcels')
  await seller.look('shipped')
}

async function receiveAndAsk(buyer, orderId) {
  const { page } = buyer
  await page.goto(`/orders/${orderId}`)
  await buyer.at('parcel').nth(1).waitFor()
  await buyer.look('order-parcels')
  await buyer.at('receive').click()
  await buyer.at('confirm').click()
  await page.locator('[data-testid="order-part"][data-status="received"]').waitFor()
  await buyer.at('ask-refund').click()
  const line = buyer.at('refund-line').first()
  while (Number(await line.locator('input').inputValue()) > 1) await line.getByTestId('less').click()
  await buyer.fill('refund-reason', '有一袋破了')
  await buyer.look('ask-refund')
  await buyer.at('refund-submit').dblclick({ noWaitAfter: true })
  await page.locator('[data-testid="refund-record"][data-status="requested"]').waitFor()
  check((await buyer.at('refund-record').count()) === 1, 'a double tap asked twice')
  await buyer.look('refund-asked')
}

async function decide(seller, verb, step) {
  await seller.page.goto('/coop/orders?tab=refunds')
  await seller.at('part-row').first().waitFor()
  await seller.look(`${step}-list`)
  await seller.at('part-row').first().click()
  await seller.at(`refund-${verb}`).click()
  await seller.at('refund-effect').waitFor()
  await seller.look(step)
  await seller.at('confirm').dblclick({ noWaitAfter: true })
}

async function sendBack(buyer, orderId) {
  const { page } = buyer
  await page.goto(`/orders/${orderId}`)
  await buyer.at('send-back').waitFor()
  await buyer.look('send-back')
  await buyer.fill('tracking-no', 'BACK-1')
  await buyer.at('send-back-submit').click()
  await page.locator('[data-testid="refund-record"][data-status="returned"]').waitFor()
}

async function seeRefund(buyer, orderId) {
  await buyer.page.goto(`/orders/${orderId}`)
  await buyer.page.locator('[data-testid="refund-record"][data-status="refunded"]').waitFor()
  await buyer.look('refunded')
}

async function giveBack(seller) {
  await seller.at('give-back').click()
  await seller.at('give-line').first().getByTestId('more').click()
  await seller.fill('give-reason', '少发了一件')
  await seller.look('give-back')
  await seller.at('give-submit').dblclick({ noWaitAfter: true })
  await seller.at('refund-case').nth(1).waitFor()
  check((await seller.page.locator('[data-testid="refund-case"][data-status="refunded"]').count()) === 2, 'a double tap gave back twice')
  await seller.look('part-refunds')
}

async function journey(browser, size, goodsComeBack) {
  console.log(`${size.width}x${size.height}`)
  await fillCart()
  const buyer = await Buyer.open(browser, { ...size, baseURL, folder: `${folder}/fulfilment` })
  const seller = await Buyer.open(browser, { ...size, baseURL, folder: `${folder}/fulfilment` })
  seller.label += '-coop'
  try {
    await signIn(seller, people.seller, '/coop/orders')
    await setPrices(seller)
    await signIn(buyer, people.buyer, '/cart')
    const orderId = await buy(buyer)
    await openPart(seller, orderId)
    await ship(seller)
    await receiveAndAsk(buyer, orderId)
    if (goodsComeBack) {
      await decide(seller, 'approveLater', 'approve-later')
      await seller.page.locator('[data-testid="refund-case"][data-status="approved"]').waitFor()
      await sendBack(buyer, orderId)
      await decide(seller, 'accept', 'accept')
    } else {
      await decide(seller, 'approveNow', 'approve-now')
    }
    await seller.page.locator('[data-testid="refund-case"][data-status="refunded"]').waitFor()
    await seeRefund(buyer, orderId)
    await giveBack(seller)
  } catch (error) {
    for (const one of [buyer, seller]) await one.page.screenshot({ path: `${folder}/${one.label}-fulfilment-failed.png`, fullPage: true }).catch(() => undefined)
    throw new Error(`${error.message}\n${[...buyer.faults, ...seller.faults].join('\n')}`, { cause: error })
  }
  await buyer.close()
  await seller.close()
}

const browser = await launch()
try {
  await journey(browser, { width: 360, height: 800 }, false)
  await journey(browser, { width: 1280, height: 900 }, true)
  console.log('fulfilment: passed')
} finally {
  await browser.close()
}
