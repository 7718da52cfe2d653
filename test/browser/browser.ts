// The browser that is installed here, if one is.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

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

export const launched = (): Promise<Browser> => {
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
