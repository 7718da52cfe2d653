// The sweep by clocks that a test moves: nobody who beats may ever be taken, and whoever is dead is, in time.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BeatTimes, type Heartbeats, openHeartbeats } from '../../functions/services/heartbeats'
import { memoryDriver } from '../../storage/drivers/memory'
import { atOnce } from '../../storage/others-turn'
import { noteBeat } from '../../storage/rules/beats'
import { endSession } from '../../storage/rules/endings'
import { createProject } from '../../storage/rules/projects'
import { createSession, deleteSession, updateSession } from '../../storage/rules/sessions'
import type { Workspace } from '../../storage/workspace'
import { open } from '../drivers/open'
import { machine } from '../drivers/sample-data'
import { scaled } from '../random'

const nothing = () => undefined
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => log }

const ms = (min: number, max: number) => fc.integer({ min, max })

/** What happens to the server, one after the other. */
const happening = fc.oneof(
  fc.record({ what: fc.constant('runs' as const), ms: ms(500, 40_000) }),
  fc.record({ what: fc.constant('stands still' as const), ms: fc.oneof(ms(1, 2500), ms(1, 120_000)) }),
  fc.record({ what: fc.constant('restarts' as const), ms: ms(0, 60_000) }),
  fc.record({ what: fc.constant('its wall clock jumps' as const), ms: ms(-3_600_000, 3_600_000) }),
)

const holder = fc.record({
  ttlSeconds: ms(5, 20),
  /** Of its ttl, between two beats. */
  share: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
  diesAfterMs: fc.option(ms(0, 60_000)),
})

const world = fc.record({
  holders: fc.array(holder, { minLength: 1, maxLength: 6 }),
  happenings: fc.array(happening, { minLength: 1, maxLength: 8 }),
  /** Between two looks, and what working off takes. */
  looksMs: fc.array(ms(100, 900), { minLength: 1, maxLength: 5 }),
  drainsMs: fc.array(fc.oneof(ms(0, 50), ms(0, 3000)), { minLength: 1, maxLength: 5 }),
})
type World = typeof world extends fc.Arbitrary<infer T> ? T : never

interface Holder {
  id: string
  ttlMs: number
  everyMs: number
  diesAt: number
  nextBeat: number
  heardAt: number
}

const start = async () => {
  const { workspace } = await open(memoryDriver())
  const projectId = await workspace.change((tx) => createProject(tx, { name: 'p' }, '/').id)
  return {
    workspace,
    session: () =>
      workspace.change((tx) => atOnce(createSession(tx, { projectId, taskIds: [] }, machine)).id),
    statusOf: async (id: string) =>
      workspace.read((documents) => documents.get('sessions', id)?.read().status),
  }
}

/** As the operation does it. */
const beat = async (workspace: Workspace, heartbeats: Heartbeats, id: string, ttlSeconds: number) => {
  heartbeats.heard(id)
  heartbeats.note(id, await workspace.change((tx) => noteBeat(tx, id, ttlSeconds)))
}

