// Somebody installs the server as docs/deploy.md says, with files that no longer fit the program.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import packageJson from '../../package.json'
import { configFrom } from '../../schemas/config'
import { startServer } from '../contract/server'
import { allowedBy, buildStages, commandOf, stagesOf, textsOf, variablesOf } from './dockerfile'
import { isInstalled } from './nginx'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const known = read('schemas/config.ts').match(/(?<=: ')[A-Z][A-Z_]+(?=',)/g) ?? []

/** These variables as the server understands them; fails if it does not know one, or refuses its value. */
const understood = (variables: Record<string, string>) => {
  expect(known).toEqual(expect.arrayContaining(Object.keys(variables)))
  const result = configFrom({ MAESTRO_API_TOKEN: 'some-token', ...variables }, (path) => path)
  if ('problems' in result) throw new Error(result.problems.join('\n'))
  return result.config
}

const defaults = understood({})

describe('the Dockerfile', () => {
  const stages = stagesOf(read('deploy/Dockerfile'))
  const last = stages.at(-1) ?? { name: '', image: '', instructions: [] }
  const variables = variablesOf(last)
  const healthCheck = textsOf(last, 'HEALTHCHECK').at(-1) ?? ''

  it('does not run the server as root, and keeps its data in a volume of the same user', () => {
    const user = textsOf(last, 'USER').at(-1)
    const [volume] = textsOf(last, 'VOLUME')
    expect(user).toBe('node')
    expect(textsOf(last, 'RUN')).toContain(`install -d -o ${user} -g ${user} -m 0700 ${volume}`)
    for (const name of ['DATA_DIR', 'SESSION_DIR', 'SKILLS_DIR'])
      expect(variables[name]).toMatch(`${volume}/`)
  })

  it('sets variables that the server knows, and shows the port that it listens on', () => {
    const config = understood(variables)
    expect(textsOf(last, 'EXPOSE')).toEqual([String(config.port)])
    expect([config.port, config.host]).toEqual([defaults.port, '::'])
  })

  it('uses images of Node that the package runs on, and tells Docker how the server is', () => {
    const oldest = Number(/\d+/.exec(packageJson.engines.node)?.[0])
    for (const { image } of stages)
      expect(Number(/^node:(\d+)-slim$/.exec(image)?.[1])).toBeGreaterThanOrEqual(oldest)
    expect(healthCheck).toContain('--start-period=')
  })

  it('copies all that is needed: what it builds starts, is found healthy, and ends when it is told to', async () => {
    const workdir = buildStages(stages, root, allowedBy(join(root, '.dockerignore')))
    const [program, script = ''] = commandOf(textsOf(last, 'CMD').at(-1) ?? '')
    expect([program, existsSync(join(workdir, 'node_modules'))]).toEqual(['node', false])

    // The volume and the port are those of this test.
    const { DATA_DIR: _data, SESSION_DIR: _sessions, SKILLS_DIR: _skills, PORT: _port, ...env } = variables
    const server = await startServer({
      env: { ...env, LOG_LEVEL: 'info' },
      command: [process.execPath, join(workdir, script)],
    })
    onTestFinished(async () => void (await server.stop()))
    const check = () => {
      const [, ...args] = commandOf(healthCheck)
      return execFileSync(process.execPath, args, { env: { PORT: String(server.port) } })
    }
    expect(check).not.toThrow()
    for (const line of server.log().trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('msg')
    server.signal(textsOf(last, 'STOPSIGNAL')[0] === 'SIGTERM' ? 'SIGTERM' : 'SIGKILL')
    expect(await server.exited).toBe(0)
    expect(check).toThrow()
  })
})

const versionOfSystemd = (): number => {
  const text = execFileSync('systemd-analyze', ['--version'], { encoding: 'utf8' })
  return Number(/\d+/.exec(text)?.[0] ?? 0)
}

/** Judging a file that is not installed came with systemd 250. */
const canAnalyze = isInstalled('systemd-analyze', '--version') && versionOfSystemd() >= 250
const units = ['deploy/maestro-server.service', 'deploy/maestro-server.user.service']

describe.each(units)('the unit %s', (path) => {
  const unit = read(path)
  const settings = (name: string) =>
    [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value)

  it('starts the program that the package holds, with variables that the server knows', () => {
    expect(settings('ExecStart')[0]).toMatch(new RegExp(`/${packageJson.bin['maestro-server']}$`))
    const pairs = settings('Environment').map((pair) => pair.split('='))
    const config = understood(Object.fromEntries(pairs))
    expect([config.port, config.host]).toEqual([defaults.port, '127.0.0.1'])
  })

  it.skipIf(!canAnalyze)('has nothing that systemd does not know (runs with systemd 250 or later)', () => {
    const own = temporaryDirectory()
    const file = join(own, 'maestro-server.service')
    writeFileSync(file, unit.replace('/usr/bin/node', process.execPath))
    const manager = path.includes('.user.') ? '--user' : '--system'
    const { status, stderr } = spawnSync('systemd-analyze', [manager, 'verify', file], {
      env: { ...process.env, XDG_RUNTIME_DIR: own },
      encoding: 'utf8',
    })
    // It may have something to say of other units of this machine.
    const complaints = stderr.split('\n').filter((line) => line.includes('maestro-server'))
    expect([status, complaints]).toEqual([0, []])
  })
})

it.skipIf(!canAnalyze)(
  'the system unit leaves the server little to harm (runs with systemd 250 or later)',
  () => {
    const file = join(root, 'deploy/maestro-server.service')
    const args = ['security', '--no-pager', '--offline=true', '--threshold=15', file]
    expect(() => execFileSync('systemd-analyze', args, { stdio: 'pipe' })).not.toThrow()
  },
)

describe('docs/deploy.md', () => {
  const text = read('docs/deploy.md')

  it('names files that are there', () => {
    const names = [...text.matchAll(/\b(?:deploy|docs|local-dev)\/[\w.-]+/g)].map(([name]) => name)
    expect(names.length).toBeGreaterThan(3)
    expect(names.filter((name) => !existsSync(join(root, name)))).toEqual([])
  })

  it('sets variables that the server or the command knows', () => {
    const names = [...text.matchAll(/(?<![\w$/-])([A-Z][A-Z_]+)=(?!=)/g)].map(([, name]) => name)
    expect(names.length).toBeGreaterThan(3)
    expect([...known, 'MAESTRO_SERVER_URL']).toEqual(expect.arrayContaining(names))
  })
})

const temporaryDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'maestro-unit-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
