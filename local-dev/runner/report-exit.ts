import type { Client, SessionStatus } from '../../functions/client/client'
import { endedStatuses } from '../../schemas/session'
import { changeSession, retryTransient } from '../agents/change-session'
import { undefinedIfNotFound } from '../lib/not-found'
import type { Exit } from './process-handle'

/** What became of a session whose process has ended, or could not be started. */
export interface Outcome {
  status: 'failed' | 'stopped'
  message: string
}

export const outcomeOf = ({ code, signal }: Exit, log: string): Outcome => {
  const how = signal ? `was ended by ${signal}` : code === null ? 'has ended' : `ended with exit code ${code}`
  return {
    status: signal ? 'stopped' : 'failed',
    message: `The process ${how} without reporting a result; its output is in ${log}`,
  }
}

/**
 * Reports that a session's process has ended. A session that has ended already keeps its status. Retries while
 * the server is away, until `signal` aborts. Returns the session's status; undefined if it was deleted.
 */
export const reportExit = async (
  client: Client,
  id: string,
  { status, message }: Outcome,
  signal: AbortSignal,
): Promise<SessionStatus | undefined> => {
  const session = await undefinedIfNotFound(
    retryTransient(
      () =>
        changeSession(client, id, (session) =>
          endedStatuses.includes(session.status)
            ? undefined
            : { status, timeline: [{ type: status === 'failed' ? 'error' : 'session_stopped', message }] },
        ),
      signal,
    ),
  )
  return session?.status
}
