// A session whose runner is gone stays "working" for ever; or the agent of a living runner is taken for a dead one.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fateOf, type Self } from '../../local-dev/runner/runner-fate'
import { serverKeyOf } from '../../local-dev/runner/server-key'
import { findOrphans, leftToOthers, openRunnerState, RunnerState } from '../../local-dev/runner/state-file'
import { ownIdentity } from '../../storage/drivers/files/process-identity'

const own: Self = { process: ownIdentity(), machine: 'a'.repeat(32), host: 'ada-laptop' }
const anotherBoot = { ...own.process, bootId: '11111111-2222-3333-4444-555555555555' }

describe('a runner of another boot', () => {
  it('is dead if it was this machine, whatever it was called', () => {
    expect(fateOf({ ...own, process: anotherBoot, host: 'ada.cafe.example' }, own)).toBe('dead')
    expect(fateOf({ ...own, process: anotherBoot }, own)).toBe('dead')
  })

  it('is left alone if it was another machine, even of the same name', () => {
    expect(fateOf({ ...own, process: anotherBoot, machine: 'b'.repeat(32) }, own)).toBe('unknown')
  })

  it('is known by its name where machines have no id', () => {
    const { machine: _, ...nameless } = { ...own, process: anotherBoot }
    expect(fateOf(nameless, own)).toBe('dead')
    expect(fateOf({ ...nameless, host: 'other' }, own)).toBe('unknown')
  })
})

it('a runner of this boot lives under whatever name, and is unknown in another container', () => {
  expect(fateOf({ ...own, host: 'ada.cafe.example' }, own)).toBe('alive')
  const elsewhere = { ...own.process, pidNamespace: 'pid:[1]' }
  expect(fateOf({ ...own, process: elsewhere, host: 'other' }, own)).toBe('unknown')
})

it('where the host’s name stands for the boot, a process lives on under another name', () => {
  const named = (process: Self['process'], host: string): Self => ({
    ...own,
    host,
    process: { ...process, bootId: `host:${host}` },
  })
  expect(fateOf(named(own.process, 'ada.local'), named(own.process, 'ada.lan'))).toBe('alive')
  const gone = { ...own.process, pid: 2 ** 22 + 1 }
  expect(fateOf(named(gone, 'ada.local'), named(own.process, 'ada.lan'))).toBe('dead')
})

it('a server is the same under each name of this machine, and only there', () => {
  const { server } = serverKeyOf('http://localhost:4000', undefined)
  for (const url of ['http://127.0.0.1:4000/', 'http://[::1]:4000', 'http://0.0.0.0:4000'])
    expect(serverKeyOf(url, undefined).server).toBe(server)
  for (const url of ['http://localhost:4001', 'https://localhost:4000', 'http://ada-laptop:4000'])
    expect(serverKeyOf(url, undefined).server).not.toBe(server)
  expect(serverKeyOf('http://localhost:4000', 'secret')).not.toEqual(
    serverKeyOf('http://localhost:4000', 'b'),
  )
  expect(JSON.stringify(serverKeyOf('http://localhost:4000', 'secret'))).not.toContain('secret')
})

describe('what a dead runner has left', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'maestro-state-'))
    openRunnerState(folder, 'one', ours).add('sess_1', join(folder, 'sess_1'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const ours = serverKeyOf('http://127.0.0.1:4000', 'token')

  const change = (changed: Partial<Record<keyof RunnerState, unknown>>) => {
    const path = join(folder, '.runner-one.json')
    const state = RunnerState.parse(JSON.parse(readFileSync(path, 'utf8')))
    const dead = { ...state.process, pid: 2 ** 22 + 1 }
    writeFileSync(path, JSON.stringify({ ...state, process: dead, ...changed }))
  }

  it('is adopted for its own server, once', () => {
    change({})
    const [orphans] = findOrphans(folder, serverKeyOf('http://localhost:4000', 'token'))
    expect(orphans).toMatchObject({ isCertain: true, sessions: [['sess_1', join(folder, 'sess_1')]] })
    expect(leftToOthers(folder, ours)).toEqual([])
    orphans?.done()
    expect(readdirSync(folder)).toEqual([])
  })

  it('is not touched for another server, and said to be there', () => {
    change({})
    const other = serverKeyOf('http://localhost:5000', 'token')
    expect(findOrphans(folder, other)).toEqual([])
    expect(leftToOthers(folder, other)).toEqual([
      'No runner looks after sess_1 of the server http://localhost:4000: MAESTRO_SERVER_URL=http://localhost:4000 maestro run does',
    ])
  })

  it('is left to the version that wrote it, if that is a later one, and said to be there', () => {
    change({ format: 3 })
    expect(findOrphans(folder, ours)).toEqual([])
    expect(leftToOthers(folder, ours)).toEqual([
      expect.stringMatching(/\.runner-one\.json was written by a later maestro run \(format 3/),
    ])
    change({ format: undefined })
    expect(findOrphans(folder, ours)).toHaveLength(1)
  })

  it('may be another workspace’s with another token, or another server’s in an old state', () => {
    change({})
    expect(findOrphans(folder, serverKeyOf('http://localhost:4000', 'b'))).toMatchObject([
      { isCertain: false },
    ])
    change({ server: undefined, caller: undefined })
    expect(findOrphans(folder, ours)).toMatchObject([{ isCertain: false }])
  })

  it('is found after a reboot in another network, and said of another machine', () => {
    change({ process: anotherBoot, host: 'ada.cafe.example' })
    const state = RunnerState.parse(JSON.parse(readFileSync(join(folder, '.runner-one.json'), 'utf8')))
    expect(findOrphans(folder, ours)).toHaveLength(state.machine === undefined ? 0 : 1)
    change({ process: anotherBoot, host: 'other', machine: undefined })
    expect(findOrphans(folder, ours)).toEqual([])
    expect(leftToOthers(folder, ours)).toEqual([
      'A runner on other has sess_1: if that machine is gone, maestro session stop ends them',
    ])
    change({ process: anotherBoot, host: hostname(), machine: undefined })
    expect(findOrphans(folder, ours)).toHaveLength(1)
  })
})
