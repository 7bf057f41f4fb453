import { randomUUID } from 'node:crypto'
import { check } from './browser.mjs'

// The program that a journey looks at, and the people whom its demo data knows.
export const baseURL = process.env.BASE_URL
export const folder = process.env.OUT_DIR
if (!baseURL || !folder) {
  console.error('BASE_URL and OUT_DIR must be set')
  process.exit(2)
}

export const password = 'zique-demo-2026'
export const people = { buyer: '13900000001', seller: '13900000002', secretary: '13900000003', county: '13900000004', federation: '13900000005', liaison: '13900000006', finance: '13900000007', auditor: '13900000008' }

/** Asks the program directly for what is not the journey's subject. */
export async function call(method, path, { token, body, keyed } = {}) {
  const answer = await fetch(new URL(`/api/v1${path}`, baseURL), {
    method, body: body && JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }), ...(keyed && { 'Idempotency-Key': randomUUID() }) },
  })
  check(answer.ok, `${method} ${path} answered ${answer.status}: ${answer.ok ? '' : await answer.text()}`)
  return answer.json()
}

export const tokenOf = async (phone) => (await call('POST', '/auth/login', { body: { phone, password } })).access_token

export async function signIn(person, phone, back) {
  const { page } = person
  await page.goto(`/sign-in?back=${encodeURIComponent(back)}`)
  await person.fill('login-phone', phone)
  await person.fill('login-password', password)
  await person.at('login-submit').click()
  await page.waitForURL((url) => url.pathname === back)
}
