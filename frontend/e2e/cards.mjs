// Aid cards in bulk, by those who buy them, issue them and get them: a chamber's secretary orders 200 cards for named people
// and some with codes, a colleague confirms, two operators take the money in and issue, the people find their cards, and what
// is left over goes back.
//   BASE_URL=http://127.0.0.1:8080 OUT_DIR=shots node e2e/cards.mjs
import { Buyer, check, launch } from './browser.mjs'
import { baseURL, call, folder, people, signIn } from './demo.mjs'

const PEOPLE = 200
const sheet = (rows) => ({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(['姓名,手机号,部门', ...rows].join('\r\n')) })
const day = (offset) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10)

/** The buyer of the demo is the first on the list; nobody else has an account. */
function employees(series) {
  const numbered = Array.from({ length: PEOPLE - 1 }, (_, i) => `员工${i + 2},137${series}${String(i).padStart(5, '0')},${i % 3 ? '生产部' : '行政部'}`)
  return [`林小满,${people.buyer},工会`, ...numbered]
}

async function order(secretary, { face, count, anonymous }) {
  const { page } = secretary
  await page.goto('/ent/card-batches/new')
  if (anonymous) {
    await page.getByLabel('卡的种类').selectOption('anonymous')
    await secretary.fill('batch-until', day(3 * 366 + 30))
  }
  await secretary.fill('batch-face', face)
  await secretary.fill('batch-count', String(count))
  await secretary.at('batch-total').waitFor()
  await secretary.look(anonymous ? 'order-codes' : 'order')
  await secretary.at('batch-order').dblclick({ noWaitAfter: true })
  await page.waitForURL(/\/ent\/card-batches\/\d+$/)
  return page.url().split('/').pop()
}

async function bringPeople(secretary, series) {
  const { page } = secretary
  const file = page.locator('input[type="file"]')
  await file.setInputFiles(sheet(['员工甲,1380000,行政部', '员工乙,13712345678,']))
  await page.getByText('手机号').first().waitFor()
  await secretary.at('import-anew').waitFor()
  await secretary.look('people-wrong')
  await secretary.at('import-anew').click()
  await file.setInputFiles(sheet(employees(series)))
  await secretary.at('import-now').waitFor()
  await secretary.look('people-right')
  await secretary.at('import-now').click()
  await page.getByText(`登记了 ${PEOPLE} 人`).waitFor()
  await page.reload()
  await page.getByText(`已登记 ${PEOPLE} 人`).waitFor()
  await secretary.look('people-listed')
}

async function confirmed(finance, batch) {
  await finance.page.goto(`/ent/card-batches/${batch}`)
  await finance.at('batch-confirm').waitFor()
  await finance.look('confirm')
  await finance.at('batch-confirm').dblclick({ noWaitAfter: true })
  await finance.at('batch-transfer').waitFor()
  await finance.look('transfer')
}

async function fundedAndIssued(county, federation, batch, count) {
  const of = (desk) => desk.at('ops-batch').filter({ hasText: batch })
  await county.page.goto('/ops/card-batches')
  await of(county).getByTestId('batch-fund').click()
  await county.fill('fund-at', `${day(0)}T00:05`)
  await county.fill('fund-payer', '6222021234567890')
  await county.fill('fund-reference', `IN${batch}`)
  await county.look('fund')
  await county.at('confirm').dblclick({ noWaitAfter: true })
  await of(county).getByTestId('batch-issue').waitFor()
  await county.look('funded')
  await federation.page.goto('/ops')
  await federation.settled()
  await federation.look('desk')
  await federation.page.goto('/ops/card-batches?status=awaiting_issue')
  await of(federation).getByTestId('batch-issue').click()
  await federation.at('confirm').waitFor()
  await federation.look('issue')
  await federation.at('confirm').dblclick({ noWaitAfter: true })
  await of(federation).getByTestId('batch-issue').waitFor({ state: 'detached' })
  return count
}

