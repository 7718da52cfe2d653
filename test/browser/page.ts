// A browser that looks at the console of a started server.
import type { BrowserContextOptions, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { launched } from './browser'

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
