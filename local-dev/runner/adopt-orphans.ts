/** The sessions of runners of this machine that have died go on with this one. */
import type { Client, Session } from '../../functions/client/client'
import { endedStatuses } from '../../schemas/session'
import { undefinedIfNotFound } from '../lib/not-found'
import { claimSession } from './claim'
import { type RunningSession, summaryOf } from './options'
import { isAlive, livingPids, pidfilePath, readPidfile } from './pidfile'
import { findOrphans } from './runner-state'
import { newClaim, type RunnerContext } from './supervise'
import { terminateSession } from './terminate'

/** How a session was found. */
export type OrphanStatus = 'running' | 'ended' | 'never started'

/** Adopts all orphans; calls `onAdopted` for each session that there is still something to do for. */
export const adoptOrphans = async (
  context: RunnerContext,
  isRunning: (id: string) => boolean,
  onAdopted: (running: RunningSession, status: OrphanStatus) => void,
): Promise<void> => {
  const { sessionDir, serverKey } = context.options
  for (const { runner, sessions, isCertain, done } of findOrphans(sessionDir, serverKey)) {
    let areAllDone = true
    for (const [id, folder] of sessions) {
      const isDone =
        isRunning(id) || (await adoptSession(context, { id, folder, runner, isCertain }, onAdopted))
      areAllDone &&= isDone
    }
    if (areAllDone) done()
  }
}

/** False if it may be another server's. */
const adoptSession = async (
  { options, state }: RunnerContext,
  { id, folder, runner, isCertain }: { id: string; folder: string; runner: string; isCertain: boolean },
  onAdopted: (running: RunningSession, status: OrphanStatus) => void,
): Promise<boolean> => {
  const { client } = options
  const found = await findSession(client, id)
  if (!found && !isCertain) return false
  state.add(id, folder)
  await endStrays(folder, id, found)
  const session = found && (await claimSession(client, id, newClaim(options, id), runner))
  const path = session && pidfilePath(folder, session)
  const pidfile = path === undefined ? undefined : await readPidfile(path)
  const isRunning = pidfile !== undefined && isAlive(pidfile)
  if (!session || path === undefined || (!isRunning && endedStatuses.includes(session.status))) {
    if (session) void terminateSession({ id })
    state.remove(id)
    return true
  }
  const isNew = !pidfile && session.status === 'spawning'
  onAdopted(
    { ...summaryOf(session), folder, pidfile: path, stopped: false },
    isNew ? 'never started' : isRunning ? 'running' : 'ended',
  )
  return true
}

/** Ends processes of a session that nobody looks after any more: it was deleted, or started again. */
const endStrays = async (folder: string, id: string, session: Session | undefined): Promise<void> => {
  const own = session && pidfilePath(folder, session)
  for (const { pidfile, pid } of await livingPids(folder))
    if (pidfile !== own)
      void terminateSession({ id, pid, isRun: (run) => run !== session?.run || session === undefined })
  if (!session) void terminateSession({ id })
}

/** Undefined if there is no such session. */
export const findSession = (client: Client, id: string): Promise<Session | undefined> =>
  undefinedIfNotFound(client.sessions.get(id))