async function handedOut(secretary, buyer, batch) {
  const { page } = secretary
  await buyer.page.goto('/cards')
  await buyer.at('aid-card').first().waitFor()
  await buyer.look('cards')
  await page.goto(`/ent/card-batches/${batch}`)
  await secretary.at('batch-tallies').getByText('工会').waitFor()
  await secretary.at('batch-card').first().waitFor()
  await secretary.look('handed-out')
  await secretary.at('batch-remind').click()
  await page.getByText(`已提醒 ${PEOPLE - 1} 人`).waitFor()
  await page.getByLabel('领取状态').selectOption('claimed')
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="batch-card"]').length === 1)
  await page.getByLabel('领取状态').selectOption('')
  await secretary.at('return-new').click()
  await secretary.fill('return-count', '3')
  await secretary.fill('reason', '三位同事已离职')
  await secretary.look('give-back')
  await secretary.at('confirm').dblclick({ noWaitAfter: true })
  await secretary.at('batch-return').waitFor()
  await secretary.look('given-back')
}

async function exported(secretary, finance, batch) {
  const { page } = secretary
  await page.goto(`/ent/card-batches/${batch}`)
  await page.getByLabel('文件', { exact: true }).selectOption('pdf')
  await secretary.fill('export-password', 'a-long-password')
  await secretary.look('export')
  await secretary.at('export-ask').dblclick({ noWaitAfter: true })
  await secretary.at('batch-export').waitFor()
  await finance.page.goto(`/ent/card-batches/${batch}`)
  await finance.at('export-approve').click()
  const file = finance.at('export-file')
  await file.waitFor()
  const [saved] = await Promise.all([finance.page.waitForEvent('download'), file.click()])
  check(saved.suggestedFilename() === `cards-${batch}.zip`, `the file is called ${saved.suggestedFilename()}`)
  await finance.look('exported')
  await page.reload()
  await secretary.at('card-rekey').first().click()
  await secretary.at('confirm').waitFor()
  await secretary.look('rekey')
  await secretary.at('confirm').dblclick({ noWaitAfter: true })
  await page.getByText('旧领取码已作废').waitFor()
}

async function claimedByLink(buyer) {
  const { card_codes } = await call('GET', '/demo')
  const code = (card_codes ?? [])[0]
  if (!code) return
  await buyer.page.goto(`/claim#${code}`)
  await buyer.at('claim-submit').waitFor()
  check(!buyer.page.url().includes(code), 'the code stays in the address')
  await buyer.look('claim')
}

async function journey(browser, size, series) {
  console.log(`${size.width}x${size.height}`)
  const cast = {}
  for (const who of ['secretary', 'finance', 'county', 'federation', 'buyer']) {
    cast[who] = await Buyer.open(browser, { ...size, baseURL, folder: `${folder}/cards` })
    cast[who].label += `-${who}`
  }
  const { secretary, finance, county, federation, buyer } = cast
  try {
    await signIn(secretary, people.secretary, '/ent/card-batches')
    await secretary.settled()
    await secretary.look('batches')
    await signIn(finance, people.finance, '/ent/card-batches')
    await signIn(county, people.county, '/ops')
    await signIn(federation, people.federation, '/ops')
    await signIn(buyer, people.buyer, '/cards')
    const named = await order(secretary, { face: '100', count: PEOPLE })
    await bringPeople(secretary, series)
    await confirmed(finance, named)
    await fundedAndIssued(county, federation, named)
    await handedOut(secretary, buyer, named)
    const coded = await order(secretary, { face: '50', count: 12, anonymous: true })
    await confirmed(finance, coded)
    await fundedAndIssued(county, federation, coded)
    await exported(secretary, finance, coded)
    await county.page.goto('/ops/cards/returns')
    await county.at('card-return').first().waitFor()
    await county.look('returns')
    await claimedByLink(buyer)
  } catch (error) {
    for (const one of Object.values(cast)) await one.page.screenshot({ path: `${folder}/${one.label}-cards-failed.png`, fullPage: true }).catch(() => undefined)
    throw new Error(`${error.message}\n${Object.values(cast).flatMap((one) => one.faults).join('\n')}`, { cause: error })
  }
  for (const one of Object.values(cast)) await one.close()
}

const browser = await launch()
try {
  await journey(browser, { width: 360, height: 800 }, '001')
  await journey(browser, { width: 1280, height: 900 }, '002')
  console.log('cards: passed')
} finally {
  await browser.close()
}
