// An order that no card pays: the payment page of the demo, a lost try, a late payment that goes back.
//   BASE_URL=http://127.0.0.1:8080 OUT_DIR=shots node e2e/payment.mjs
import { Buyer, check, launch } from './browser.mjs'

const baseURL = process.env.BASE_URL
const folder = process.env.OUT_DIR
if (!baseURL || !folder) {
  console.error('BASE_URL and OUT_DIR must be set')
  process.exit(2)
}

async function order(buyer) {
  const { page } = buyer
  await page.goto('/')
  await buyer.at('product-card').filter({ hasNotText: '已售完' }).first().click()
  await buyer.at('add-to-cart').click()
  await buyer.at('go-cart').click()
  await buyer.at('cart-line').first().waitFor()
  await buyer.at('go-checkout').click()
  const account = page.locator('[data-testid="demo-account"][data-role="buyer"]')
  const cards = buyer.at('card-option').first()
  await account.or(cards).first().waitFor()
  if (await account.isVisible()) await account.click()
  await cards.waitFor()
  await giveAddress(buyer)
  for (const box of await buyer.at('card-option').getByRole('checkbox').all()) await box.uncheck()
  await buyer.at('tender-option').first().waitFor()
  await buyer.look('tenders')
  await buyer.at('pay').click()
  await page.waitForURL(/\/pay\/\d+/)
  await buyer.at('demo-amount').waitFor()
}

async function giveAddress(buyer) {
  const known = buyer.at('address-option').first()
  const form = buyer.at('address-form')
  await known.or(form).first().waitFor()
  if (await known.isVisible()) return
  const values = { name: '林小满', phone: '13812345678', province: '湖南省', city: '长沙市', district: '岳麓区', detail: '麓山南路 1 号' }
  for (const [name, value] of Object.entries(values)) await buyer.fill(`address-${name}`, value)
  await buyer.at('save-address').click()
  await known.waitFor()
}

async function payOnce(buyer) {
  await order(buyer)
  await buyer.look('pay')
  await buyer.at('demo-back').click()
  await buyer.at('payment-due').waitFor()
  await buyer.look('payment-due')
  await buyer.at('pay-now').click()
  await buyer.at('demo-once').click()
  await buyer.at('demo-outcome').filter({ hasText: '已支付' }).waitFor()
  await buyer.look('pay-done')
  await buyer.at('demo-back').click()
  await buyer.at('order-share').waitFor()
  check((await buyer.at('order-status').innerText()).includes('已支付'), 'the order is not paid')
  await buyer.look('order-paid')
}

async function payLate(buyer) {
  await order(buyer)
  await buyer.at('demo-late').click()
  await buyer.at('demo-outcome').filter({ hasText: '退回' }).waitFor()
  await buyer.at('demo-back').click()
  await buyer.at('cancel').click()
  await buyer.at('cancel-confirm').click()
  await buyer.at('order-status').filter({ hasText: '已取消' }).waitFor()
  await buyer.look('given-up')
}

const browser = await launch()
try {
  for (const [width, height, dark] of [[360, 780, true], [1280, 800, false]]) {
    const buyer = await Buyer.open(browser, { width, height, baseURL, folder })
    if (dark) await buyer.page.emulateMedia({ colorScheme: 'dark' })
    await payOnce(buyer)
    await payLate(buyer)
    await buyer.close()
    console.log(`paid at ${width}x${height}`)
  }
} finally {
  await browser.close()
}
