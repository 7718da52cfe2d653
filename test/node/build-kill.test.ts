// A build is killed, or two run at once, and what is in dist no longer starts.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom, scaled, scaledMs } from '../random'
import { type BuiltFiles, type Checkout, makeCheckout, readBuild } from './checkout'

const kills = scaled(10)
const random = createRandom('instants at which a build is killed')

const versions = ['0.1.0-first', '0.1.0-second'] as const
type Version = (typeof versions)[number]

let checkout: Checkout
const references = new Map<Version, BuiltFiles>()

/** Makes the sources those of a version: it is in the programs, in both clients, and in the SBOM. */
const setSources = (version: Version) => {
  const change = (file: string, pattern: RegExp, text: string) => {
    const path = join(checkout.path, file)
    writeFileSync(path, readFileSync(path, 'utf8').replace(pattern, text))
  }
  change('package.json', /"version": ".*"/, `"version": "${version}"`)
  change(
    'functions/client/client.ts',
    /(\nexport const madeFor = .*)?\n$/,
    `\nexport const madeFor = '${version}'\n`,
  )
}

const otherThan = (version: Version) => (version === versions[0] ? versions[1] : versions[0])

/** Fails unless `dist` has all of one version; what stands alone is whole in itself, and there. */
const expectWhole = (dist: string, message: string): Version => {
  const { programs, standalone } = readBuild(dist)
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

beforeAll(async () => {
  checkout = makeCheckout()
  for (const version of versions) {
    setSources(version)
    expect(await checkout.build(`as-${version}`).exited).toEqual({ code: 0, output: '' })
    references.set(version, readBuild(join(checkout.path, `as-${version}`)))
  }
  expect((await checkout.build().exited).code).toBe(0)
})
afterAll(() => checkout.remove())

/** Resolves when the build writes beside what is there, which is the last part of it. */
const writing = async () => {
  while (!readdirSync(checkout.dist).some((name) => name.startsWith('.building-'))) await sleep(1)
}

describe('a build', () => {
  it(
    'may be killed at any instant: dist holds the one before or the new one',
    async () => {
      let before = expectWhole(checkout.dist, 'the first one')
      for (let index = 0; index < kills; index++) {
        setSources(otherThan(before))
        const build = checkout.build()
        // Every other time while it bundles, or else while it writes.
        if (index % 2 === 0) await sleep(random() * 500)
        else await Promise.race([writing().then(() => sleep(random() * 100)), build.exited])
        build.kill9()
        await build.exited
        const message = `kill ${index}`
        before = expectWhole(checkout.dist, message)
        expect(printedVersion(), message).toBe(before)
      }
      setSources(otherThan(before))
      expect((await checkout.build().exited).code).toBe(0)
      expect(expectWhole(checkout.dist, 'the last one')).toBe(otherThan(before))
    },
    scaledMs(60_000),
  )

  it('may run twice at once, also of different sources: each instant has one of them', async () => {
    for (const round of [0, 1, 2]) {
      setSources(versions[0])
      const builds = [checkout.build(), checkout.build()]
      await sleep(round * 100)
      setSources(versions[1])
      builds.push(checkout.build())
      const ended = Promise.all(builds.map(({ exited }) => exited))
      const over = ended.then(() => true)
      while (!(await Promise.race([over, sleep(2, false)]))) expectWhole(checkout.dist, `round ${round}`)
      expect((await ended).map(({ code }) => code)).toEqual([0, 0, 0])
    }
    expect((await checkout.build().exited).code).toBe(0)
    expect(expectWhole(checkout.dist, 'the last one')).toBe(versions[1])
  }, 60_000)
})
