// A browser that looks at the console of a started server.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'

/** Where Debian, and others, install it; `CHROMIUM` names another. */
const places = [
  process.env.CHROMIUM,
  ...['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].flatMap((name) =>
    ['/usr/bin', '/usr/local/bin', '/snap/bin'].map((folder) => join(folder, name)),
  ),
]

/** The program of the browser; undefined where none is installed. */
export const browserPath = places.find((path) => path !== undefined && path !== '' && existsSync(path))

/** Said by the tests that need it. */
export const where = 'runs where Chromium is installed'

let browser: Promise<Browser> | undefined

const launched = (): Promise<Browser> => {
  browser ??= chromium.launch({
    executablePath: browserPath ?? '',
    // Its own sandbox needs rights that a container rarely has; what it shows is ours.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  })
  return browser
}

export const closeBrowser = async (): Promise<void> => {
  await (await browser)?.close()
  browser = undefined
}

export interface Look {
  page: Page
  /** What went wrong in the page: errors of scripts, and what its policy forbade. */
  problems: string[]
}

/** Opens a page of its own, as a person with a browser of their own has it. It is closed when the test ends. */
export const look = async (address: string, options: BrowserContextOptions = {}): Promise<Look> => {
  const context = await (await launched()).newContext({ viewport: { width: 1280, height: 800 }, ...options })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    // A 404 that a test asks for is no problem, and a lost server is one of the tests.
    if (
      message.type() === 'error' &&
      !/Failed to load resource|ERR_CONNECTION|WebSocket/.test(message.text())
    )
      problems.push(message.text())
  })
  await page.goto(address)
  return { page, problems }
}

/** A card takes no key and no click before it has been at rest for half a second. */
export const rest = (page: Page): Promise<void> => page.waitForTimeout(700)
