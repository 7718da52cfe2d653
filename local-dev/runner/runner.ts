/**
 * The runner: subscribes to spawned sessions, claims them, and supervises their processes. The server knows what is
 * to run; what does run is on this machine's disk (runner-state.ts, pidfile.ts). All state here may be lost at any time.
 */
import type { MaestroEvent, Session } from '../../functions/client/client'
import { retryTransient } from '../agents/change-session'
import { isNotFound } from '../lib/not-found'
import { reasonOf } from '../lib/reason'
import { adoptOrphans, findSession } from './adopt-orphans'
import { startAnnouncing } from './announce'
import { waitsForRunner } from './claim'
import { type RunnerOptions, type RunnerSession, type RunningSession, summaryOf } from './options'
import { type Outcome, reportExit } from './report-exit'
import { leftToOthers, openRunnerState } from './runner-state'
import { nextToStart } from './scheduler'
import { canFindDetached } from './session-processes'
import { type RunnerContext, startAndSupervise, supervise, terminateAndReport } from './supervise'

export interface Runner {
  /** Rejects if the server refuses the subscription. */
  done: Promise<void>
  /** Stops the runner, not its sessions: their processes go on, and the next runner adopts them. */
  detach(): { running: RunningSession[]; waiting: RunnerSession[] }
}

const isLater = ({ run = 0 }: Session, current: RunningSession): boolean => run > (current.run ?? 0)

/** Between checks whether another runner of this machine has died. */
const orphanPollMs = 5000

export const startRunner = (options: RunnerOptions): Runner => {
  const { client, maxConcurrent, report } = options
  const waiting = new Map<string, RunnerSession>()
  const running = new Map<string, RunningSession>()
  /** What is to be started when its last run has ended here. */
  const restarted = new Map<string, Session>()
  const detaching = new AbortController()
  const { signal } = detaching
  const state = openRunnerState(options.sessionDir, options.claim.id, options.serverKey)
  for (const message of leftToOthers(options.sessionDir, options.serverKey)) report({ what: 'left', message })
  const context: RunnerContext = { options, state, signal }
  const announce = startAnnouncing(options, () => [...waiting.values()], signal)

  const handleEvent = (event: MaestroEvent) => {
    if (event.type === 'session:spawn') enqueue(event.data.session)
    else if (event.type === 'session:updated') reconcile(event.data)
    else if (event.type === 'session:deleted') stop(event.data.id, 'deleted')
  }

  /** A session that may have to be started. */
  const enqueue = (session: Session) => {
    const { id, name } = session
    if (!waitsForRunner(session) || waiting.has(id)) return
    const current = running.get(id)
    if (current) {
      if (isLater(session, current)) endForNext(session)
      return
    }
    waiting.set(id, summaryOf(session))
    fillSlots()
    if (!waiting.has(id)) return
    announce()
    report({ what: 'waiting', sessionId: id, message: `${name} waits for a free slot` })
  }

  /** A session as it is now: perhaps it is not to be started, or not to go on. */
  const reconcile = (session: Session) => {
    if (!waitsForRunner(session)) waiting.delete(session.id)
    const current = running.get(session.id)
    if (session.status === 'stopped') stop(session.id, 'stopped')
    else if (current && isLater(session, current)) stop(session.id, 'started again')
  }

  /** It was started again while its last run has not ended here. */
  const endForNext = (session: Session) => {
    restarted.set(session.id, session)
    stop(session.id, 'started again')
  }

  const stop = (id: string, reason: string) => {
    waiting.delete(id)
    const session = running.get(id)
    if (!session || session.stopped) return
    session.stopped = true
    const what = canFindDetached ? 'its processes' : 'its process group (what has left that goes on)'
    report({ what: 'stopping', sessionId: id, message: `${session.name} is ${reason}: ending ${what}` })
    void terminateAndReport(context, session)
  }

  const fillSlots = () => {
    for (;;) {
      const next = nextToStart([...waiting.values()], [...running.values()], maxConcurrent)
      if (!next || signal.aborted) return
      waiting.delete(next.id)
      announce()
      const session: RunningSession = { ...next, folder: '', pidfile: '', stopped: false }
      track(session, startAndSupervise(context, session))
    }
  }

  /** Keeps a session in `running` until its process has exited, and then reports that to the server. */
  const track = (session: RunningSession, outcome: Promise<Outcome | undefined>): void => {
    const { id, name } = session
    running.set(id, session)
    const finish = async (outcome: Outcome) => {
      const status = await reportExit(client, session, outcome, signal)
      const what = status === 'failed' ? 'failed' : 'ended'
      report({ what, sessionId: id, message: `${name} has ended: ${status ?? 'deleted'}` })
    }
    outcome
      .finally(() => {
        running.delete(id)
        const next = restarted.get(id)
        restarted.delete(id)
        if (next) enqueue(next)
        fillSlots()
      })
      .then((outcome) => outcome && finish(outcome))
      .catch((error) => {
        if (isNotFound(error) || signal.aborted) return
        report({ what: 'trouble', sessionId: id, message: String(error) })
      })
      // After `detach`, what is left is for the next runner.
      .finally(() => signal.aborted || running.has(id) || state.remove(id))
  }

  /** After each connection: what happened before it. */
  const catchUp = async (): Promise<void> => {
    await adopt()
    const spawning = await client.sessions.list({ status: 'spawning' })
    for (const id of [...waiting.keys()])
      if (!spawning.some((session) => session.id === id)) waiting.delete(id)
    for (const session of spawning) enqueue(session)
    for (const id of [...running.keys()]) {
      const session = await findSession(client, id)
      if (session) reconcile(session)
      else stop(id, 'deleted')
    }
  }

  let adopting: Promise<void> | undefined
  const adopt = (): Promise<void> => {
    adopting ??= adoptOrphans(
      context,
      (id) => running.has(id),
      (session, status) => {
        if (status === 'never started') return track(session, startAndSupervise(context, session))
        const how = status === 'running' ? 'still runs' : 'has ended'
        const message = `${session.name} was started before and ${how}`
        report({ what: 'taken over', sessionId: session.id, message })
        track(session, supervise(context, session))
      },
    ).finally(() => {
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
      return { running: [...running.values()], waiting: [...waiting.values()] }
    },
  }
}
