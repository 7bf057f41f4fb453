// A sale's money, by those to whom it goes and those who send it: what is pending and available, the payee account,
// statements that are disputed, answered and confirmed, a collective's shares, and the books as the auditor reads them.
// The program must let sales become available at once: ZIQUE_CLOSE_AFTER=1s.
//   BASE_URL=http://127.0.0.1:8080 OUT_DIR=shots node e2e/settlement.mjs
// A new payee account rests for 72 hours, so a journey ends at the refusal to pay before: the approval of a payout, its
// file, the bank's reference and the closing are tried over HTTP only.
import { Buyer, check, launch } from './browser.mjs'
import { baseURL, call, folder, people, signIn, tokenOf } from './demo.mjs'

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms) })

async function until(what, asked) {
  for (const end = Date.now() + 30_000; Date.now() < end; await pause(200)) {
    const answer = await asked()
    if (answer) return answer
  }
  throw new Error(`${what} did not come`)
}

const orgOf = async (token, kind) => (await call('GET', '/me', { token })).memberships.find((m) => m.kind === kind)?.org_id

/** Something of the demo's cooperative is bought by card, sent and received; its money is then available. */
async function sell() {
  const [buyer, seller] = await Promise.all([tokenOf(people.buyer), tokenOf(people.seller)])
  const cooperative = await orgOf(seller, 'cooperative')
  const before = await call('GET', '/coop/money', { token: seller })
  const { items } = await call('GET', `/products?limit=100&cooperative_id=${cooperative}`)
  const product = items.filter((p) => p.stock > 20).sort((a, b) => a.price_fen - b.price_fen)[0]
  const { skus } = await call('GET', `/products/${product.id}`)
  const sku = skus.find((s) => s.stock > 5)
  const address = await call('POST', '/addresses', { token: buyer, body: { name: '林小满', phone: '13812345678', province: '湖南省', city: '长沙市', district: '岳麓区', detail: '麓山南路 1 号' } })
  const cards = (await call('GET', '/cards', { token: buyer })).items.filter((c) => c.status === 'active' && c.balance_fen > 10_000)
  const order = await call('POST', '/orders', { token: buyer, keyed: true, body: { items: [{ sku_id: sku.id, quantity: 2, price_fen: sku.price_fen }], address_id: address.id, card_ids: [cards[0].id] } })
  await call('POST', `/coop/orders/${order.sub_orders[0].id}/shipments`, { token: seller, keyed: true, body: { carrier: '邮政', tracking_no: 'EMS-1' } })
  await call('POST', `/orders/${order.id}/receipt`, { token: buyer })
  await until('the money of the sale', async () => (await call('GET', '/coop/money', { token: seller })).available_fen > before.available_fen)
  return { cooperative, order, village: order.lines[0].village_id }
}

/** The demo's liaison heads the collective whose village the goods came from. */
async function lead(village) {
  const [head, county] = await Promise.all([tokenOf(people.liaison), tokenOf(people.county)])
  const known = await orgOf(head, 'village_collective')
  if (known) return known
  const { collective_id: collective } = await call('GET', `/villages/${village}`)
  const invitation = await call('POST', `/ops/collectives/${collective}/invitations`, { token: county, body: { phone: people.liaison } })
  await call('POST', `/invitations/${invitation.id}/accept`, { token: head })
  return collective
}

async function askPayee(seller, cooperative) {
  const { page } = seller
  await signIn(seller, people.seller, `/org/${cooperative}/money`)
  await seller.at('money').waitFor()
  await seller.look('money')
  await page.goto(`/org/${cooperative}/payee`)
  await seller.at('payee-ask').click()
  check((await page.locator('[aria-invalid="true"]').count()) === 3, 'not every missing field of the account is named')
  await seller.look('payee-missing')
  await seller.fill('payee-bank', '新化农商银行水车支行')
  await seller.fill('payee-number', `6222 0212 3456 ${String(Date.now()).slice(-4)}`)
  await seller.fill('payee-reason', '新开的对公账户')
  await seller.at('payee-ask').click()
  await seller.at('approval').waitFor()
  check((await seller.at('approval-approve').count()) === 0, 'one may approve one’s own request')
  await seller.look('payee-asked')
}

/** Nobody else of the cooperative could confirm, so an operator does. */
async function approvePayee(desk) {
  await signIn(desk, people.federation, '/ops/approvals')
  await desk.at('approval-approve').first().click()
  await desk.at('confirm').waitFor()
  await desk.look('payee-approve')
  await desk.at('confirm').dblclick({ noWaitAfter: true })
  await desk.at('approval-approve').waitFor({ state: 'detached' })
}

async function beginSettlement(desk) {
  const { page } = desk
  await signIn(desk, people.county, '/ops/settlements')
  await desk.look('settlements')
  await desk.fill('settlement-note', '赶集前付一批')
  await desk.at('settlement-begin').dblclick({ noWaitAfter: true })
  await page.waitForURL(/\/ops\/settlements\/\d+$/)
  const run = page.url().split('/').pop()
  await desk.at('statement').first().waitFor()
  await desk.look('settlement')
  return run
}

async function openStatement(seller, cooperative) {
  await seller.page.goto(`/org/${cooperative}/payee`)
  await seller.at('payee-cooling').waitFor()
  await seller.look('payee-cooling')
  await seller.page.goto(`/org/${cooperative}/money`)
  await seller.at('statement').first().getByRole('link').click()
  await seller.at('statement-item').first().waitFor()
  await seller.look('statement')
}

