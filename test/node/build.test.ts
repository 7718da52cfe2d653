// Somebody builds or starts again, and what runs already breaks; or waits for a build that changes nothing.
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import * as z from 'zod'
import { isCurrent } from '../../local-dev/build/current.mjs'
import { makeDirectories, type Server, startServer } from '../contract/server'
import { someOf } from '../random'
import { type Checkout, copyBuild, currentDirectory, makeCheckout, readBuild, run } from './checkout'

const Entity = z.object({ id: z.string() })

let checkout: Checkout
beforeAll(() => {
  checkout = makeCheckout()
  copyBuild(checkout.path)
  // A library of its own to change, instead of a link to everybody's.
  rmSync(source('node_modules/citty'))
  cpSync(join(import.meta.dirname, '../../node_modules/citty'), source('node_modules/citty'), {
    recursive: true,
  })
})
afterAll(() => checkout.remove())

const source = (path: string) => join(checkout.path, path)
const inDist = (path: string) => join(checkout.dist, path)

const build = async () => expect(await checkout.build().exited).toEqual({ code: 0, output: '' })

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3600_000)

let changes = 0
/** A change that is in what the server and the command line load, and in the page of the reference. */
const changeSources = () =>
  appendFileSync(source('schemas/config.ts'), `\nglobalThis.changed = ${changes++}\n`)

/** The files of the build that is current, and which of them were written anew since. */
const filesInDist = () =>
  [checkout.dist, currentDirectory(checkout.dist)].flatMap((directory) =>
    readdirSync(directory).map((name) => {
      const { ino, mtimeMs } = statSync(join(directory, name))
      return [directory, name, ino, mtimeMs].join(' ')
    }),
  )

