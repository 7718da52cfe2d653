/** The sessions of runners of this machine that have died go on with this one. */
import type { Client, Session } from '../../functions/client/client'
import { endedStatuses } from '../../schemas/ended-statuses'
import { undefinedIfNotFound } from '../lib/not-found'
import { claimSession } from './claim'
import type { LifecycleEvent } from './lifecycle'
import { seenOf, summaryOf } from './options'
import { terminateSession } from './process/group'
import { groupsOf, isAlive, isOfThisBoot, pidfilePath, readPidfile, readRestarts } from './process/pidfile'
import { adoptProcess } from './process/session-process'
import { findOrphans } from './state-file'
import { newClaim } from './supervise'
import type { RunnerContext, TrackedSession } from './tracked'

type Adopted = Extract<LifecycleEvent, { type: 'adopted' }>

/** Adopts all orphans; calls `onAdopted` for each session that there is still something to do for. */
export const adoptOrphans = async (
  context: RunnerContext,
  isBegun: (id: string) => boolean,
  onAdopted: (session: Omit<TrackedSession, 'state'>, event: Adopted) => void,
): Promise<void> => {
  const { sessionDir, serverKey } = context.options
  for (const { runner, sessions, isCertain, done } of findOrphans(sessionDir, serverKey)) {
    let areAllDone = true
    for (const [id, folder] of sessions) {
      const isDone =
        isBegun(id) || (await adoptSession(context, { id, folder, runner, isCertain }, onAdopted))
      areAllDone &&= isDone
    }
    if (areAllDone) done()
  }
}

/** False if it may be another server's. */
const adoptSession = async (
  { options, state }: RunnerContext,
  { id, folder, runner, isCertain }: { id: string; folder: string; runner: string; isCertain: boolean },
  onAdopted: (session: Omit<TrackedSession, 'state'>, event: Adopted) => void,
): Promise<boolean> => {
  const { client } = options
  const found = await findSession(client, id)
  if (!found && !isCertain) return false
  state.add(id, folder)
  await endStrays(folder, id, found)
  const session = found && (await claimSession(client, id, await newClaim(options, found), runner))
  if (!session) {
    state.remove(id)
    return true
  }
  const { pidfile, restarts } = await lastPidfile(folder, session)
  const process = await adoptProcess({ id, run: session.run, pidfile })
  if (process?.pid === undefined && endedStatuses.includes(session.status)) {
    void (process ? process.stop() : terminateSession({ id }))
    state.remove(id)
    return true
  }
  onAdopted(
    { ...summaryOf(session), session, ...(process && { process }) },
    { type: 'adopted', session: seenOf(session), process: await statusOf(pidfile, session), restarts },
  )
  return true
}

/** Of the process that was started last in a session's run. */
const lastPidfile = async (folder: string, session: Session) => {
  const restarts = await readRestarts(folder, session)
  return { pidfile: pidfilePath(folder, session, restarts.length), restarts }
}

const statusOf = async (path: string, { status }: Session): Promise<Adopted['process']> => {
  const pidfile = await readPidfile(path)
  if (!pidfile) return status === 'spawning' ? 'never started' : 'gone'
  if (isAlive(pidfile)) return 'alive'
  return isOfThisBoot(pidfile) ? 'ended' : 'gone'
}

/** Ends processes of a session that nobody looks after any more: it was deleted, or started again. */
const endStrays = async (folder: string, id: string, session: Session | undefined): Promise<void> => {
  const own = session && (await lastPidfile(folder, session)).pidfile
  for (const { pidfile, leader } of await groupsOf(folder))
    if (pidfile !== own)
      void terminateSession({ id, leader, isRun: (run) => run !== session?.run || session === undefined })
  if (!session) void terminateSession({ id })
}

/** Undefined if there is no such session. */
export const findSession = (client: Client, id: string): Promise<Session | undefined> =>
  undefinedIfNotFound(client.sessions.get(id))
