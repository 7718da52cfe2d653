// Hosted, the page at / is not there, comes without its policy, or takes the place of the WebSocket.
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createClient } from '../../functions/client/client'
import { browserPath, closeBrowser, where } from '../browser/browser'
import { look } from '../browser/page'
import { connect } from '../contract/socket'
import { currentDirectory } from '../node/checkout'
import { startHosted } from './target'

const folder = mkdtempSync(join(tmpdir(), 'maestro-console-'))
const built = currentDirectory(join(import.meta.dirname, '../../dist'))
for (const name of readdirSync(built).filter((file) => file.startsWith('console')))
  cpSync(join(built, name), join(folder, name))
const token = 'a-token'
// Nobody adds the token: who has none is a browser.
const [hosted, bare] = await Promise.all([
  startHosted({ TEST_TOKEN: '' }, folder),
  startHosted({ TEST_TOKEN: '' }),
])
afterAll(async () => {
  await Promise.all([hosted.stop(), bare.stop(), closeBrowser()])
  rmSync(folder, { recursive: true, force: true })
})

describe('the console, hosted', () => {
  it('is at / without a token, with its policy, and so are its files', async () => {
    const page = await fetch(hosted.url)
    const html = await page.text()
    expect(html).toContain('<title>Maestro</title>')
    const files = [...html.matchAll(/(?:src|href)="(console\/[^"]+)"/g)].map(([, path]) => path)
    expect(files.length).toBeGreaterThan(1)
    for (const path of ['', ...files]) {
      const { status, headers } = await fetch(`${hosted.url}/${path}`)
      expect(status).toBe(200)
      expect(headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
    expect((await fetch(`${hosted.url}/api/projects`)).status).toBe(401)
    for (const path of ['console/', 'console/console.html', 'console/console-none.js', 'console.html'])
      expect([401, 404]).toContain((await fetch(`${hosted.url}/${path}`)).status)
  })

  it('leaves the WebSocket at / to those who ask for one', async () => {
    const socket = await connect(hosted.url, { path: `/?token=${token}` })
    await socket.close()
  })

  it('is a page that leads to the reference where it was not built', async () => {
    expect(await (await fetch(bare.url)).text()).toContain('API reference')
    expect((await fetch(`${bare.url}/console/console-main.js`)).status).toBe(404)
  })

  it.skipIf(!browserPath)(`shows what happens, to who has the token (${where})`, async () => {
    const { page, problems } = await look(hosted.url)
    await page.getByLabel('Token').fill(token)
    await page.getByRole('button', { name: 'Come in' }).click()
    await page.locator('.live.good').waitFor()
    const client = createClient({ url: hosted.url, token })
    const project = await client.projects.create({ name: 'app' })
    await page.goto(`${hosted.url}/#/board/${project.id}`)
    await client.tasks.create({ projectId: project.id, title: 'From elsewhere' })
    await page.getByRole('link', { name: 'From elsewhere' }).waitFor()
    expect(problems).toEqual([])
  })
})
