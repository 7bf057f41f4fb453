// A cooperative's way from registering to admission, by the hands of three people, on a phone and on a desk.
//   BASE_URL=http://127.0.0.1:8080 OUT_DIR=shots node e2e/admission.mjs
import { Buyer, check, launch } from './browser.mjs'
import { baseURL, folder, password, people, signIn } from './demo.mjs'

const { county, federation } = people

/** A credit code that nobody has applied with: GB 32100, check character computed apart from the page's own code. */
function newCreditCode() {
  const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'
  const first = `93431322MA${Array.from({ length: 7 }, () => alphabet[Math.floor(Math.random() * 31)]).join('')}`
  let weight = 1
  let sum = 0
  for (const c of first) {
    sum += alphabet.indexOf(c) * weight
    weight = (weight * 3) % 31
  }
  return first + alphabet[(31 - (sum % 31)) % 31]
}

const newPhone = () => `137${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`
async function register(person, phone) {
  const { page } = person
  await page.goto('/org/apply')
  await page.waitForURL(/\/sign-in\?back=/)
  await person.at('mode-register').click()
  await person.fill('register-phone', phone)
  await person.fill('register-name', '奉小山')
  await person.fill('register-password', password)
  await person.at('register-agree').check()
  await person.look('register')
  await person.at('register-submit').click()
  await page.waitForURL('**/org/apply')
}

async function fillBasics(person, form) {
  const { page } = person
  await person.at('kind-cooperative').check()
  await person.at('apply-next').click()
  await person.look('apply-missing')
  check((await page.locator('[aria-invalid="true"]').count()) === 4, 'not every missing field is named at once')
  await person.fill('org-name', form.name)
  // A wrong last character is told while one types.
  const wrong = form.code.slice(0, -1) + (form.code.endsWith('0') ? '1' : '0')
  await person.at('credit-code').pressSequentially(wrong.toLowerCase())
  await page.getByText('最后一位对不上').waitFor()
  await person.fill('credit-code', form.code)
  await page.getByText('代码校验通过').waitFor()
  await person.fill('contact-name', '奉小山')
  await person.fill('contact-phone', form.phone)
}

/** What was typed survives a reload, also in the middle. */
async function reloadKeeps(person, form) {
  const { page } = person
  await page.reload()
  await person.at('org-name').waitFor()
  check((await person.at('org-name').inputValue()) === form.name, 'the draft was lost by a reload')
  check((await person.at('credit-code').inputValue()) === form.code, 'the credit code was lost by a reload')
  await person.look('apply-basics')
  await person.at('apply-next').click()
}

async function pickVillage(person) {
  const { page } = person
  await person.at('village-search').waitFor()
  const answer = await fetch(new URL('/api/v1/villages?limit=1', baseURL))
  const [village] = (await answer.json()).items
  await person.fill('village-search', village.name)
  await person.at('village-result').first().click()
  await person.at('picked-village').first().waitFor()
  await person.look('apply-villages')
  await person.at('apply-next').click()
  await page.getByTestId('documents-business_licence').waitFor()
}

async function addDocument(person) {
  const licence = person.at('documents-business_licence')
  await person.at('apply-next').click()
  await person.at('documents-missing').waitFor()
  // Any real picture will do: the page's own.
  const buffer = await person.page.screenshot()
  await licence.getByTestId('file-input').setInputFiles({ name: '营业执照.png', mimeType: 'image/png', buffer })
  await licence.getByTestId('document').waitFor()
  await person.look('apply-documents')
  await person.at('apply-next').click()
}

async function submit(person, form) {
  const { page } = person
  await person.at('apply-submit').waitFor()
  await person.look('apply-check')
  const made = []
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/api/v1/organisations')) made.push(request.url())
  })
  // A double tap makes one application.
  await person.at('apply-submit').dblclick({ noWaitAfter: true })
  await page.waitForURL(/\/org\/\d+$/)
  await person.at('org-status').first().waitFor()
  check(made.length === 1, `${made.length} applications were made by a double tap`)
  check((await person.at('org-status').first().getAttribute('data-status')) === 'submitted', 'the application is not shown as submitted')
  check((await page.locator('h1').innerText()).includes(form.name), 'the page does not name the organisation')
  await person.look('org-submitted')
  return page.url().split('/').pop()
}

/** An operator finds the application in the list, looks at it and decides. */
async function decide(browser, size, { phone, verb, from, to, form, orgId, step }) {
  const person = await Buyer.open(browser, { ...size, baseURL, folder })
  const { page } = person
  try {
    await signIn(person, phone, '/ops')
    await person.at('queue').first().waitFor()
    await person.look(`${step}-desk`)
    await page.goto(`/ops/organisations?status=${from}&q=${encodeURIComponent(form.code)}`)
    await person.at('ops-organisation').filter({ hasText: form.name }).click()
    await page.waitForURL(`**/ops/organisations/${orgId}`)
    await person.at(`decide-${verb}`).waitFor()
    await person.look(`${step}-organisation`)
    await person.at(`decide-${verb}`).click()
    await person.at('changes').waitFor()
    await person.fill('reason', '材料齐全，产地属实')
    await person.look(`${step}-reason`)
    await person.at('confirm').dblclick({ noWaitAfter: true })
    await page.locator(`[data-testid="org-status"][data-status="${to}"]`).first().waitFor()
    await person.look(`${step}-done`)
    check((await person.at(`decide-${verb}`).count()) === 0, `${verb} is still offered after it was done`)
  } catch (error) {
    await page.screenshot({ path: `${folder}/${person.label}-${step}-failed.png`, fullPage: true }).catch(() => undefined)
    throw new Error(`${step}: ${error.message}\n${person.faults.join('\n')}`, { cause: error })
  }
  await person.close()
}

