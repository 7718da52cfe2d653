import {
  type Client,
  type EndSessionRequest,
  MaestroError,
  type Session,
  type SessionStatus,
} from '../../functions/client/client'
import { endedStatuses } from '../../schemas/session'
import { retryTransient } from '../agents/change-session'
import { undefinedIfNotFound } from '../lib/not-found'
import type { RunnerSession } from './options'
import type { Exit } from './process-handle'

/** What became of a session whose process has ended, or could not be started. */
export type Outcome = EndSessionRequest & { reason: string }

export const outcomeOf = ({ code, signal }: Exit, log: string): Outcome => {
  const how = signal ? `was ended by ${signal}` : code === null ? 'is gone' : `ended with exit code ${code}`
  const text = `process ${how} without reporting a result; its output is in ${log}`
  if (signal) return { cause: 'exited', signal, reason: `The ${text}` }
  if (code === null) return { cause: 'lost', reason: `the ${text}` }
  return { cause: 'exited', exitCode: code, reason: `The ${text}` }
}

/**
 * Ends a session whose process has ended. One that has ended already, or is in a later run, stays as it is. Retries while the server is away,
 * until `signal` aborts. Returns the session's status; undefined if it was deleted.
 */
export const reportExit = async (
  client: Client,
  { id, run }: Pick<RunnerSession, 'id' | 'run'>,
  outcome: Outcome,
  signal: AbortSignal,
): Promise<SessionStatus | undefined> => {
  const end = async (): Promise<Session | undefined> => {
    const found = await undefinedIfNotFound(client.sessions.getTagged(id))
    if (!found || found.entity.run !== run || endedStatuses.includes(found.entity.status))
      return found?.entity
    try {
      return await undefinedIfNotFound(client.sessions.end(id, outcome, { ifMatch: found.etag }))
    } catch (error) {
      if (error instanceof MaestroError && error.status === 412) return end()
      throw error
    }
  }
  return (await retryTransient(end, signal))?.status
}
