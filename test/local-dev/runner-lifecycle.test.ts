// Whatever comes in whatever order: a session's work is done by one process at a time, and is neither forgotten nor begun without end.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Effect,
  holdsPlace,
  type LifecycleEvent,
  newSession,
  restartWindowMs,
  type SessionState,
  step,
} from '../../local-dev/runner/lifecycle'
import { type Action, actions, createWorld, type World } from './lifecycle-world'

const anyAction: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ completes: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.constantFrom('news come' as const, 'there is a place' as const) },
  { weight: 2, arbitrary: fc.constantFrom('the driver begins' as const, 'the driver dies' as const) },
  { weight: 2, arbitrary: fc.constantFrom(...actions) },
)
const anyLife = fc.array(anyAction, { minLength: 1, maxLength: 60, size: 'max' })

const live = (life: readonly Action[], check: (world: World, action: Action) => void) => {
  const world = createWorld()
  for (const action of life) {
    world.act(action)
    check(world, action)
  }
  return world
}

describe('in any life of a session', () => {
  it('no two of its processes run at once', () =>
    fc.assert(
      fc.property(anyLife, (life) => {
        live(life, (world) => expect(world.alive().length).toBeLessThanOrEqual(1)).runToEnd()
      }),
    ))

  it('it is true in the end: it lives where its process does, and is not forgotten', () =>
    fc.assert(
      fc.property(anyLife, (life) => {
        const world = live(life, () => undefined)
        world.runToEnd()
        const [process] = world.alive()
        const phase = world.state()?.phase
        if (world.isLiving()) {
          expect(process?.run).toBe(world.session.run)
          expect(['running', 'waiting-for-input']).toContain(phase)
          expect(world.pending()).toEqual([{ type: 'watch' }])
        } else {
          expect(process).toBeUndefined()
          expect(world.state()).toBeUndefined()
        }
      }),
    ))

  it('it is started again at most three times in ten minutes', () =>
    fc.assert(
      fc.property(anyLife, (life) => {
        const world = live(life, () => undefined)
        world.runToEnd()
        const restarts = world.restarts()
        for (const { run, startedAt } of restarts) {
          const shortlyBefore = restarts.filter(
            (one) =>
              one.run === run && one.startedAt <= startedAt && startedAt - one.startedAt < restartWindowMs,
          )
          expect(shortlyBefore.length).toBeLessThanOrEqual(3)
        }
      }),
    ))

  it('it is started nowhere else than where its place was just prepared', () =>
    fc.assert(
      fc.property(anyLife, (life) => {
        const world = live(life, () => undefined)
        world.runToEnd()
        expect(world.unprepared()).toBe(0)
      }),
    ))

  it('it is started only with a place, and holds none while it waits for a person', () =>
    fc.assert(
      fc.property(anyLife, (life) => {
        live(life, (world) => {
          const state = world.state()
          const isStarting = world.pending().some(({ type }) => ['start', 'claim', 'prepare'].includes(type))
          if (state && isStarting) expect(holdsPlace(state)).toBe(true)
          if (state && ['waiting-for-input', 'asking'].includes(state.phase))
            expect(holdsPlace(state)).toBe(false)
        })
      }),
    ))
})

const waiting = { run: 1, status: 'spawning', waits: true } as const
const died: LifecycleEvent = { type: 'exited', exit: { code: null, signal: 'SIGKILL' } }
const lives = (now: number): LifecycleEvent => ({ type: 'inspected', session: 'lives', now })
const prepared: LifecycleEvent = { type: 'prepared' }
const started: LifecycleEvent[] = [
  { type: 'placed' },
  { type: 'claimed', run: 1 },
  prepared,
  { type: 'started' },
]

const follow = (events: readonly LifecycleEvent[], from: SessionState = newSession(1)) => {
  let state = from
  let effects: Effect[] = []
  for (const event of events) [state, effects] = step(state, event)
  return { state, effects }
}

