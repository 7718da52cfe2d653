// What a runner lives among, said otherwise than the runner says it: a server with one session, the news of it that are on their
// way, and a machine with processes and pidfiles. It does what the lifecycle asks for, whenever it is told to.
import {
  type Effect,
  type LifecycleEvent,
  newSession,
  type SeenSession,
  type SessionState,
  step,
} from '../../local-dev/runner/lifecycle'

interface Process {
  run: number
  restart: number
  isAlive: boolean
  hasBegun: boolean
  startedAt: number
}

interface Stored {
  exists: boolean
  run: number
  isClaimed: boolean
  status: SeenSession['status']
}

export const actions = [
  ...['a person stops it', 'a person starts it again', 'a person deletes it'],
  ...['the driver begins', 'the driver waits', 'the driver goes on', 'the driver ends it', 'the driver dies'],
  ...['there is a place', 'news come', 'the connection is lost', 'minutes pass'],
  ...['its setup changes', 'a person answers'],
  ...['the runner dies', 'the runner dies in the middle', 'the server takes it for lost'],
] as const
export type Action = (typeof actions)[number] | { completes: number }

export type World = ReturnType<typeof createWorld>

export const createWorld = () => {
  let now = 1_000_000
  const session: Stored = { exists: true, run: 1, isClaimed: false, status: 'spawning' }
  let news: (SeenSession | 'deleted')[] = []
  const processes: Process[] = []
  let state: SessionState | undefined = newSession(1)
  /** What has been asked for, and has not come about. */
  let pending: Effect[] = []
  let own: Process | undefined
  /** Whether a person must say something before it starts. */
  let asks = false
  /** Whether its place is known to be there, since it was looked at for the next start. */
  let isPrepared = false
  let unprepared = 0
  /** Whether the runner's state file names the session. */
  let isNoted = false

  const isLiving = () => session.exists && ['spawning', 'idle', 'working'].includes(session.status)
  const alive = () => processes.filter(({ isAlive }) => isAlive)
  const kill = (isMeant: (process: Process) => boolean) => {
    for (const process of processes) if (isMeant(process)) process.isAlive = false
  }
  const seen = (): SeenSession => ({
    run: session.run,
    status: session.status,
    waits: session.status === 'spawning' && !session.isClaimed,
  })
  const change = (fields: Partial<Stored>) => {
    Object.assign(session, fields)
    news.push(session.exists ? seen() : 'deleted')
  }

  const dispatch = (event: LifecycleEvent): void => {
    if (!state) return
    const [after, effects] = step(state, event)
    state = after
    for (const effect of effects)
      if (effect.type === 'forget') [state, own, isNoted] = [undefined, undefined, false]
      else pending.push(effect)
  }

  const last = () => processes.filter(({ run }) => run === session.run).at(-1)

  /** As perform does it; undefined: nothing is told of it. */
  const effects = {
    claim(): LifecycleEvent {
      isNoted = true
      if (!session.exists) return { type: 'given up' }
      if (session.status !== 'spawning') return { type: 'not claimed' }
      if (!session.isClaimed) change({ isClaimed: true })
      return { type: 'claimed', run: session.run }
    },
    prepare(): LifecycleEvent {
      if (state?.stopReason !== undefined || !session.exists)
        return { type: 'start failed', reason: 'it is stopped' }
      isPrepared = !asks
      return { type: asks ? 'asks' : 'prepared' }
    },
    'await answer': (): LifecycleEvent => ({ type: 'answered' }),
    abandon: (): undefined => undefined,
    start({ restart }: { restart: number }): LifecycleEvent {
      const run = state?.run ?? 0
      own = processes.find((process) => process.run === run && process.restart === restart)
      if (own) return { type: 'started' }
      if (run > 1 || restart > 0) kill(() => true)
      if (state?.stopReason !== undefined || !session.exists)
        return { type: 'start failed', reason: 'it is stopped' }
      if (!isPrepared) unprepared++
      isPrepared = false
      own = { run, restart, isAlive: true, hasBegun: false, startedAt: now }
      processes.push(own)
      return { type: 'started' }
    },
    watch: (): LifecycleEvent => ({ type: 'exited', exit: { code: null, signal: 'SIGKILL' } }),
    stop(): undefined {
      kill((process) => process === own)
    },
    clean(): undefined {
      kill((process) => process === own)
    },
    inspect(): LifecycleEvent {
      const lives = isLiving() && session.run === state?.run
      return { type: 'inspected', session: lives ? 'lives' : 'ended', now }
    },
    report(): LifecycleEvent {
      if (isLiving() && session.run === state?.run) change({ status: 'failed' })
      return { type: 'reported' }
    },
  }
  /** A process is watched until it has ended; an answer comes from a person, or is not waited for any more. */
  const canComplete = (effect: Effect) => {
    if (effect.type === 'await answer') return !asks || state?.stopReason !== undefined
    return effect.type !== 'watch' || own?.isAlive !== true
  }
  const complete = (index: number, isHeard = true) => {
    const possible = pending.filter(canComplete)
    const effect = possible[index % Math.max(1, possible.length)]
    if (!effect || effect.type === 'forget') return
    pending = pending.filter((one) => one !== effect)
    const event = effect.type === 'start' ? effects.start(effect) : effects[effect.type]()
    if (event && isHeard) dispatch(event)
  }

  const deliver = (what: SeenSession | 'deleted') => {
    if (what === 'deleted') dispatch({ type: 'deleted' })
    else if (!state && what.waits) state = newSession(what.run)
    else dispatch({ type: 'seen', session: what })
  }

  /** The next runner hears what is so now, and finds what the last one has left. */
  const replaceRunner = () => {
    pending = []
    isPrepared = false
    state = undefined
    own = undefined
    const wasNoted = isNoted
    isNoted = false
    if (wasNoted) adopt()
    reconnect()
  }
  const adopt = () => {
    if (!session.exists) {
      kill(() => true)
      return
    }
    const found = last()
    kill((process) => process !== found)
    if (!session.isClaimed && session.status !== 'spawning') return
    if (!session.isClaimed) change({ isClaimed: true })
    if (!found?.isAlive && !isLiving()) return
    state = newSession(session.run)
    own = found
    isNoted = true
    const never = session.status === 'spawning' ? 'never started' : 'gone'
    dispatch({
      type: 'adopted',
      session: seen(),
      process: found ? (found.isAlive ? 'alive' : 'ended') : never,
      restarts: processes
        .filter(({ run, restart }) => run === session.run && restart > 0)
        .map(({ startedAt }) => startedAt),
    })
  }
  const reconnect = () => {
    news = []
    if (session.exists) deliver(seen())
    else dispatch({ type: 'deleted' })
  }

  const driver = () => alive().find(({ hasBegun }) => hasBegun)

  const acts: Record<(typeof actions)[number], () => void> = {
    'a person stops it'() {
      if (isLiving()) change({ status: 'stopped' })
    },
    'a person starts it again'() {
      if (session.exists && !isLiving())
        change({ status: 'spawning', run: session.run + 1, isClaimed: false })
    },
    'a person deletes it'() {
      if (session.exists) change({ exists: false })
    },
    'the driver begins'() {
      const process = alive().find(({ hasBegun }) => !hasBegun)
      if (!process) return
      process.hasBegun = true
      if (!isLiving() || process.run !== session.run) process.isAlive = false
      else change({ status: 'working' })
    },
    'the driver waits'() {
      if (isLiving() && driver()?.run === session.run) change({ status: 'idle' })
    },
    'the driver goes on'() {
      if (isLiving() && driver()?.run === session.run) change({ status: 'working' })
    },
    'the driver ends it'() {
      const process = driver()
      if (!process) return
      if (isLiving() && process.run === session.run) change({ status: 'completed' })
      process.isAlive = false
    },
    'the driver dies': () => kill(({ isAlive }) => isAlive),
    'the server takes it for lost'() {
      if (isLiving() && session.status !== 'spawning' && !driver()) change({ status: 'failed' })
    },
    'its setup changes'() {
      asks = true
    },
    'a person answers'() {
      asks = false
    },
    'there is a place': () => dispatch({ type: 'placed' }),
    'news come'() {
      const first = news.shift()
      if (first) deliver(first)
    },
    'the connection is lost': () => reconnect(),
    'minutes pass'() {
      now += 4 * 60_000
    },
    'the runner dies in the middle'() {
      complete(pending.length - 1, false)
      replaceRunner()
    },
    'the runner dies': () => replaceRunner(),
  }
  const act = (action: Action): void =>
    typeof action === 'object' ? complete(action.completes) : acts[action]()

  return {
    act,
    alive,
    isLiving,
    session,
    state: () => state,
    pending: () => pending,
    /** When processes of each run were started again. */
    restarts: () => processes.filter(({ restart }) => restart > 0),
    /** How often it was started where it may not have been meant to work. */
    unprepared: () => unprepared,
    /** Lets everything come about that is on its way, and nothing else happen but a place for it. */
    runToEnd() {
      act('a person answers')
      for (let i = 0; i < 1000; i++) {
        const before = JSON.stringify([state, pending, news.length, session, processes])
        act('news come')
        act({ completes: 0 })
        act('there is a place')
        act('the driver begins')
        if (before === JSON.stringify([state, pending, news.length, session, processes])) return
      }
      throw new Error('it never comes to an end')
    },
  }
}
