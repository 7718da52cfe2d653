// Somebody installs the package, without the repository around it, and it does not start, or its client has no types.
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import * as z from 'zod'
import packageJson from '../../package.json'
import { startServer } from '../contract/server'
import { copyBuild, copyCheckout, currentDirectory } from './checkout'
import { clientUser } from './client-user'

const directory = mkdtempSync(join(tmpdir(), 'maestro-pack-'))
const source = join(directory, 'source')
const modules = join(directory, 'installed/node_modules')
const installed = join(modules, packageJson.name)
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const Sbom = z.object({ bomFormat: z.string(), metadata: z.object({ component: z.unknown() }) })

/** `npx maestro-server`, and the command line's own way. */
const startingCommands =
  'maestro' in packageJson.bin ? ['maestro-server', 'maestro serve'] : ['maestro-server']

/** The compiler is written in Go, and ends before it needs what its collector would find: a fifth of its time. */
const env = { ...process.env, GOGC: 'off' }

const npm = (cwd: string, ...args: string[]) =>
  execFileSync('npm', [...args, '--offline', '--no-audit', '--no-fund', '--no-update-notifier'], {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })

// In a copy, because packing builds, and other tests run what is built here. It is current there (test/node/build.test.ts).
beforeAll(() => {
  copyCheckout(source)
  copyBuild(source)
  cpSync(currentDirectory(join(source, 'dist')), join(source, 'dist/build-of-before'), { recursive: true })
  npm(source, 'pack', '--pack-destination', directory)
  const tarball = readdirSync(directory).find((name) => name.endsWith('.tgz')) ?? 'no tarball'
  npm(directory, 'install', '--omit=dev', '--prefix', join(directory, 'installed'), join(directory, tarball))
})

/** Where somebody uses it who has installed nothing else. */
const home = join(directory, 'installed/user')
const root = join(import.meta.dirname, '../..')
const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { cwd: home, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
const runTool = (name: string, ...args: string[]) => run(join(root, 'node_modules/.bin', name), ...args)

beforeAll(() => {
  mkdirSync(join(home, 'node_modules/@types'), { recursive: true })
  for (const name of ['@types/node', 'undici-types'])
    symlinkSync(join(root, 'node_modules', name), join(home, 'node_modules', name))
  writeFileSync(join(home, 'package.json'), '{"type":"module"}')
  writeFileSync(join(home, 'user.ts'), clientUser)
})

describe('the installed package', () => {
  it('is alone: everything that it needs is in its bundle', () => {
    expect(readdirSync(modules).filter((name) => !name.startsWith('.'))).toEqual([packageJson.name])
  })

  it('has its licence, and those of all that it includes', () => {
    const texts = readFileSync(join(installed, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8')
    const versions: Record<string, string> = packageJson.devDependencies
    for (const name of ['hono', '@hono/node-server', 'zod', 'pino', 'crossws', 'unstorage'])
      expect(texts).toContain(`\n${name} ${versions[name]} (MIT)\n`)
    expect(existsSync(join(installed, 'LICENSE'))).toBe(true)
  })

  it('has its SBOM', () => {
    const { bomFormat, metadata } = Sbom.parse(
      JSON.parse(readFileSync(join(installed, 'dist/sbom.cdx.json'), 'utf8')),
    )
    expect([bomFormat, metadata.component]).toMatchObject([
      'CycloneDX',
      { name: packageJson.name, version: packageJson.version },
    ])
  })

  it('has one build alone, also when others are beside it: that of its sources', () => {
    const builds = readdirSync(join(installed, 'dist')).filter((name) => name.startsWith('build-'))
    expect(builds).toEqual([basename(currentDirectory(join(source, 'dist')))])
    expect(
      readdirSync(join(source, 'dist')).filter((name) => name.startsWith('build-')).length,
    ).toBeGreaterThan(1)
    expect(packageJson.scripts.prepack).toMatch(/^npm run --silent build && /)
  })

  it('has what its README and its other pages link to', () => {
    const pages = readdirSync(installed, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.md'),
    )
    expect(pages).toContain('README.md')
    const missing = pages.flatMap((page) =>
      [...readFileSync(join(installed, page), 'utf8').matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(installed, dirname(page), target)))
        .map((target) => `${page}: ${target}`),
    )
    expect(missing).toEqual([])
  })

  it('says where it comes from', () => {
    const { repository, homepage, bugs, keywords } = packageJson
    const [, address = ''] = /^git\+(https:.*)\.git$/.exec(repository.url) ?? []
    expect([homepage, bugs.url]).toEqual([`${address}#readme`, `${address}/issues`])
    expect(keywords).toContain('coding-agents')
  })

  it('has no tests, no sources and no maps', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
    expect(files.filter((file) => /\.(map|tsx?|test\.js)$/.test(file) && !file.endsWith('.d.ts'))).toEqual([])
  })

  it.each(startingCommands)(
    'starts with `%s`, and its client works with nothing installed beside it',
    async (line) => {
      const [program = '', ...args] = line.split(' ')
      const server = await startServer({ command: [join(modules, '.bin', program), ...args] })
      onTestFinished(async () => void (await server.stop()))
      const created = await fetch(`${server.url}/api/projects`, { method: 'POST', body: '{"name":"packed"}' })
      expect(created.status).toBe(201)
      runTool('esbuild', 'user.ts', '--format=esm', '--outfile=user.js')
      const told = run(process.execPath, 'user.js', server.url)
      expect(told).toBe('true todo TASK_NOT_FOUND function function string\n')
      server.signal('SIGTERM')
      expect(await server.exited).toBe(0)
      const [folder = ''] = readdirSync(join(server.dataDir, 'projects'))
      expect(basename(folder)).toMatch(/^proj_.*\.json$/)
    },
  )

  it('is what npx starts', () => {
    const run = () =>
      execFileSync('npx', ['--offline', packageJson.name], {
        cwd: join(directory, 'installed'),
        env: { ...process.env, PORT: 'none' },
        stdio: 'pipe',
      })
    expect(run).toThrow('CONFIG_ERROR')
  })
})

describe('maestro-server/client, as it is installed', () => {
  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('has types that need nothing else (%s, %s)', (module, moduleResolution) => {
    const flags = [
      '--ignoreConfig',
      '--strict',
      '--skipDefaultLibCheck',
      '--noEmit',
      '--target',
      'es2023',
      '--types',
      'node',
    ]
    const compile = () =>
      runTool('tsc', ...flags, '--module', module, '--moduleResolution', moduleResolution, 'user.ts')
    expect(compile()).toBe('')
  })

  it('has nothing of Node in what browsers get', () => {
    const bundle = () =>
      runTool('esbuild', 'user.ts', '--bundle', '--platform=browser', '--format=esm', '--outfile=browser.js')
    expect(bundle).not.toThrow()
  })
})
