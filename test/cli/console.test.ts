// Somebody wants to see the console, and the command opens nothing, another address, or one with the token in it.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { startInProcess } from '../memory/target'
import { maestroInProcess } from './in-process'

const token = 'c0rrect-h0rse-battery'
const server = await startInProcess({ MAESTRO_API_TOKEN: token })
const folder = mkdtempSync(join(tmpdir(), 'maestro-console-'))
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})
const { run, json, text } = maestroInProcess({ MAESTRO_SERVER_URL: server.url, MAESTRO_API_TOKEN: token })

it('console says the address, and that the token is asked for there', async () => {
  expect(await json(['console', '--print'])).toEqual({ address: `${server.url}/`, opened: false })
  const said = await text(['console', '--print'])
  expect(said).toContain(`${server.url}/\n`)
  expect(said).toContain('MAESTRO_API_TOKEN')
  expect(said).not.toContain(token)
})

it.skipIf(process.platform === 'win32')(
  'console opens that address in the browser, and no other',
  async () => {
    const [program, opened] = [join(folder, 'browser'), join(folder, 'opened')]
    writeFileSync(
      program,
      `#!/bin/sh\nprintf '%s\\n' "$@" > ${opened}.part && mv ${opened}.part ${opened}\n`,
      { mode: 0o755 },
    )
    expect(await json(['console'], { env: { BROWSER: program } })).toMatchObject({ opened: true })
    await expect.poll(() => existsSync(opened)).toBe(true)
    expect(readFileSync(opened, 'utf8')).toBe(`${server.url}/\n`)
  },
)

it('console opens nothing where nobody could see it, or no server answers', async () => {
  const nobody = { BROWSER: '', DISPLAY: '', WAYLAND_DISPLAY: '' }
  if (process.platform === 'linux')
    expect(await json(['console'], { env: nobody })).toMatchObject({ opened: false })
  expect(
    await run(['console'], { env: { ...nobody, MAESTRO_SERVER_URL: 'http://nowhere.invalid' } }),
  ).toMatchObject({
    code: 3,
  })
})
