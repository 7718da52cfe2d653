/**
 * The runner: hears of spawned sessions, claims them, and keeps their processes. The server says what is to run;
 * what does run is on this machine's disk (notes.ts, gate.ts). Everything here may be lost at any time.
 */
import type { Client, MaestroEvent, Session } from '../../functions/client/client'
import { MaestroError } from '../../functions/client/client'
import { endedStatuses } from '../../schemas/session'
import { commandOf } from '../../storage/rules/spawn'
import { persistently } from '../agents/change-session'
import { type Claim, claimOf, claimSession } from './claim'
import { folderOf, logOf } from './folder'
import { isAlive, readGate } from './gate'
import { endGroup } from './group'
import { launch, type Started } from './launch'
import { nextToStart } from './line'
import { keepNotes, legacies } from './notes'
import { type Outcome, outcomeOf, settle } from './settle'
import { passedGate, whenEnded } from './supervise'

export interface RunnerOptions {
  client: Client
  claim: Omit<Claim, 'claimedAt' | 'tmux'>
  /** SESSION_DIR of this machine. */
  sessionDir: string
  /** So many sessions run at once; the rest wait in order. */
  max: number
  terminal: 'tmux' | 'none'
  tmuxSocket: string
  /** What every session's process finds, besides what its spawn says. */
  env: NodeJS.ProcessEnv
  clock(): number
  /** Tells a person, or a program, what happens. */
  tell(news: News): void
}

export interface News {
  what:
    | 'listening'
    | 'cut'
    | 'waiting'
    | 'started'
    | 'taken over'
    | 'stopping'
    | 'ended'
    | 'failed'
    | 'left'
    | 'trouble'
  sessionId?: string
  message: string
}

export interface RunningSession {
  id: string
  name: string
  parent: string | undefined
  /** Leads the group of its processes; undefined until there is one. */
  pid?: number
}

export interface Runner {
  /** Rejects if the server refuses to be listened to. */
  done: Promise<void>
  /** Leaves off. What runs goes on, and the next runner takes it over. */
  leave(): { running: RunningSession[]; waiting: string[] }
}

interface Running extends RunningSession {
  folder: string
  stopped: boolean
}

/** So often a runner looks whether another one has died, in milliseconds. */
const legacyInterval = 5000

