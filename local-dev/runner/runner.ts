/**
 * The runner: subscribes to spawned sessions, claims them, and supervises their processes, each as its lifecycle says. The
 * server knows what is to run; what does run is on this machine's disk (state-file.ts, process/pidfile.ts). All state here may be
 * lost at any time.
 */
import type { MaestroEvent, Session } from '../../functions/client/client'
import { retryTransient } from '../agents/change-session'
import { isNotFound } from '../lib/not-found'
import { reasonOf } from '../lib/reason'
import { adoptOrphans, findSession } from './adopt-orphans'
import { startAnnouncing } from './announce'
import { waitsForRunner } from './claim'
import { type Effect, holdsPlace, isActive, type LifecycleEvent, newSession, step } from './lifecycle'
import { type RunnerOptions, type RunnerSession, seenOf, summaryOf } from './options'
import { nextToStart } from './scheduler'
import { leftToOthers, openRunnerState } from './state-file'
import { perform } from './supervise'
import type { RunnerContext, TrackedSession } from './tracked'

export interface Runner {
  /** Rejects if the server refuses the subscription. */
  done: Promise<void>
  /** Stops the runner, not its sessions: their processes go on, and the next runner adopts them. */
  detach(): { running: TrackedSession[]; waiting: RunnerSession[] }
}

/** Between checks whether another runner of this machine has died. */
const orphanPollMs = 5000

export const startRunner = (options: RunnerOptions): Runner => {
  const { client, maxConcurrent, report } = options
  const sessions = new Map<string, TrackedSession>()
  const detaching = new AbortController()
  const { signal } = detaching
  const state = openRunnerState(options.sessionDir, options.claim.id, options.serverKey)
  for (const message of leftToOthers(options.sessionDir, options.serverKey)) report({ what: 'left', message })
  const context: RunnerContext = { options, state, signal }

  const waiting = () => [...sessions.values()].filter((session) => session.state.phase === 'waiting')
  const active = () => [...sessions.values()].filter((session) => isActive(session.state))
  const isBegun = (id: string) => (sessions.get(id)?.state.phase ?? 'waiting') !== 'waiting'
  const announce = startAnnouncing(options, waiting, signal)

  /** Nothing happens to a session once the runner has detached: what is left is for the next one. */
  const dispatch = (session: TrackedSession, event: LifecycleEvent): void => {
    if (signal.aborted || sessions.get(session.id) !== session) return
    const before = session.state
    const [after, effects] = step(before, event)
    session.state = after
    for (const effect of effects) start(session, effect)
    if (after.phase !== before.phase) fillPlaces()
    if ((before.phase === 'waiting') !== (session.state.phase === 'waiting')) announceChange(session)
  }

  const start = (session: TrackedSession, effect: Effect): void => {
    const { id } = session
    if (effect.type === 'forget') {
      sessions.delete(id)
      state.remove(id)
      return
    }
    perform(context, session, effect)
      .then((event) => event && dispatch(session, event))
      .catch((error) => {
        if (signal.aborted) return
        if (!isNotFound(error)) report({ what: 'trouble', sessionId: id, message: String(error) })
        if (!['stop', 'clean', 'abandon'].includes(effect.type)) dispatch(session, { type: 'given up' })
      })
  }

  const announceChange = ({ id, name, state }: TrackedSession) => {
    announce()
    if (state.phase === 'waiting')
      report({ what: 'waiting', sessionId: id, message: `${name} waits for a free slot` })
  }

  const fillPlaces = (): void => {
    const holders = [...sessions.values()].filter((session) => holdsPlace(session.state))
    const next = nextToStart(waiting(), holders, maxConcurrent)
    // What is placed comes back here.
    if (next) dispatch(next, { type: 'placed' })
  }

  const handleEvent = (event: MaestroEvent) => {
    if (event.type === 'session:spawn') see(event.data.session)
    else if (event.type === 'session:updated') see(event.data, false)
    else if (event.type === 'session:deleted') handleDeleted(event.data.id)
  }

  /** A session as it is now: perhaps it is to be started, or not to go on. */
  const see = (session: Session, isNew = true): void => {
    const found = sessions.get(session.id)
    if (found) dispatch(found, { type: 'seen', session: seenOf(session) })
    if (found || !isNew || !waitsForRunner(session)) return
    const tracked: TrackedSession = { ...summaryOf(session), session, state: newSession(session.run) }
    sessions.set(session.id, tracked)
    fillPlaces()
    if (tracked.state.phase === 'waiting') announceChange(tracked)
  }

  const handleDeleted = (id: string) => {
    const found = sessions.get(id)
    if (found) dispatch(found, { type: 'deleted' })
  }

  /** After each connection: what happened before it. */
  const catchUp = async (): Promise<void> => {
    await adopt()
    const others = new Set(sessions.keys())
    for (const session of await client.sessions.list({ status: 'spawning' })) {
      others.delete(session.id)
      see(session)
    }
    for (const id of others) {
      const session = await findSession(client, id)
      if (session) see(session)
      else handleDeleted(id)
    }
  }

  let adopting: Promise<void> | undefined
  const adopt = (): Promise<void> => {
    adopting ??= adoptOrphans(context, isBegun, (found, event) => {
      const { id, name } = found
      const session: TrackedSession = { ...found, state: newSession(event.session.run) }
      sessions.set(id, session)
      if (event.process !== 'never started') {
        const how = event.process === 'alive' ? 'still runs' : 'has ended'
        report({ what: 'taken over', sessionId: id, message: `${name} was started before and ${how}` })
      }
      dispatch(session, event)
    }).finally(() => {
      adopting = undefined
    })
    return adopting
  }
  // Another runner of this machine may die while we live. If the server is away, the next connection does it.
  const timer = setInterval(() => adopt().catch(() => undefined), orphanPollMs).unref()

  const done = client.events.follow({
    signal,
    onEvent: handleEvent,
    onCaughtUp() {
      report({ what: 'listening', message: `Listening to ${client.url}` })
      announce()
      retryTransient(catchUp, signal).catch((error) => {
        if (!signal.aborted) report({ what: 'trouble', message: String(error) })
      })
    },
    onDisconnect: (reason) => report({ what: 'cut', message: reasonOf(reason) }),
  })

  return {
    done,
    detach() {
      detaching.abort()
      clearInterval(timer)
      return { running: active(), waiting: waiting() }
    },
  }
}
