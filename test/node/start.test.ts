// Somebody starts the server in a way that cannot be, and it starts as something else, or says nothing.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { answerTo } from '../../local-dev/server/server-words'
import packageJson from '../../package.json'
import { configurationOf, makeDirectories, runToExit, startServer } from '../contract/server'

const program = join(import.meta.dirname, '../../dist/server.js')

/** Calls `maestro-server` with words; whatever it would store lies in `root`. */
const call = (...words: string[]) => {
  const directories = makeDirectories()
  const env = { ...configurationOf(directories, 1, {}), DATA_DIR: join(directories.root, 'made') }
  const ended = spawnSync(process.execPath, [program, ...words], { env, encoding: 'utf8', timeout: 20_000 })
  expect(existsSync(env.DATA_DIR)).toBe(false)
  return { code: ended.status, stdout: ended.stdout, stderr: ended.stderr }
}

describe('maestro-server', () => {
  it('explains itself, and starts nothing', () => {
    const help = call('--verbose', '--help')
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(help.stdout).toMatch(/PORT +where it listens(.*\n)*.*DURABILITY/)
    for (const words of [['--help'], ['-h'], ['--verbose', '--help']])
      expect(answerTo(words)).toEqual({ code: 0, text: help.stdout.trimEnd() })
    expect(call('--version')).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: '' })
  })

  it.each([
    [['run'], '"run"'],
    [['--data-dir', '/srv/x'], 'DATA_DIR=/srv/x maestro-server'],
    [['--host=::1'], 'HOST=::1 maestro-server'],
    [['-p', '4000'], 'maestro-server --help'],
  ])('refuses %j', (words, hint) => {
    const refused = answerTo(words)
    expect(refused).toEqual({ code: 64, text: expect.stringContaining(hint) })
    expect(refused?.text).not.toContain('\n')
  })

  it('ends with code 64 and what it refuses', () => {
    const words = ['-p', '4000']
    expect(call(...words)).toEqual({ code: 64, stdout: '', stderr: `${answerTo(words)?.text}\n` })
  })
})

describe('an address', () => {
  it.each([
    ['192.0.2.77', 'HOST="192.0.2.77"'],
    ['[::g]', 'HOST="::g"'],
  ])('%s that this machine does not have is named with its variable', async (HOST, message) => {
    const { code, output } = await runToExit({ HOST })
    expect([code, output]).toEqual([1, expect.stringContaining(message)])
  })

  const urls = (port: number) => [`http://127.0.0.1:${port}/health`, `http://[::1]:${port}/health`]
  const served = (url: string) => fetch(url).then(({ ok }) => ok)

  it('is both of loopback where none is configured', async () => {
    const server = await startServer({ env: { HOST: '' } })
    onTestFinished(async () => void (await server.stop()))
    for (const url of urls(server.port)) expect(await served(url)).toBe(true)
    const [, six = ''] = urls(server.port)
    expect((await fetch(six.replace('health', 'api/projects'))).status).toBe(200)
  })
})

it.each(['/proc/nobody', '/dev/null/home'])('a home that cannot be, %s, is told', async (HOME) => {
  const { code, output } = await runToExit({ HOME, DATA_DIR: '', SESSION_DIR: '', SKILLS_DIR: '' })
  expect([code, output]).toEqual([1, expect.stringContaining(`DATA_DIR="${HOME}/.maestro/data"`)])
})