export const startRunner = (options: RunnerOptions): Runner => {
  const { client, sessionDir, max, terminal, tell } = options
  const notes = keepNotes(sessionDir, options.claim.id)
  const waiting = new Map<string, RunningSession>()
  const running = new Map<string, Running>()
  const leaving = new AbortController()
  const { signal } = leaving

  const hear = (event: MaestroEvent) => {
    if (event.type === 'session:spawn') offer(event.data.session)
    else if (event.type === 'session:updated') look(event.data)
    else if (event.type === 'session:deleted') drop(event.data.id, 'deleted')
  }

  /** A session that may have to be started. */
  const offer = (session: Session) => {
    if (session.status !== 'spawning' || claimOf(session) || running.has(session.id)) return
    waiting.set(session.id, summaryOf(session))
    startThoseThereIsRoomFor()
    if (waiting.has(session.id))
      tell({ what: 'waiting', sessionId: session.id, message: `${session.name} waits for its turn` })
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
    if (session.pid !== undefined) void endGroup(session.pid)
  }

  const startThoseThereIsRoomFor = () => {
    for (;;) {
      const next = nextToStart([...waiting.values()], [...running.values()], max)
      if (!next || signal.aborted) return
      waiting.delete(next.id)
      running.set(next.id, { ...next, folder: '', stopped: false })
      inBackground(next.id, start(next.id))
    }
  }

  const start = async (id: string): Promise<void> => {
    const found = await persistently(() => client.sessions.get(id), signal)
    const folder = folderOf(found, sessionDir)
    notes.add(id, folder)
    const session = await persistently(() => claimSession(client, id, claimNow(id)), signal)
    const entry = running.get(id)
    if (!entry || entry.stopped || session?.status !== 'spawning') return release(id)
    entry.folder = folder
    if (await readGate(folder)) return supervise(entry, {})
    try {
      const cwd = (await persistently(() => client.projects.get(session.projectId), signal)).workingDir
      const role = session.metadata?.role === 'orchestrator' ? 'orchestrator' : 'worker'
      const { PATH } = options.env
      const env = { ...options.env, ...session.env, PATH }
      const started = await launch({ id, command: commandOf(role), cwd, env, folder }, terminal)
      const where = terminal === 'tmux' ? ' in tmux' : ''
      tell({ what: 'started', sessionId: id, message: `${session.name} starts in ${cwd}${where}` })
      await supervise(entry, started)
    } catch (error) {
      if (signal.aborted) return
      const message = `It could not be started: ${error instanceof Error ? error.message : error}`
      await finish(entry, { status: 'failed', message })
    }
  }

  /** Stays with a process until it has ended, and then with the server until it knows. */
  const supervise = async (entry: Running, started: Partial<Started>): Promise<void> => {
    const { pid } = started
    const gate = pid === undefined ? await readGate(entry.folder) : undefined
    if (pid !== undefined) entry.pid = await passedGate(entry.folder, { ...started, pid })
    // The number of a process that has ended may be another's by now.
    else if (gate && isAlive(gate)) entry.pid = gate.pid
    if (entry.stopped && entry.pid !== undefined) void endGroup(entry.pid)
    const exit = await whenEnded(entry.folder, started)
    if (signal.aborted) return
    // What it has left behind in its group.
    if (entry.pid !== undefined) void endGroup(entry.pid)
    await finish(entry, outcomeOf(exit, logOf(entry.folder)))
  }

  const finish = async (entry: Running, outcome: Outcome): Promise<void> => {
    running.delete(entry.id)
    startThoseThereIsRoomFor()
    const status = await settle(client, entry.id, outcome, signal)
    notes.remove(entry.id)
    const message = `${entry.name} has ended: ${status ?? 'deleted'}`
    if (status !== 'failed') tell({ what: 'ended', sessionId: entry.id, message })
    else tell({ what: 'failed', sessionId: entry.id, message })
  }

  const release = (id: string) => {
    running.delete(id)
    notes.remove(id)
    startThoseThereIsRoomFor()
  }

  /** After each connection: what was there before it. */
  const catchUp = async (): Promise<void> => {
    await takeOverAll()
    const spawning = await client.sessions.list({ status: 'spawning' })
    for (const id of [...waiting.keys()])
      if (!spawning.some((session) => session.id === id)) waiting.delete(id)
    for (const session of spawning) offer(session)
    for (const id of [...running.keys()]) {
      const session = await orUndefined(client.sessions.get(id))
      if (session) look(session)
      else drop(id, 'deleted')
    }
  }

  let isTakingOver = false
  /** What runners that have died left behind. */
  const takeOverAll = async (): Promise<void> => {
    if (isTakingOver) return
    isTakingOver = true
    try {
      for (const { runner, sessions, done } of legacies(sessionDir)) {
        for (const [id, folder] of sessions) await takeOver(id, folder, runner)
        done()
      }
    } finally {
      isTakingOver = false
    }
  }
  // Another runner of this machine may die while we live. If the server is away, the next connection does it.
  const timer = setInterval(() => void takeOverAll().catch(() => undefined), legacyInterval).unref()

  const takeOver = async (id: string, folder: string, from: string): Promise<void> => {
    if (running.has(id)) return
    const gate = await readGate(folder)
    const isThere = gate !== undefined && isAlive(gate)
    notes.add(id, folder)
    const found = await orUndefined(client.sessions.get(id))
    // Its session is gone: nobody could see any more what it does.
    if (!found && isThere) void endGroup(gate.pid)
    const session = found && (await claimSession(client, id, claimNow(id), from))
    const isOver = !session || (!isThere && endedStatuses.includes(session.status))
    if (isOver) return notes.remove(id)
    const entry: Running = { ...summaryOf(session), folder, stopped: false }
    running.set(id, entry)
    if (!gate && session.status === 'spawning') return inBackground(id, start(id))
    const message = `${entry.name} was started before and ${isThere ? 'still runs' : 'has ended'}`
    tell({ what: 'taken over', sessionId: id, message })
    inBackground(id, supervise(entry, {}))
  }

  const claimNow = (id: string): Claim => ({
    ...options.claim,
    claimedAt: options.clock(),
    ...(terminal === 'tmux' && { tmux: { socket: options.tmuxSocket, session: id } }),
  })

  const inBackground = (id: string, work: Promise<void>): void => {
    work.catch((error) => {
      if (signal.aborted) return
      if (!(error instanceof MaestroError && error.status === 404))
        tell({ what: 'trouble', sessionId: id, message: String(error) })
      release(id)
    })
  }

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
      return { running: [...running.values()], waiting: [...waiting.keys()] }
    },
  }
}

const summaryOf = ({ id, name, metadata }: Session): RunningSession => {
  const parent = metadata?.spawnedBy
  return { id, name, parent: typeof parent === 'string' ? parent : undefined }
}

/** Undefined if there is no such session. */
const orUndefined = async <T>(asked: Promise<T>): Promise<T | undefined> => {
  try {
    return await asked
  } catch (error) {
    if (error instanceof MaestroError && error.status === 404) return undefined
    throw error
  }
}
