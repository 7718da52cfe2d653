// A new user types what the README says, and sees something else.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Server, startServer } from '../contract/server'

const root = join(import.meta.dirname, '../..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const session = (/```console\n([\s\S]*?)```/.exec(readme)?.[1] ?? '').trimEnd().split('\n')

/** Ids, times and directories differ from run to run. */
const normal = (line: string) =>
  line.replace(/(proj|task|sess)_\d+_[0-9a-z]{9}/g, '$1_ID').replace(/"\/[^"]*(\/sessions\/sess_ID)/g, '"$1')

describe('the session in the README', () => {
  let server: Server
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server.stop())

  it('prints what the README shows', async () => {
    const commands = session.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2))
    const shown = session.filter((line) => !line.startsWith('$ '))
    expect(commands.length).toBeGreaterThan(3)
    // What the listener hears comes when it comes: a moment after each command lets it be printed.
    const script = [...commands.flatMap((command) => [command, 'sleep 0.5']), 'kill $(jobs -p)'].join('\n')
    const { stdout } = await promisify(execFile)(
      'bash',
      ['-c', script.replaceAll('localhost:3000', `127.0.0.1:${server.port}`)],
      { cwd: root },
    )
    expect(stdout.trimEnd().split('\n').map(normal).sort()).toEqual(shown.map(normal).sort())
  })

  it('names every variable of the configuration', () => {
    const names =
      readFileSync(join(root, 'schemas/config.ts'), 'utf8').match(/(?<=: ')[A-Z][A-Z_]+(?=',)/g) ?? []
    expect(names.length).toBeGreaterThan(15)
    for (const name of names) expect(readme).toContain(`\`${name}\``)
  })
})