/** The files of a program `ps`, which prints this, before all others on PATH. */
const pathWithPs = (ps: string): string => {
  const bin = source('bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'ps'), `#!/bin/sh\n${ps}\n`)
  chmodSync(join(bin, 'ps'), 0o755)
  return `${bin}:${process.env.PATH}`
}

describe('what runs while somebody builds', () => {
  const ways = [
    ['node dist/server.js', ['server.js']],
    ['maestro serve', ['cli.js', 'serve']],
  ] as const
  const running = new Map<string, Server>()
  const textOfDocs = async ({ url }: Server) => (await fetch(`${url}/docs`)).text()

  beforeAll(async () => {
    for (const [way, [file, ...args]] of ways)
      running.set(way, await startServer({ command: [process.execPath, inDist(file), ...args] }))
    const before = currentDirectory(checkout.dist)
    changeSources()
    const page = readFileSync(source('functions/openapi/page.ts'), 'utf8')
    writeFileSync(source('functions/openapi/page.ts'), page.replace('<title>', '<title>New build '))
    await build()
    expect(currentDirectory(checkout.dist)).not.toBe(before)
  })
  afterAll(async () => {
    for (const server of running.values()) await server.stop()
  })

  it('a second start serves the new build, beside the first', async () => {
    const second = await startServer({ command: [process.execPath, inDist('server.js')] })
    onTestFinished(async () => void (await second.stop()))
    expect(await textOfDocs(second)).toContain('<title>New build ')
  })

  it.each(ways)('%s goes on with all of its parts, also those that it had not loaded yet', async (way) => {
    const server = running.get(way)
    if (!server) throw new Error(`${way} does not run`)
    const docs = await textOfDocs(server)
    expect(docs).toContain('/api/projects')
    expect(docs).not.toContain('<title>New build ')
    const created = await fetch(`${server.url}/api/projects`, { method: 'POST', body: '{"name":"built"}' })
    const { id } = Entity.parse(await created.json())
    // The thread that writes files is started with the first of them.
    await expect.poll(() => existsSync(join(server.dataDir, 'projects', `${id}.json`))).toBe(true)
    const templates = z.array(Entity).parse(await (await fetch(`${server.url}/api/templates`)).json())
    const edited = await fetch(`${server.url}/api/templates/${templates[0]?.id}`, {
      method: 'PUT',
      body: '{"content":"Edited"}',
    })
    expect(await edited.json()).toMatchObject({ content: 'Edited' })
    server.signal('SIGTERM')
    expect([await server.exited, server.log()]).toEqual([0, ''])
  })
})

// Each test of these leaves a build behind that is current.
describe('a build that is current', () => {
  beforeAll(build)

  it('is left alone, also when files have new times', async () => {
    const before = filesInDist()
    const now = new Date()
    utimesSync(source('package.json'), now, now)
    utimesSync(source('local-dev/server/server.ts'), now, now)
    await build()
    expect(filesInDist()).toEqual(before)
  })

  const changes: [string, () => void][] = [
    [
      'a source has changed',
      () => appendFileSync(source('storage/workspace.ts'), '\nglobalThis.edited = 1\n'),
    ],
    ['a source was added', () => writeFileSync(source('storage/added.ts'), 'export const added = 1\n')],
    ['a source was removed', () => rmSync(source('schemas/timeline.ts'))],
    ['the lockfile has changed', () => appendFileSync(source('package-lock.json'), '\n')],
    [
      'a bundled library has changed',
      () => appendFileSync(source('node_modules/citty/dist/index.mjs'), '\nglobalThis.edited = 2\n'),
    ],
  ]

  it('is current no more when anything that goes into it has changed', () => {
    const kept = ['storage', 'schemas', 'package-lock.json', 'node_modules/citty']
    const safe = mkdtempSync(join(tmpdir(), 'maestro-sources-'))
    onTestFinished(() => rmSync(safe, { recursive: true }))
    for (const path of kept) cpSync(source(path), join(safe, path), { recursive: true })
    for (const [what, change] of changes) {
      expect(isCurrent(checkout.path, checkout.dist), `before ${what}`).toBe(true)
      change()
      expect(isCurrent(checkout.path, checkout.dist), what).toBe(false)
      for (const path of kept) {
        rmSync(source(path), { recursive: true })
        cpSync(join(safe, path), source(path), { recursive: true })
      }
    }
  })

  it('is made anew then, once, and what nothing can run from goes', async () => {
    const before = filesInDist()
    const old = inDist('build-of-yesterday')
    mkdirSync(old)
    utimesSync(old, hoursAgo(2), hoursAgo(2))
    changeSources()
    const env = { PATH: pathWithPs(`echo '05:00 node dist/server.js'`) }
    const made = run(checkout.path, process.execPath, ['local-dev/build.mjs'], env)
    expect(await made.exited).toEqual({ code: 0, output: '' })
    expect(existsSync(old)).toBe(false)
    const after = filesInDist()
    expect(after).not.toEqual(before)
    await build()
    expect(filesInDist()).toEqual(after)
  })

  const damages: [string, () => void][] = [
    ['a file of it is damaged', () => truncateSync(join(currentDirectory(checkout.dist), 'server.js'), 1000)],
    ['a file of it is gone', () => rmSync(join(currentDirectory(checkout.dist), 'document-writer.js'))],
    ['a program is gone', () => rmSync(inDist('cli.js'))],
    ['what stands alone is damaged', () => truncateSync(inDist('client.js'), 100)],
    ['nothing tells which is current', () => rmSync(inDist('package.json'))],
    ['its record is not one', () => writeFileSync(join(currentDirectory(checkout.dist), 'build.json'), '[]')],
  ]

  it.each(someOf('damages of a build', damages, 1))('is made good when %s', async (_, damage) => {
    const whole = readBuild(checkout.dist)
    damage()
    await build()
    expect(readBuild(checkout.dist)).toEqual(whole)
    const version = await run(checkout.path, process.execPath, [inDist('cli.js'), '--version']).exited
    expect(version).toEqual({ code: 0, output: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })
})

describe('a build that fails', () => {
  beforeAll(build)

  it('says what is wrong, and leaves dist as it was; nothing is started', async () => {
    const path = source('functions/app.ts')
    const text = readFileSync(path, 'utf8')
    onTestFinished(() => writeFileSync(path, text))
    const before = filesInDist()
    writeFileSync(path, `${text}\nconst half = (\n`)
    const { code, output } = await checkout.build().exited
    expect([code, filesInDist()]).toEqual([1, before])
    expect(output).toContain('functions/app.ts:')
    expect(output.match(/ERROR/g)).toHaveLength(1)

    const { root, dataDir } = makeDirectories()
    const started = run(checkout.path, 'npm', ['start'], { HOME: root, DATA_DIR: dataDir, PORT: '0' })
    expect((await started.exited).code).toBe(1)
    expect(readdirSync(dataDir)).toEqual([])
  })
})

describe('builds of yesterday', () => {
  const superseding = join(import.meta.dirname, 'superseding.mjs')

  /** Puts a small build into a directory, as a build does. */
  const put = async (outdir: string, env: Record<string, string> = {}) => {
    const made = run(checkout.path, process.execPath, [superseding, outdir, `${changes++}`], env)
    expect(await made.exited).toEqual({ code: 0, output: '' })
  }
  const outdirOf = () => {
    const outdir = mkdtempSync(join(tmpdir(), 'maestro-builds-'))
    onTestFinished(() => rmSync(outdir, { recursive: true }))
    return outdir
  }

  /** Builds anew over one that was current from three hours ago until two hours ago; whether that is still there. */
  const isKeptWhen = async (ps: string) => {
    const outdir = outdirOf()
    await put(outdir)
    const old = currentDirectory(outdir)
    await put(outdir)
    utimesSync(join(old, 'server.js'), hoursAgo(3), hoursAgo(3))
    utimesSync(old, hoursAgo(2), hoursAgo(2))
    await put(outdir, { PATH: pathWithPs(ps) })
    return existsSync(old)
  }

  it('stay for what was started from them and still runs', async () => {
    expect(await isKeptWhen(`echo '   02:30:00 node dist/server.js'`)).toBe(true)
  })

  it('go when nothing can run from them', async () => {
    const others = [
      '05-02:30:00 node old.js',
      '02:30:00 vi dist/server.js',
      '01:30:00 node new.js',
      '05:00 maestro',
    ]
    expect(await isKeptWhen(`printf '%s\\n' ${others.map((line) => `'${line}'`).join(' ')}`)).toBe(false)
  })

  it('are files of their own in the layout of 0.1.0, and stay for a server that runs from them', async () => {
    const outdir = outdirOf()
    const chunk = join(outdir, 'chunk-OF010.js')
    writeFileSync(chunk, '')
    utimesSync(chunk, hoursAgo(2), hoursAgo(2))
    await put(outdir)
    writeFileSync(chunk, '')
    await put(outdir)
    expect(existsSync(chunk)).toBe(true)
  })
})
