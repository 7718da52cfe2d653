/**
 * The life of a session as its runner sees it: what was seen or done is an event, what is to be done an effect. Pure, without
 * a clock: runner.ts hands events in, perform.ts does what comes out, and what came of that is an event again.
 */
import type { SessionStatus } from '../../functions/client/client'
import { type Exit, unknownExit } from './process/start-options'

/**
 * `waiting`: for a place. `claiming`: the server is asked for it. `preparing`: the place where it works is being made.
 * `asking`: before that, a person is asked something. `claimed`: its process is being started. `started`: that is there,
 * its driver has not begun. `waiting-for-input`: the driver waits for a person. `stopping`: its processes are being ended.
 * `exited`: its process has ended, and the server is asked whether the session has. `reporting`: the server is told.
 */
type Phase =
  | 'waiting'
  | 'claiming'
  | 'preparing'
  | 'asking'
  | 'claimed'
  | 'started'
  | 'running'
  | 'waiting-for-input'
  | 'stopping'
  | 'exited'
  | 'reporting'
  | 'ended'

export type StopReason = 'stopped' | 'deleted' | 'started again'

export interface SessionState {
  phase: Phase
  run: number | undefined
  /** When its process was started again in this run, in Unix milliseconds, in order. */
  restarts: readonly number[]
  /** Why its processes are to end. */
  stopReason?: StopReason
  /** A later run, which begins when this one has ended here. */
  nextRun?: number
  /** How its last process ended. */
  exit?: Exit
}

/** A session as the server tells it. */
export interface SeenSession {
  run: number | undefined
  status: SessionStatus
  /** Whether it is to be started, and nobody has claimed it. */
  waits: boolean
}

export type LifecycleEvent =
  /** There is a place for it. */
  | { type: 'placed' }
  | { type: 'seen'; session: SeenSession }
  | { type: 'deleted' }
  | { type: 'claimed'; run: number | undefined }
  /** Another runner has it, or it is not to be started any more. */
  | { type: 'not claimed' }
  /** It was another runner's, which has died; `gone`: its process has ended with an earlier boot, or nobody knows of one. */
  | {
      type: 'adopted'
      session: SeenSession
      process: 'never started' | 'alive' | 'ended' | 'gone'
      restarts: readonly number[]
    }
  /** It is known where it works, and all is there. */
  | { type: 'prepared' }
  /** A person must say something first. */
  | { type: 'asks' }
  /** That was said, or needs no answer any more. */
  | { type: 'answered' }
  | { type: 'started' }
  | { type: 'start failed'; reason: string }
  | { type: 'exited'; exit: Exit }
  /** `ended`: also deleted, or in a later run. `foreign`: another runner has it by now. */
  | { type: 'inspected'; session: 'lives' | 'ended' | 'foreign'; now: number }
  | { type: 'reported' }
  /** What was to be done cannot be done, and will not be tried again. */
  | { type: 'given up' }

export type Effect =
  | { type: 'claim' }
  /** Makes the place where it works, or finds it as it was: before each start, so that none is elsewhere. */
  | { type: 'prepare' }
  | { type: 'await answer' }
  /** Ends what prepares it, or waits for an answer. */
  | { type: 'abandon' }
  /** Starts its process; `restart`: for the nth time again, in place of one that ended so. */
  | { type: 'start'; restart: number; exit?: Exit }
  /** Waits for the end of its process. */
  | { type: 'watch' }
  /** Ends its processes. */
  | { type: 'stop'; reason: StopReason }
  /** Ends what its process has left. */
  | { type: 'clean' }
  | { type: 'inspect' }
  | { type: 'report'; outcome: RunOutcome }
  /** There is nothing more to do for it. */
  | { type: 'forget' }

export type RunOutcome =
  | { type: 'start failed'; reason: string }
  /** `restarts`: how often its process was started again shortly before. */
  | { type: 'exited'; exit: Exit; restarts: number }

