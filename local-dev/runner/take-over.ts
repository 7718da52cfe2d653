/** What runners of this machine that have died were responsible for goes on with this one. */
import { type Client, MaestroError, type Session } from '../../functions/client/client'
import { endedStatuses } from '../../schemas/session'
import { claimSession } from './claim'
import { isAlive, readGate } from './gate'
import { endGroup } from './group'
import { claimNow, type Keeping } from './keep'
import { legacies } from './notes'
import { type RunningSession, summaryOf } from './options'

/** How a session was found. */
export type Found = 'running' | 'ended' | 'never started'

/** Takes everything over; calls `taken` for each session that there is still something to do for. */
export const takeOverAll = async (
  keeping: Keeping,
  isKept: (id: string) => boolean,
  taken: (running: RunningSession, found: Found) => void,
): Promise<void> => {
  for (const { runner, sessions, done } of legacies(keeping.options.sessionDir)) {
    for (const [id, folder] of sessions)
      if (!isKept(id)) await takeOver(keeping, { id, folder, runner }, taken)
    done()
  }
}

const takeOver = async (
  { options, notes }: Keeping,
  { id, folder, runner }: { id: string; folder: string; runner: string },
  taken: (running: RunningSession, found: Found) => void,
): Promise<void> => {
  const { client } = options
  const gate = await readGate(folder)
  const isThere = gate !== undefined && isAlive(gate)
  notes.add(id, folder)
  const known = await sessionOf(client, id)
  // Its session is gone: nobody could see any more what it does.
  if (!known && isThere) void endGroup(gate.pid)
  const session = known && (await claimSession(client, id, claimNow(options, id), runner))
  if (!session || (!isThere && endedStatuses.includes(session.status))) return notes.remove(id)
  const isNew = !gate && session.status === 'spawning'
  taken(
    { ...summaryOf(session), folder, stopped: false },
    isNew ? 'never started' : isThere ? 'running' : 'ended',
  )
}

/** Undefined if there is no such session. */
export const sessionOf = async (client: Client, id: string): Promise<Session | undefined> => {
  try {
    return await client.sessions.get(id)
  } catch (error) {
    if (error instanceof MaestroError && error.status === 404) return undefined
    throw error
  }
}
