// A new user types what the README says, and sees something else.
import { execFile, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest'
import { freePort, makeDirectories, type Server, startServer } from '../contract/server'

const root = join(import.meta.dirname, '../..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
/** What stands in a block of the README: the commands, and what they print. */
const sessions = [...readme.matchAll(/```console\n([\s\S]*?)```/g)].map(([, block = '']) => {
  const lines = block.trimEnd().split('\n')
  return {
    commands: lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2)),
    shown: lines.filter((line) => !line.startsWith('$ ')),
  }
})
const theSession = (index: number) => {
  const session = sessions[index]
  expect(session?.commands.length).toBeGreaterThan(3)
  return session ?? { commands: [], shown: [] }
}

/** Ids, times and directories differ from run to run; what comes from several programs, in its order. */
const normal = (lines: string[]) => lines.map(normalLine).sort()
const normalLine = (line: string) =>
  line
    .replace(/(proj|task|sess)_\d+_[0-9a-z]{9}/g, '$1_ID')
    .replace(/"\/[^"]*(\/sessions\/sess_ID)/g, '"$1')
    .replace(/^\d\d:\d\d:\d\d/, 'TIME')
    .replace(/\d+\.\d s$/, 'SECONDS')
    .replace(/\/\S*\/app$/, 'APP')

const run = promisify(execFile)

describe('the first session in the README', () => {
  const { root: home } = makeDirectories()

  it('prints what the README shows', async () => {
    const { commands, shown } = theSession(0)
    const port = await freePort()
    mkdirSync(join(home, 'bin'))
    symlinkSync(join(root, 'dist/cli.js'), join(home, 'bin/maestro'))
    const patient = 'until maestro status > /dev/null 2>&1; do sleep 0.1; done'
    const script = [...commands, 'kill -TERM $(jobs -p)', 'wait'].join('\n').replace('sleep 2', patient)
    // In a group of its own, so that nothing is left of it where it has not come to its end.
    const shell = spawn('bash', ['-c', script], {
      cwd: home,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        HOME: home,
        TMUX_TMPDIR: home,
        PATH: `${join(home, 'bin')}:${process.env.PATH}`,
        PORT: String(port),
        MAESTRO_SERVER_URL: `http://127.0.0.1:${port}`,
      },
    })
    onTestFailed(() => void (shell.pid && process.kill(-shell.pid, 'SIGKILL')))
    const stdout = await text(shell.stdout)
    expect(normal(stdout.trimEnd().split('\n'))).toEqual(normal(shown))
    expect(readFileSync(join(home, 'maestro.log'), 'utf8')).toContain('Login page has ended: completed')
  })
})

describe('the session over HTTP in the README', () => {
  let server: Server
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server.stop())

  it('prints what the README shows', async () => {
    const { commands, shown } = theSession(1)
    // What the listener hears comes when it comes: a moment after each command lets it be printed.
    const script = [...commands.flatMap((command) => [command, 'sleep 0.5']), 'kill $(jobs -p)'].join('\n')
    const { stdout } = await run(
      'bash',
      ['-c', script.replaceAll('localhost:3000', `127.0.0.1:${server.port}`)],
      { cwd: root },
    )
    expect(normal(stdout.trimEnd().split('\n'))).toEqual(normal(shown))
  })

  it('names every variable of the configuration', () => {
    const names =
      readFileSync(join(root, 'schemas/config.ts'), 'utf8').match(/(?<=: ')[A-Z][A-Z_]+(?=',)/g) ?? []
    expect(names.length).toBeGreaterThan(15)
    for (const name of names) expect(readme).toContain(`\`${name}\``)
  })
})
