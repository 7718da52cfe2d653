import type { Client, SessionStatus } from '../../functions/client/client'
import { MaestroError } from '../../functions/client/client'
import { endedStatuses } from '../../schemas/session'
import { changeSession, persistently } from '../agents/change-session'
import type { Exit } from './launch'

/** What is there to be said of a session whose process has ended, or never began. */
export interface Outcome {
  status: 'failed' | 'stopped'
  message: string
}

export const outcomeOf = ({ code, signal }: Exit, log: string): Outcome => {
  const how = signal ? `was ended by ${signal}` : code === null ? 'has ended' : `ended with exit code ${code}`
  return {
    status: signal ? 'stopped' : 'failed',
    message: `The process ${how} and did not say how it went; what it printed is in ${log}`,
  }
}

/**
 * Sees to it that a session without a process does not look alive; who has ended it already knows better. Goes on
 * while the server is away, until `signal` aborts. Answers the session's status; undefined if it is gone.
 */
export const settle = async (
  client: Client,
  id: string,
  { status, message }: Outcome,
  signal: AbortSignal,
): Promise<SessionStatus | undefined> => {
  try {
    const session = await persistently(
      () =>
        changeSession(client, id, (session) =>
          endedStatuses.includes(session.status)
            ? undefined
            : { status, timeline: [{ type: status === 'failed' ? 'error' : 'session_stopped', message }] },
        ),
      signal,
    )
    return session.status
  } catch (error) {
    if (error instanceof MaestroError && error.status === 404) return undefined
    throw error
  }
}
