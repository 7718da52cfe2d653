// The page cannot be read, or shows something that it must not: in a theme, on a phone, with hostile texts, without a server.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, it } from 'vitest'
import { openGitFolder } from '../worktrees/git-folder'
import { addTree } from '../worktrees/session-tree'
import { browserPath, closeBrowser, where } from './browser'
import { look } from './page'
import { startWorld } from './world'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What a person with a disability would stumble over, as axe-core finds it. */
const obstacles = async (page: Page): Promise<string[]> => {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe)
  // Of what holds, nobody wants to know where: to find that out takes time.
  const { violations }: AxeResults = await page.evaluate('axe.run({ resultTypes: ["violations"] })')
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
  const folder = openGitFolder()
  const world = await startWorld({ MAESTRO_API_TOKEN: token, HOME: folder.at('home') })
  const { client, url } = world
  afterAll(async () => {
    await closeBrowser()
    await world.stop()
    folder.close()
  })
  const project = await client.projects.create({ name: hostile, workingDir: '/home/ada/app' })
  for (const title of [hostile, rightToLeft, long])
    await client.tasks.create({ projectId: project.id, title, description: `${title} https://example.com/x` })
  const { sessionId, task } = await world.makeAgent(project.id, hostile)
  await client.sessions.addTimeline(sessionId, {
    message: hostile,
    metadata: { tool: hostile, command: long },
  })
  folder.commit('app', { 'README.md': 'One\n', 'src/old.ts': 'old\n' })
  const tree = await addTree(folder, sessionId, { project: project.id })
  folder.write(tree.name, { 'README.md': `${hostile}\n${rightToLeft}\n${long}`, '<img src=x>.ts': 'new\n' })
  const { path, branch, base } = tree
  await client.sessions.update(sessionId, { workspace: { path, branch, base } })
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

  /** Nothing is in a person's way, wider than the page, or read as HTML. */
  const holds = async (page: Page, what: string) => {
    expect(await obstacles(page), what).toEqual([])
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(wider, what).toBeLessThanOrEqual(0)
    const taken = 'main img, aside img, main script, aside script'
    expect(await page.locator(taken).count(), what).toBe(0)
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
        await holds(page, view)
      }
      // By keyboard: what it has changed, and how that is merged.
      await page.goto(`${url}/#/agents/${sessionId}`)
      await page.getByRole('tab', { name: 'Changes' }).press('Enter')
      await page.getByText('+‹U+202E›شاشة').waitFor()
      await page.locator('summary', { hasText: '<img src=x>.ts' }).press('Enter')
      await page.getByText('+new', { exact: true }).waitFor({ state: 'hidden' })
      await holds(page, 'changes')
      await page.getByRole('button', { name: 'Merge…' }).press('Enter')
      const merge = page.getByRole('dialog')
      await merge.getByText('refused as long as this is not committed: <img src=x>.ts, README.md').waitFor()
      await merge.getByLabel('As one commit').press('Space')
      await merge.getByText(`maestro session merge ${sessionId} --squash`).waitFor()
      expect(await merge.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth)).toBe(0)
      await holds(page, 'merge')
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