/** Messages come through the outbox: they may take a moment, so the inbox is asked again until they are there. */
async function findMessage(person, orgId) {
  const { page } = person
  for (let tries = 0; tries < 20; tries++) {
    await page.goto('/inbox')
    await person.settled()
    const unread = person.at('message')
    for (let i = 0; i < (await unread.count()); i++) {
      await unread.nth(i).locator('summary').click()
      const link = unread.nth(i).getByTestId('message-link')
      if ((await link.count()) && (await link.getAttribute('href'))?.endsWith(`/${orgId}`)) return link
    }
    await page.waitForTimeout(500)
  }
  throw new Error('no message about the application came into the inbox')
}

async function seeAdmission(person, form, orgId) {
  const { page } = person
  const link = await findMessage(person, orgId)
  await person.look('inbox')
  await link.click()
  await page.waitForURL(`**/org/${orgId}`)
  await page.locator('[data-testid="org-status"][data-status="admitted"]').first().waitFor()
  // Handed in, recommended, admitted: the history shows each step.
  await person.at('org-event').nth(2).waitFor()
  await person.look('org-admitted')
  await person.at('contact-open').click()
  await person.fill('contact-name', '邹大山')
  await person.fill('contact-phone', newPhone())
  await person.look('org-contact')
  await person.at('contact-save').click()
  await page.getByText('邹大山').first().waitFor()
  await page.goto('/account')
  await person.at('my-organisation').filter({ hasText: form.name }).waitFor()
  await person.look('account')
  for (const place of ['members', 'payee']) {
    await page.goto(`/org/${orgId}/${place}`)
    await person.look(`org-${place}`)
  }
  await page.goto('/ops')
  await person.at('not-yours').waitFor()
  await person.look('not-yours')
}

/** The narrowest and the widest screen of the promise: nothing scrolls sideways. */
async function stretch(person, orgId) {
  const { page } = person
  const size = page.viewportSize()
  for (const width of [320, 1440]) {
    await page.setViewportSize({ width, height: size.height })
    for (const path of ['/account', '/account/security', '/account/privacy', '/inbox', '/org/apply', `/org/${orgId}`, `/org/${orgId}/members`, `/org/${orgId}/payee`, '/villages']) {
      await page.goto(path)
      await person.settled()
      await person.measure(`${path} at ${width} px`)
    }
  }
  await page.setViewportSize(size)
}

/** The county invites a village's first head and asks for its account, which then waits for a second person. */
async function leadCollective(browser, size, villageId) {
  const person = await Buyer.open(browser, { ...size, baseURL, folder })
  const { page } = person
  try {
    await signIn(person, county, '/ops')
    await page.goto(`/ops/villages/${villageId}`)
    await person.fill('head-phone', newPhone())
    await person.at('head-invite').click()
    await person.at('head-revoke').waitFor()
    await person.fill('payee-holder', '油溪乡村账代理中心')
    await person.fill('payee-bank', '新化农商银行')
    await person.fill('payee-number', '43100000000012345')
    await person.at('payee-agency').check()
    await person.fill('payee-reason', '村账镇管')
    await person.at('payee-ask').click()
    await person.at('approval').first().waitFor()
    await person.look('collective')
  } catch (error) {
    await page.screenshot({ path: `${folder}/${person.label}-collective-failed.png`, fullPage: true }).catch(() => undefined)
    throw new Error(`collective: ${error.message}\n${person.faults.join('\n')}`, { cause: error })
  }
  await person.close()
}

async function admit(browser, size, villageId) {
  console.log(`${size.width}x${size.height}`)
  const phone = newPhone()
  const code = newCreditCode()
  const form = { name: `云上坪种养专业合作社${code.slice(-4)}`, code, phone }
  const person = await Buyer.open(browser, { ...size, baseURL, folder })
  try {
    await register(person, phone)
    await fillBasics(person, form)
    await reloadKeeps(person, form)
    await pickVillage(person)
    await addDocument(person)
    const orgId = await submit(person, form)
    await decide(browser, size, { phone: county, verb: 'recommend', from: 'submitted', to: 'recommended', form, orgId, step: 'county' })
    await decide(browser, size, { phone: federation, verb: 'approve', from: 'recommended', to: 'admitted', form, orgId, step: 'federation' })
    await seeAdmission(person, form, orgId)
    await leadCollective(browser, size, villageId)
    await stretch(person, orgId)
  } catch (error) {
    await person.page.screenshot({ path: `${folder}/${person.label}-failed.png`, fullPage: true }).catch(() => undefined)
    throw new Error(`${error.message}\n${person.faults.join('\n')}`, { cause: error })
  }
  await person.close()
}

const browser = await launch()
try {
  const { items: places } = await (await fetch(new URL('/api/v1/villages?limit=2', baseURL))).json()
  await admit(browser, { width: 360, height: 800 }, places[0].id)
  await admit(browser, { width: 1280, height: 900 }, places[1].id)
  console.log('admission: passed')
} finally {
  await browser.close()
}