const simulate = async ({ holders: described, happenings, looksMs, drainsMs }: World) => {
  const { workspace, session, statusOf } = await start()
  let now = 0
  let wall = 1_738_713_700_000
  const holders: Holder[] = []
  for (const { ttlSeconds, share, diesAfterMs } of described)
    holders.push({
      id: await session(),
      ttlMs: ttlSeconds * 1000,
      everyMs: ttlSeconds * 1000 * share,
      diesAt: diesAfterMs ?? Number.POSITIVE_INFINITY,
      nextBeat: 0,
      heardAt: 0,
    })

  /** Sent, and not worked off yet. */
  const arrived: Holder[] = []
  const workOff = async () => {
    for (const one of arrived.splice(0)) {
      await beat(workspace, heartbeats, one.id, one.ttlMs / 1000)
      one.heardAt = now
    }
  }
  /** Time passes; what is sent meanwhile arrives, or is lost. */
  const pass = (duration: number, isListening = true) => {
    now += duration
    wall += duration
    for (const one of holders)
      for (; one.nextBeat <= now; one.nextBeat += one.everyMs)
        if (one.nextBeat < one.diesAt || one.nextBeat === 0) if (isListening) arrived.push(one)
  }
  let drains = 0
  const drain = async () => {
    pass(drainsMs[drains++ % drainsMs.length] ?? 0)
    await workOff()
  }
  const openHere = () => openHeartbeats({ workspace, now: () => now, log, drain })
  let heartbeats = await openHere()
  let looked = { now, wall }
  let anewAt = 0
  const gap = () => Math.max(now - looked.now, Math.abs(wall - looked.wall))
  const look = async () => {
    const gapMs = gap()
    looked = { now, wall }
    if (gapMs > 2000) anewAt = now
    await heartbeats.sweep(() => Math.max(gapMs, gap()))
    for (const { id, ttlMs, heardAt, diesAt } of holders) {
      const isLiving = (await statusOf(id)) === 'idle'
      if (diesAt > now) expect(isLiving, `${id} beats, and was taken`).toBe(true)
      const silentMs = now - Math.max(heardAt, anewAt)
      if (silentMs > ttlMs + 5000) expect(isLiving, `${id} has been dead for ${silentMs} ms`).toBe(false)
    }
  }

  pass(0)
  await workOff()
  let looks = 0
  const run = async (duration: number) => {
    for (const end = now + duration; now < end; ) {
      const nextLook = looked.now + (looksMs[looks++ % looksMs.length] ?? 0)
      while (now < nextLook) {
        const next = Math.min(nextLook, ...holders.map((one) => one.nextBeat))
        pass(Math.max(next - now, 0))
        await workOff()
      }
      await look()
    }
  }
  for (const { what, ms: duration } of happenings) {
    if (what === 'runs') await run(duration)
    else if (what === 'stands still') {
      pass(duration)
      await look()
      await workOff()
    } else if (what === 'restarts') {
      arrived.length = 0
      pass(duration, false)
      heartbeats = await openHere()
      looked = { now, wall }
      anewAt = now
    } else wall += duration
  }
  await run(60_000)
  await workspace.close()
}

describe('the sweep', () => {
  it('never takes a living session, and every dead one 5 s after its ttl at the latest', () =>
    fc.assert(fc.asyncProperty(world, simulate), { numRuns: scaled(60) }))

  it('tries again when what is lost could not be stored', async () => {
    const { workspace, session, statusOf } = await start()
    let now = 0
    let fails = true
    const change: Workspace['change'] = (rule) =>
      fails ? Promise.reject(new Error('the disk is full')) : workspace.change(rule)
    const heartbeats = await openHeartbeats({
      workspace: { ...workspace, change },
      now: () => now,
      log,
      drain: async () => undefined,
    })
    const id = await session()
    await beat(workspace, heartbeats, id, 5)
    now = 5001
    await heartbeats.sweep(() => 0)
    expect(await statusOf(id)).toBe('idle')
    fails = false
    await heartbeats.sweep(() => 0)
    expect(await statusOf(id)).toBe('failed')
  })

  it('leaves alone what has ended, is gone, or was resumed and does not beat any more', async () => {
    const { workspace, session, statusOf } = await start()
    let now = 0
    const heartbeats = await openHeartbeats({ workspace, now: () => now, log })
    const [ended, gone, resumed] = [await session(), await session(), await session()]
    for (const id of [ended, gone, resumed]) await beat(workspace, heartbeats, id, 5)
    for (const id of [ended, resumed])
      await workspace.change((tx) => endSession(tx, id, { cause: 'stopped' }))
    await workspace.change((tx) => deleteSession(tx, gone))
    await workspace.change((tx) => updateSession(tx, resumed, { status: 'idle' }))
    now = 60_000
    await heartbeats.sweep(() => 0)
    expect([await statusOf(ended), await statusOf(gone), await statusOf(resumed)]).toEqual([
      'stopped',
      undefined,
      'idle',
    ])
    expect(heartbeats.nextDue()).toBeUndefined()
    expect(await workspace.read((documents) => documents.count('beats'))).toBe(0)
  })

  it('knows after a sleep when it last heard whom, where the times outlive it', async () => {
    const { workspace, session, statusOf } = await start()
    const kept = new Map<string, number>()
    const times: BeatTimes = {
      read: (id) => kept.get(id),
      write: (id, at) => kept.set(id, at),
      remove: (id) => kept.delete(id),
    }
    let now = 1000
    const openHere = () => openHeartbeats({ workspace, now: () => now, log, times })
    const id = await session()
    await beat(workspace, await openHere(), id, 5)
    now = 6000
    const awake = await openHere()
    expect(awake.nextDue()).toBe(6000)
    await awake.sweep(() => 0)
    expect(await statusOf(id)).toBe('idle')
    now = 6001
    await awake.sweep(() => 2001)
    expect(awake.nextDue()).toBe(11_001)
    now = 11_002
    await (await openHere()).sweep(() => 1)
    expect(await statusOf(id)).toBe('failed')
    expect(kept.size).toBe(0)
  })
})
