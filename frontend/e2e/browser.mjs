import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { chromium } from 'playwright-core'

const flags = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync']

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: flags })
}

export function check(truth, words) {
  if (!truth) throw new Error(words)
}

/** A buyer's own browser at one size: every fault that it meets is kept and told at the end. */
export class Buyer {
  constructor(context, page, label, folder) {
    Object.assign(this, { context, page, label, folder, faults: [], shots: 0 })
    page.on('pageerror', (error) => this.faults.push(`page error: ${error.message}`))
    page.on('console', (message) => {
      // Outside demo mode GET /demo answers 404, which the browser writes to the console by itself.
      if (message.type() === 'error' && !message.location().url.endsWith('/api/v1/demo')) this.faults.push(`console: ${message.text()} ${message.location().url}`)
    })
    page.on('requestfailed', (request) => {
      if (request.failure()?.errorText !== 'net::ERR_ABORTED') this.faults.push(`request failed: ${request.url()}`)
    })
  }

  static async open(browser, { width, height, baseURL, folder }) {
    mkdirSync(folder, { recursive: true })
    const phone = width < 760
    const context = await browser.newContext({ baseURL, viewport: { width, height }, hasTouch: phone, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' })
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    return new Buyer(context, page, `${width}x${height}`, folder)
  }

  at(id) {
    return this.page.getByTestId(id)
  }

  async fill(id, text) {
    await this.at(id).fill(text)
  }

  /** Waits until nothing is loading any more. */
  async settled() {
    await this.page.waitForSelector('main h1')
    await this.page.waitForFunction(() => document.querySelectorAll('[aria-busy="true"], .skeleton').length === 0)
  }

  async measure(step) {
    const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    if (wide > 0) this.faults.push(`${step}: ${wide} px wider than the screen`)
  }

  /** Looks at the page as it stands: a picture, no sideways scrolling, no serious axe finding. */
  async look(step) {
    await this.settled()
    await this.page.evaluate(() => Promise.all(Array.from(document.images, (image) => image.loading === 'lazy' && !image.complete ? null : image.decode().catch(() => null))))
    const name = `${this.label}-${String(++this.shots).padStart(2, '0')}-${step}.png`
    await this.page.screenshot({ path: join(this.folder, name), fullPage: true })
    await this.measure(step)
    // Without frames of other origins the legacy mode finds the same, in a third of the time.
    const { violations } = await new AxeBuilder({ page: this.page }).setLegacyMode(true).options({ resultTypes: ['violations'] }).analyze()
    for (const found of violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')) {
      this.faults.push(`${step}: axe ${found.id}: ${found.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(' | ')}`)
    }
    console.log(`  ${name}`)
  }

  async close() {
    await this.context.close()
    check(this.faults.length === 0, `${this.label}:\n  ${this.faults.join('\n  ')}`)
  }
}