/** A process that ends without having ended its session is started again so often in this time. */
export const maxRestarts = 3
export const restartWindowMs = 10 * 60_000

type Step = [SessionState, Effect[]]

/** A session that is to be started. */
export const newSession = (run: number | undefined): SessionState => ({ phase: 'waiting', run, restarts: [] })

/** Whether it holds one of the runner's places. */
export const holdsPlace = ({ phase }: SessionState): boolean =>
  !['waiting', 'asking', 'waiting-for-input', 'reporting', 'ended'].includes(phase)

/** Whether it has a process, or will soon have one, for all that is known. */
export const isActive = ({ phase }: SessionState): boolean =>
  !['waiting', 'reporting', 'ended'].includes(phase)

/** What a session becomes by an event, and what is to be done. An event that cannot be meant for it changes nothing. */
export const step = (state: SessionState, event: LifecycleEvent): Step => {
  const { phase } = state
  switch (event.type) {
    case 'placed':
      return phase === 'waiting' ? enter(state, 'claiming', { type: 'claim' }) : [state, []]
    case 'seen':
      return see(state, event.session)
    case 'deleted':
      return remove(state)
    case 'claimed':
      return phase === 'claiming' ? begin(state, event.run) : [state, []]
    case 'not claimed':
      return phase === 'claiming' ? leave(state) : [state, []]
    case 'adopted':
      return phase === 'waiting' ? adopt(event) : [state, []]
    case 'prepared':
      return phase === 'preparing' ? goOn(state, 'claimed', startOf(state)) : [state, []]
    case 'asks':
      return phase === 'preparing' ? goOn(state, 'asking', { type: 'await answer' }) : [state, []]
    case 'answered':
      return phase === 'asking' ? goOn(state, 'preparing', { type: 'prepare' }) : [state, []]
    case 'started':
      return phase === 'claimed' ? watch(state) : [state, []]
    case 'start failed':
      return phase === 'claimed' || phase === 'preparing'
        ? report(state, { type: 'start failed', reason: event.reason })
        : [state, []]
    case 'exited':
      return hasProcess(state) ? end(state, event.exit) : [state, []]
    case 'inspected':
      return phase === 'exited' ? judge(state, event) : [state, []]
    case 'reported':
      return phase === 'reporting' ? leave(state) : [state, []]
    case 'given up':
      return phase === 'ended' ? [state, []] : leave(state)
  }
}

const enter = (state: SessionState, phase: Phase, ...effects: Effect[]): Step => [
  { ...state, phase },
  effects,
]

const startOf = ({ restarts, exit }: SessionState): Effect => ({
  type: 'start',
  restart: restarts.length,
  ...(exit && { exit }),
})

/** Unless it was stopped meanwhile. */
const goOn = (state: SessionState, phase: Phase, effect: Effect): Step =>
  state.stopReason === undefined
    ? enter(state, phase, effect)
    : report(state, { type: 'start failed', reason: `It is ${state.stopReason}` })

const hasProcess = ({ phase }: SessionState) =>
  ['started', 'running', 'waiting-for-input', 'stopping'].includes(phase)

/** It is over here, but for a later run. */
const leave = (state: SessionState): Step =>
  state.nextRun === undefined ? enter(state, 'ended', { type: 'forget' }) : [newSession(state.nextRun), []]

const isLater = (run: number | undefined, than: number | undefined) => (run ?? 0) > (than ?? 0)

const see = (state: SessionState, session: SeenSession): Step => {
  const { phase, run } = state
  // What is told of an earlier run may come late: the answer to a claim is faster.
  if (phase === 'ended' || isLater(run, session.run)) return [state, []]
  if (phase === 'waiting') return session.waits ? [{ ...state, run: session.run }, []] : leave(state)
  if (isLater(session.run, run)) return supersede(state, session)
  if (session.status === 'stopped') return stop(state, 'stopped')
  if (phase !== 'started' && phase !== 'running' && phase !== 'waiting-for-input') return [state, []]
  if (session.status === 'idle') return enter(state, 'waiting-for-input')
  return session.status === 'working' ? enter(state, 'running') : [state, []]
}

