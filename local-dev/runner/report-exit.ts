import {
  type Client,
  type EndSessionRequest,
  MaestroError,
  type Session,
  type SessionStatus,
} from '../../functions/client/client'
import { endedStatuses } from '../../schemas/ended-statuses'
import { retryTransient } from '../agents/change-session'
import { undefinedIfNotFound } from '../lib/not-found'
import type { RunOutcome } from './lifecycle'
import type { Exit } from './process/start-options'

/** What the server is told. */
export const outcomeOf = (outcome: RunOutcome, log: string): EndSessionRequest => {
  if (outcome.type === 'start failed') return { cause: 'start_failed', reason: outcome.reason }
  const { exit, restarts } = outcome
  const again = restarts === 0 ? '' : `, after it was started again ${restarts} times in a row`
  const text = `process ${exitText(exit)} without reporting a result${again}; its output is in ${log}`
  if (exit.signal) return { cause: 'exited', signal: exit.signal, reason: `The ${text}` }
  if (exit.code === null) return { cause: 'lost', reason: `the ${text}` }
  return { cause: 'exited', exitCode: exit.code, reason: `The ${text}` }
}

export const exitText = ({ code, signal }: Exit): string => {
  if (signal) return `was ended by ${signal}`
  return code === null ? 'is gone' : `ended with exit code ${code}`
}

/**
 * Ends a session whose process has ended. One that has ended already, or is in a later run, stays as it is. Retries while the server is away,
 * until `signal` aborts. Returns the session's status; undefined if it was deleted.
 */
export const reportExit = async (
  client: Client,
  { id, run }: Pick<Session, 'id' | 'run'>,
  outcome: EndSessionRequest,
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
