// The page cannot be read, or shows something that it must not: in a theme, on a phone, with hostile texts, without a server.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, it } from 'vitest'
import { browserPath, closeBrowser, where } from './browser'
import { look } from './page'
import { startWorld } from './world'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What a person with a disability would stumble over, as axe-core finds it. */
const obstacles = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe)
  const { violations }: AxeResults = await page.evaluate('axe.run()')
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
}

const hostile = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>'
const rightToLeft = '\u202eشاشة الدخول للمستخدمين الجدد'
const long = 'very long '.repeat(45)

describe.skipIf(!browserPath)(`the console (${where})`, async () => {
  if (!browserPath) return
  const token = 'c0rrect-h0rse-battery'
  const world = await startWorld({ MAESTRO_API_TOKEN: token })
  const { client, url } = world
  afterAll(async () => {
    await closeBrowser()
    await world.stop()
  })
  const project = await client.projects.create({ name: hostile, workingDir: '/home/ada/app' })
  for (const title of [hostile, rightToLeft, long])
    await client.tasks.create({ projectId: project.id, title, description: `${title} https://example.com/x` })
  const { sessionId, task } = await world.makeAgent(project.id, hostile)
  await client.sessions.addTimeline(sessionId, {
    message: hostile,
    metadata: { tool: hostile, command: long },
  })
  const asked = await client.requests.create(sessionId, {
    ...{ kind: 'approval', title: hostile, detail: `@@ -1 +1 @@\n-${hostile}\n+${rightToLeft}` },
    options: [{ id: 'x', label: hostile, effect: 'other' }],
  })
  const views = [
    '#/inbox',
    `#/inbox/${asked.id}`,
    '#/agents',
    `#/agents/${sessionId}`,
    `#/board/${project.id}`,
    `#/board/${project.id}/${task.id}`,
    '#/activity',
    '#/agents/sess_none',
    '#/board/proj_none',
  ]

  const comeIn = async (page: Page) => {
    await page.getByLabel('Token').fill(token)
    await page.getByRole('button', { name: 'Come in' }).click()
    await page.locator('.live.good').waitFor()
  }

  it('asks for the token once, keeps it for the tab, and puts it into no address', async () => {
    const { page, problems } = await look(url)
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('websocket', (socket) => asked.push(socket.url()))
    await page.getByLabel('Token').fill('wrong')
    await page.getByRole('button', { name: 'Come in' }).click()
    await page.getByText('This token does not hold here').waitFor()
    expect(await obstacles(page)).toEqual([])
    await comeIn(page)
    await page.reload()
    await page.locator('.live.good').waitFor()
    expect(asked.some((address) => address.startsWith('ws:'))).toBe(true)
    expect(asked.filter((address) => address.includes('token'))).toEqual([])
    expect(problems).toEqual([])
    expect(world.server.log()).not.toContain(token)
  })

  it.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)(
    'has no obstacle, and reads no text as HTML: %s, %i pixels wide',
    async (colorScheme, width) => {
      const { page, problems } = await look(url, { colorScheme, viewport: { width, height: 800 } })
      await comeIn(page)
      for (const view of views) {
        await page.goto(`${url}/${view}`)
        await page.locator('#main').waitFor({ state: 'attached' })
        await page.getByText('Loading…').waitFor({ state: 'detached' })
        expect(await obstacles(page), view).toEqual([])
        expect(
          await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
          view,
        ).toBeLessThanOrEqual(0)
        expect(
          await page.evaluate(() => document.querySelectorAll('main img, aside img, main script').length),
        ).toBe(0)
      }
      expect(await page.title()).not.toContain('owned')
      expect(problems).toEqual([])
    },
  )

  it('has no obstacle in its dialogs', async () => {
    const { page } = await look(url)
    await comeIn(page)
    await page.goto(`${url}/#/board/${project.id}/${task.id}`)
    for (const [open, title] of [
      ['+ New task', 'New task'],
      ['▶ Spawn…', 'Spawn an agent'],
      ['Move to…', 'Move “'],
      ['Delete…', 'Delete “'],
      ['Settings', 'Settings of this browser'],
      ['Keys', 'Keys'],
    ] as const) {
      await page.getByRole('button', { name: open, exact: true }).click()
      await page.getByRole('dialog').getByRole('heading', { name: title }).waitFor()
      expect(await obstacles(page), title).toEqual([])
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
  })

  it('says that the server is away, keeps what is being written, and goes on by itself', async () => {
    const { page } = await look(url)
    await comeIn(page)
    await page.goto(`${url}/#/board/${project.id}/${task.id}`)
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByLabel('Description').fill('Written while it went away')
    await world.server.terminate()
    await page.getByText('What is shown may be old').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText(/Not saved: the server did not answer/).waitFor()
    const again = await world.server.restart()
    const elsewhere = await client.tasks.create({ projectId: project.id, title: 'Made after it came back' })
    await page.locator('.live.good').waitFor()
    await page.getByRole('main').getByText(elsewhere.title).waitFor()
    expect(await page.getByLabel('Description').inputValue()).toBe('Written while it went away')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect
      .poll(async () => (await client.tasks.get(task.id)).description)
      .toBe('Written while it went away')
    await again.terminate()
  })
})