/** Another run has begun. Who has claimed it shows when it is claimed: it may be this runner, whose answer is on its way. */
const supersede = (state: SessionState, { run, status }: SeenSession): Step =>
  stop(
    status === 'spawning' && run !== undefined ? { ...state, nextRun: run } : withoutNext(state),
    'started again',
  )

const withoutNext = ({ nextRun: _, ...state }: SessionState): SessionState => state

const remove = (state: SessionState): Step => {
  if (state.phase === 'waiting') return leave(state)
  return state.phase === 'ended' ? [state, []] : stop(withoutNext(state), 'deleted')
}

/** What is being claimed or started has no process yet: it ends when it has. What is being prepared is not started. */
const stop = (state: SessionState, reason: StopReason): Step => {
  if (state.stopReason !== undefined) return [state, []]
  const stopping = { ...state, stopReason: reason }
  if (hasProcess(state)) return enter(stopping, 'stopping', { type: 'stop', reason })
  const isBefore = state.phase === 'preparing' || state.phase === 'asking'
  return [stopping, isBefore ? [{ type: 'abandon' }] : []]
}

/** It was stopped meanwhile, unless what is claimed is already the run that was begun meanwhile. */
const begin = (state: SessionState, run: number | undefined): Step => {
  const { stopReason, nextRun } = state
  const isNext = nextRun === undefined ? isLater(run, state.run) : !isLater(nextRun, run)
  if (stopReason !== undefined && (stopReason === 'deleted' || !isNext)) return leave(state)
  return enter({ phase: 'claiming', run, restarts: [] }, 'preparing', { type: 'prepare' })
}

const adopt = ({ session, process, restarts }: Extract<LifecycleEvent, { type: 'adopted' }>): Step => {
  const { run, status } = session
  const state: SessionState = { phase: 'started', run, restarts }
  if (process === 'never started') return enter(state, 'preparing', { type: 'prepare' })
  if (process === 'ended') return end(state, unknownExit)
  if (process === 'gone') return report(state, { type: 'exited', exit: unknownExit, restarts: 0 })
  if (status === 'stopped') {
    const [stopping, effects] = stop(state, 'stopped')
    return [stopping, [...effects, { type: 'watch' }]]
  }
  const phase = status === 'idle' ? 'waiting-for-input' : status === 'spawning' ? 'started' : 'running'
  return enter(state, phase, { type: 'watch' })
}

const watch = (state: SessionState): Step =>
  state.stopReason === undefined
    ? enter(state, 'started', { type: 'watch' })
    : enter(state, 'stopping', { type: 'watch' }, { type: 'stop', reason: state.stopReason })

const end = (state: SessionState, exit: Exit): Step =>
  state.stopReason === undefined
    ? enter({ ...state, exit }, 'exited', { type: 'inspect' })
    : report(state, { type: 'exited', exit, restarts: 0 })

/** A process that has ended, and its session has not: it is started again, unless that was done too often. */
const judge = (
  state: SessionState,
  { session, now }: Extract<LifecycleEvent, { type: 'inspected' }>,
): Step => {
  if (session === 'foreign') return leave(state)
  const { restarts, stopReason, exit = unknownExit } = state
  const recent = restarts.filter((at) => now - at < restartWindowMs).length
  if (session === 'ended' || stopReason !== undefined || recent >= maxRestarts)
    return report(state, { type: 'exited', exit, restarts: recent })
  return enter({ ...state, exit, restarts: [...restarts, now] }, 'preparing', { type: 'prepare' })
}

const report = (state: SessionState, outcome: RunOutcome): Step =>
  enter(state, 'reporting', { type: 'clean' }, { type: 'report', outcome })
