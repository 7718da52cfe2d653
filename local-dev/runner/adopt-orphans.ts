/** The sessions of runners of this machine that have died go on with this one. */
import type { Client, Session } from '../../functions/client/client'
import { endedStatuses } from '../../schemas/session'
import { undefinedIfNotFound } from '../lib/not-found'
import { claimSession } from './claim'
import { type RunningSession, summaryOf } from './options'
import { isAlive, readPidfile } from './pidfile'
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
  const pidfile = await readPidfile(folder)
  const isRunning = pidfile !== undefined && isAlive(pidfile)
  state.add(id, folder)
  // Without its session, nobody could see any more what the process does.
  if (!found) void terminateSession({ id, pid: isRunning ? pidfile.pid : undefined })
  const session = found && (await claimSession(client, id, newClaim(options, id), runner))
  if (!session || (!isRunning && endedStatuses.includes(session.status))) {
    if (session) void terminateSession({ id })
    state.remove(id)
    return true
  }
  const isNew = !pidfile && session.status === 'spawning'
  onAdopted(
    { ...summaryOf(session), folder, stopped: false },
    isNew ? 'never started' : isRunning ? 'running' : 'ended',
  )
  return true
}

/** Undefined if there is no such session. */
export const findSession = (client: Client, id: string): Promise<Session | undefined> =>
  undefinedIfNotFound(client.sessions.get(id))
