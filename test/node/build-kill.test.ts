// A build is killed, or two run at once, and what is in dist no longer starts.
import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { count } from '../figures'
import { createRandom, scaled, scaledMs, someOf } from '../random'
import { type BuiltFiles, type Checkout, makeCheckout, readBuild, run } from './checkout'

const random = createRandom('instants at which a build is killed')

const versions = ['0.1.0-first', '0.1.0-second'] as const
type Version = (typeof versions)[number]

const otherThan = (version: Version) => (version === versions[0] ? versions[1] : versions[0])

let checkout: Checkout
/** A build of each version, to which nothing has happened. */
const references = new Map<Version, BuiltFiles>()
const referenceOf = (version: Version) => join(checkout.path, `as-${version}`)

/** Makes the sources those of a version: it is in the programs, in both clients, and in the SBOM. */
const setSources = (version: Version) => {
  const change = (file: string, pattern: RegExp, text: string) => {
    const path = join(checkout.path, file)
    // Whole at once, for a build may be reading it, and beside the sources, for what is among them is built.
    const draft = `${checkout.path}.draft`
    writeFileSync(draft, readFileSync(path, 'utf8').replace(pattern, text))
    renameSync(draft, path)
  }
  change('package.json', /"version": ".*"/, `"version": "${version}"`)
  const exported = `\nexport const madeFor = '${version}'\n`
  change('functions/client/client.ts', /(\nexport const madeFor = .*)?\n$/, exported)
}

/** Fails unless dist has all programs of one version, and all that stands alone, each file of it whole. */
const expectWhole = (message: string): Version => {
  const { programs, standalone } = readBuild(checkout.dist)
  const version = versions.find((each) => equal(references.get(each)?.programs, programs))
  expect(version, message).toBeDefined()
  for (const [name, digest] of standalone)
    expect(
      versions.some((each) => references.get(each)?.standalone.get(name) === digest),
      `${message}: ${name}`,
    ).toBe(true)
  expect([...standalone.keys()], message).toEqual([...(references.get(versions[0])?.standalone.keys() ?? [])])
  return version ?? versions[0]
}

const equal = (a: Map<string, string> | undefined, b: Map<string, string>) =>
  a?.size === b.size && [...b].every(([name, digest]) => a.get(name) === digest)

const printedVersion = () =>
  execFileSync(process.execPath, [join(checkout.dist, 'cli.js'), '--version'], { encoding: 'utf8' }).trim()

/** Puts a version into dist up to the n-th change to files. Resolves with the number of changes if it ends. */
const activateUntil = async (number: number, version: Version): Promise<number | undefined> => {
  const program = join(import.meta.dirname, 'killed-activation.mjs')
  const args = [program, String(number), checkout.dist, referenceOf(version)]
  const { code, output } = await run(checkout.path, process.execPath, args).exited
  return code === 0 ? Number(output) : undefined
}

beforeAll(async () => {
  checkout = makeCheckout()
  for (const version of versions) {
    setSources(version)
    expect(await checkout.build(referenceOf(version)).exited).toEqual({ code: 0, output: '' })
    references.set(version, readBuild(referenceOf(version)))
  }
  cpSync(referenceOf(versions[1]), checkout.dist, { recursive: true })
})
afterAll(() => checkout.remove())

describe('a build', () => {
  it(
    'may be killed at any instant: dist holds the one before or the new one',
    async () => {
      let found = expectWhole('the first one')
      for (let index = 0; index < scaled(2); index++) {
        setSources(otherThan(found))
        const build = checkout.build()
        await sleep(random() * 600)
        build.kill9()
        count('kills')
        await build.exited
        found = expectWhole(`kill ${index}`)
        expect(printedVersion(), `kill ${index}`).toBe(found)
      }
      setSources(otherThan(found))
      expect((await checkout.build().exited).code).toBe(0)
      expect(expectWhole('the last one')).toBe(otherThan(found))
    },
    scaledMs(60_000),
  )

  it('may be killed in the middle of any change that it makes to files', async () => {
    await activateUntil(0, versions[0])
    const all = (await activateUntil(0, versions[1])) ?? 0
    expect(all).toBeGreaterThan(60)
    // In between, one file after the other goes into a directory that nobody knows yet.
    const numbers = [1, 2, 3, 4, 5, ...Array.from({ length: 24 }, (_, index) => all - index)]
    for (const number of someOf('changes of a build', numbers, 2)) {
      const message = `change ${number} of ${all}`
      await activateUntil(0, versions[0])
      expect(expectWhole(message), message).toBe(versions[0])
      expect(await activateUntil(number, versions[1]), message).toBe(undefined)
      expectWhole(message)
    }
  }, 60_000)

  it('may run twice at once, also of different sources: each instant has one of them', async () => {
    for (const round of someOf('builds at once', [0, 1, 2], 1)) {
      setSources(versions[0])
      const builds = [checkout.build(), checkout.build()]
      await sleep(round * 100)
      setSources(versions[1])
      builds.push(checkout.build())
      const ended = Promise.all(builds.map(({ exited }) => exited))
      const over = ended.then(() => true)
      while (!(await Promise.race([over, sleep(50, false)]))) expectWhole(`round ${round}`)
      expect(await ended).toEqual(builds.map(() => ({ code: 0, output: '' })))
    }
    expect((await checkout.build().exited).code).toBe(0)
    expect(expectWhole('the last one')).toBe(versions[1])
  }, 60_000)
})