async function dispute(seller, desk, run) {
  await seller.at('statement-dispute').click()
  await seller.at('confirm').click()
  await seller.page.locator('[aria-invalid="true"]').waitFor()
  await seller.fill('reason', '运费少算了一单')
  await seller.look('dispute')
  await seller.at('confirm').dblclick({ noWaitAfter: true })
  await seller.page.locator('[data-testid="statement-head"][data-status="disputed"]').waitFor()
  await desk.page.goto('/ops/settlements/statements?status=disputed')
  await desk.at('statement').first().getByRole('link').click()
  await desk.at('statement-answer').click()
  await desk.fill('reason', '这单的运费在下一期')
  await desk.look('answer')
  await desk.at('confirm').dblclick({ noWaitAfter: true })
  await desk.page.locator('[data-testid="statement-head"][data-status="issued"]').waitFor()
  await seller.page.reload()
  await seller.at('statement-confirm').waitFor()
  await seller.look('answered')
  await desk.page.goto(`/ops/settlements/${run}`)
}

async function confirm(seller) {
  await seller.at('statement-confirm').click()
  await seller.at('confirm').waitFor()
  await seller.look('confirm')
  await seller.at('confirm').dblclick({ noWaitAfter: true })
  await seller.page.locator('[data-testid="statement-head"][data-status="confirmed"]').waitFor()
  await seller.page.getByText('收款账户还在安全等待期').waitFor()
  await seller.look('confirmed')
}

/** The only confirmed statement waits for its account, and the page says so instead of paying. */
async function askTooEarly(desk) {
  await desk.page.reload()
  await desk.page.getByText('收款账户还在安全等待期').first().waitFor()
  await desk.at('payout-ask').click()
  await desk.fill('reason', '赶集前付一批')
  await desk.at('confirm').click()
  await desk.page.getByRole('alert').filter({ hasText: '现在没有可以付的结算单' }).waitFor()
  await desk.look('payout-too-early')
  // The refusal is the program's answer, not a fault of the page.
  desk.faults = desk.faults.filter((fault) => !fault.includes('409'))
}

/** After a refund the account holds less than the statement, which is then part of the next. */
async function carry(desk, seller, order, cooperative) {
  const { sub_orders: [part], lines: [line] } = order
  await call('POST', `/coop/orders/${part.id}/refunds`, { token: await tokenOf(people.seller), keyed: true, body: { reason: '坏果', lines: [{ line_id: line.id, quantity: 1 }] } })
  await desk.page.reload()
  await desk.at('statement').filter({ hasText: '已确认' }).getByRole('link').click()
  await desk.at('statement-carry').click()
  await desk.fill('reason', '之后退了一件，和下一张一起付')
  await desk.look('carry')
  await desk.at('confirm').dblclick({ noWaitAfter: true })
  await desk.page.locator('[data-testid="statement-head"][data-status="carried"]').waitFor()
  await desk.look('carried')
  await seller.page.goto(`/org/${cooperative}/money`)
  await seller.page.getByText('和下一张结算单一起付').waitFor()
  await seller.look('money-carried')
}

async function readShares(head, collective) {
  await signIn(head, people.liaison, `/org/${collective}/money`)
  await head.at('share').first().waitFor()
  await head.look('village-money')
  await head.at('statement').first().getByRole('link').click()
  await head.at('statement-item').first().waitFor()
  await head.look('village-statement')
}

async function readBooks(auditor, run) {
  const { page } = auditor
  await signIn(auditor, people.auditor, '/ops/ledger')
  await auditor.at('ledger-account').first().waitFor()
  await auditor.look('ledger')
  await auditor.fill('ledger-q', 'cooperative:')
  await auditor.at('ledger-find').click()
  await page.waitForURL(/q=cooperative/)
  await auditor.at('ledger-account').filter({ hasText: '可提' }).getByRole('link').first().click()
  await auditor.at('ledger-line').first().getByRole('link').waitFor()
  check(!(await page.locator('h1').innerText()).includes(':'), 'the account is called by its code')
  await auditor.look('ledger-account')
  await auditor.at('ledger-line').first().getByRole('link').click()
  await auditor.at('ledger-entry').first().waitFor()
  await auditor.look('ledger-transaction')
  await page.goto(`/ops/settlements/${run}`)
  await auditor.at('statement').first().waitFor()
  check((await auditor.at('payout-ask').count()) === 0, 'an auditor is offered to pay')
  await auditor.look('settlement-read')
}

async function journey(browser, size, disputes) {
  console.log(`${size.width}x${size.height}`)
  const { cooperative, order, village } = await sell()
  const collective = await lead(village)
  const cast = {}
  for (const who of ['seller', 'county', 'federation', 'head', 'auditor']) {
    cast[who] = await Buyer.open(browser, { ...size, baseURL, folder: `${folder}/settlement` })
    cast[who].label += `-${who}`
  }
  const { seller, county, federation, head, auditor } = cast
  try {
    await askPayee(seller, cooperative)
    await approvePayee(federation)
    const run = await beginSettlement(county)
    await openStatement(seller, cooperative)
    if (disputes) await dispute(seller, county, run)
    await confirm(seller)
    await askTooEarly(county)
    if (!disputes) await carry(county, seller, order, cooperative)
    await readShares(head, collective)
    await readBooks(auditor, run)
  } catch (error) {
    for (const one of Object.values(cast)) await one.page.screenshot({ path: `${folder}/${one.label}-settlement-failed.png`, fullPage: true }).catch(() => undefined)
    throw new Error(`${error.message}\n${Object.values(cast).flatMap((one) => one.faults).join('\n')}`, { cause: error })
  }
  for (const one of Object.values(cast)) await one.close()
}

const browser = await launch()
try {
  await journey(browser, { width: 360, height: 800 }, false)
  await journey(browser, { width: 1280, height: 900 }, true)
  console.log('settlement: passed')
} finally {
  await browser.close()
}
