/**
 * The runner: hears of spawned sessions, claims them, and keeps their processes. The server says what is to run;
 * what does run is on this machine's disk (notes.ts, gate.ts). Everything here may be lost at any time.
 */
import { MaestroError, type MaestroEvent, type Session } from '../../functions/client/client'
import { persistently } from '../agents/change-session'
import { claimOf } from './claim'
import { endProcesses, type Keeping, keep, keepFromStart } from './keep'
import { nextToStart } from './line'
import { keepNotes } from './notes'
import { type RunnerOptions, type RunnerSession, type RunningSession, summaryOf } from './options'
import { type Outcome, settle } from './settle'
import { sessionOf, takeOverAll } from './take-over'

export interface Runner {
  /** Rejects if the server refuses to be listened to. */
  done: Promise<void>
  /** Leaves off. What runs goes on, and the next runner takes it over. */
  leave(): { running: RunningSession[]; waiting: RunnerSession[] }
}

/** So often a runner looks whether another one has died, in milliseconds. */
const legacyInterval = 5000

export const startRunner = (options: RunnerOptions): Runner => {
  const { client, max, tell } = options
  const waiting = new Map<string, RunnerSession>()
  const running = new Map<string, RunningSession>()
  const leaving = new AbortController()
  const { signal } = leaving
  const notes = keepNotes(options.sessionDir, options.claim.id)
  const keeping: Keeping = { options, notes, signal }

  const hear = (event: MaestroEvent) => {
    if (event.type === 'session:spawn') offer(event.data.session)
    else if (event.type === 'session:updated') look(event.data)
    else if (event.type === 'session:deleted') drop(event.data.id, 'deleted')
  }

  /** A session that may have to be started. */
  const offer = (session: Session) => {
    const { id, name, status } = session
    if (status !== 'spawning' || claimOf(session) || running.has(id) || waiting.has(id)) return
    waiting.set(id, summaryOf(session))
    startThoseThereIsRoomFor()
    if (waiting.has(id)) tell({ what: 'waiting', sessionId: id, message: `${name} waits for its turn` })
  }

  /** A session as it is now: perhaps it is not to be started, or not to go on. */
  const look = (session: Session) => {
    if (session.status !== 'spawning' || claimOf(session)) waiting.delete(session.id)
    if (session.status === 'stopped') drop(session.id, 'stopped')
  }

  const drop = (id: string, why: string) => {
    waiting.delete(id)
    const session = running.get(id)
    if (!session || session.stopped) return
    session.stopped = true
    tell({ what: 'stopping', sessionId: id, message: `${session.name} is ${why}: its processes are ended` })
    endProcesses(session)
  }

  const startThoseThereIsRoomFor = () => {
    for (;;) {
      const next = nextToStart([...waiting.values()], [...running.values()], max)
      if (!next || signal.aborted) return
      waiting.delete(next.id)
      const session: RunningSession = { ...next, folder: '', stopped: false }
      follow(session, keepFromStart(keeping, session))
    }
  }

  /** Stays with a session to its end, and then with the server until it knows. */
  const follow = (session: RunningSession, kept: Promise<Outcome | undefined>): void => {
    const { id, name } = session
    running.set(id, session)
    const tellEnd = async (outcome: Outcome) => {
      const status = await settle(client, id, outcome, signal)
      const what = status === 'failed' ? 'failed' : 'ended'
      tell({ what, sessionId: id, message: `${name} has ended: ${status ?? 'deleted'}` })
    }
    kept
      .finally(() => {
        running.delete(id)
        startThoseThereIsRoomFor()
      })
      .then((outcome) => outcome && tellEnd(outcome))
      .catch((error) => {
        const isGone = error instanceof MaestroError && error.status === 404
        if (!isGone && !signal.aborted) tell({ what: 'trouble', sessionId: id, message: String(error) })
      })
      // What is left when the runner leaves is for the next one.
      .finally(() => signal.aborted || notes.remove(id))
  }

  /** After each connection: what was there before it. */
  const catchUp = async (): Promise<void> => {
    await takeOver()
    const spawning = await client.sessions.list({ status: 'spawning' })
    for (const id of [...waiting.keys()])
      if (!spawning.some((session) => session.id === id)) waiting.delete(id)
    for (const session of spawning) offer(session)
    for (const id of [...running.keys()]) {
      const session = await sessionOf(client, id)
      if (session) look(session)
      else drop(id, 'deleted')
    }
  }

  let takingOver: Promise<void> | undefined
  const takeOver = (): Promise<void> => {
    takingOver ??= takeOverAll(
      keeping,
      (id) => running.has(id),
      (session, found) => {
        if (found === 'never started') return follow(session, keepFromStart(keeping, session))
        const how = found === 'running' ? 'still runs' : 'has ended'
        const message = `${session.name} was started before and ${how}`
        tell({ what: 'taken over', sessionId: session.id, message })
        follow(session, keep(keeping, session))
      },
    ).finally(() => {
      takingOver = undefined
    })
    return takingOver
  }
  // Another runner of this machine may die while we live. If the server is away, the next connection does it.
  const timer = setInterval(() => takeOver().catch(() => undefined), legacyInterval).unref()

  const done = client.events.follow({
    signal,
    onEvent: hear,
    onCaughtUp() {
      tell({ what: 'listening', message: `Listening to ${client.url}` })
      persistently(catchUp, signal).catch((error) => {
        if (!signal.aborted) tell({ what: 'trouble', message: String(error) })
      })
    },
    onCut: (reason) =>
      tell({ what: 'cut', message: reason instanceof Error ? reason.message : String(reason) }),
  })

  return {
    done,
    leave() {
      leaving.abort()
      clearInterval(timer)
      return { running: [...running.values()], waiting: [...waiting.values()] }
    },
  }
}