describe('a process that has ended, and its session has not', () => {
  const dieAt = (now: number): LifecycleEvent[] => [died, lives(now), prepared, { type: 'started' }]

  it('is started again, with how it ended, and the fourth time within ten minutes that is reported', () => {
    const once = follow([...started, died, lives(0), prepared])
    expect(once.effects).toEqual([{ type: 'start', restart: 1, exit: { code: null, signal: 'SIGKILL' } }])
    const often = follow([...started, ...dieAt(0), ...dieAt(1), ...dieAt(2), died, lives(3)])
    expect(often.effects).toEqual([
      { type: 'clean' },
      { type: 'report', outcome: { type: 'exited', exit: { code: null, signal: 'SIGKILL' }, restarts: 3 } },
    ])
    const later = follow([
      ...started,
      ...dieAt(0),
      ...dieAt(1),
      ...dieAt(2),
      died,
      lives(restartWindowMs),
      prepared,
    ])
    expect(later.effects).toEqual([expect.objectContaining({ type: 'start', restart: 4 })])
  })

  it('is counted on by the next runner', () => {
    const adopted: LifecycleEvent = {
      type: 'adopted',
      session: { run: 1, status: 'working', waits: false },
      process: 'ended',
      restarts: [0, 1, 2],
    }
    expect(follow([adopted, lives(3)]).state.phase).toBe('reporting')
    expect(follow([adopted, lives(restartWindowMs), prepared]).effects).toEqual([
      expect.objectContaining({ type: 'start', restart: 4 }),
    ])
  })

  it('is not started again where somebody has stopped it, or another runner has it', () => {
    const stopped: LifecycleEvent = { type: 'seen', session: { run: 1, status: 'stopped', waits: false } }
    for (const early of [
      [stopped, died],
      [died, stopped, lives(0)],
    ])
      expect(follow([...started, ...early]).state.phase).toBe('reporting')
    const foreign: LifecycleEvent = { type: 'inspected', session: 'foreign', now: 0 }
    expect(follow([...started, died, foreign]).effects).toEqual([{ type: 'forget' }])
  })

  it('is lost with its machine', () => {
    const session = { run: 1, status: 'working', waits: false } as const
    const { effects } = follow([{ type: 'adopted', session, process: 'gone', restarts: [] }])
    expect(effects).toContainEqual({
      type: 'report',
      outcome: { type: 'exited', exit: { code: null, signal: null }, restarts: 0 },
    })
  })
})

describe('a session that is started again while its last run has not ended here', () => {
  const later: LifecycleEvent = { type: 'seen', session: { ...waiting, run: 2 } }

  it('waits for that end, and begins then', () => {
    const { state, effects } = follow([...started, later])
    expect(effects).toEqual([{ type: 'stop', reason: 'started again' }])
    expect(follow([died, { type: 'reported' }], state).state).toEqual(newSession(2))
  })

  it('is begun where its claim was still on its way', () => {
    const claimedByUs: LifecycleEvent = {
      type: 'seen',
      session: { run: 2, status: 'spawning', waits: false },
    }
    const { state, effects } = follow([{ type: 'placed' }, claimedByUs, { type: 'claimed', run: 2 }])
    expect(state).toEqual({ phase: 'preparing', run: 2, restarts: [] })
    expect(effects).toEqual([{ type: 'prepare' }])
    expect(follow([prepared], state).effects).toEqual([{ type: 'start', restart: 0 }])
  })
})

describe('a session whose place is being prepared, or that waits for an answer before', () => {
  const preparing = follow(started.slice(0, 2)).state
  const stopped: LifecycleEvent = { type: 'seen', session: { run: 1, status: 'stopped', waits: false } }

  it('is not started where somebody stops it meanwhile', () => {
    for (const [before, then] of [
      [[], prepared],
      [[], { type: 'asks' }],
      [[{ type: 'asks' }], { type: 'answered' }],
    ] satisfies [LifecycleEvent[], LifecycleEvent][]) {
      const { state, effects } = follow([...before, stopped], preparing)
      expect(effects).toEqual([{ type: 'abandon' }])
      expect(follow([then], state).state.phase).toBe('reporting')
    }
  })

  it('ends with the reason where it cannot be prepared', () => {
    const { effects } = follow([{ type: 'start failed', reason: 'no space' }], preparing)
    expect(effects).toEqual([
      { type: 'clean' },
      { type: 'report', outcome: { type: 'start failed', reason: 'no space' } },
    ])
  })
})

it('a session that waits is let go of when another runner has it, or somebody stops or deletes it', () => {
  for (const event of [
    { type: 'deleted' },
    { type: 'seen', session: { ...waiting, waits: false } },
    { type: 'seen', session: { ...waiting, status: 'stopped', waits: false } },
  ] satisfies LifecycleEvent[])
    expect(follow([event]).effects).toEqual([{ type: 'forget' }])
})
