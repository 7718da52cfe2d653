/** Reports of a session's agent to the server: that it starts, how it exited, why it could not be started. */
import { randomUUID } from 'node:crypto'
import type { Client, EndSessionRequest, Session, UpdateSessionRequest } from '../../functions/client/client'
import { isNotFound } from '../lib/not-found'
import { changeSession, retryTransient } from './change-session'
import type { AgentExit } from './process'
import { AgentStartError } from './start-error'

const maxReasonLength = 2000

/** So long it is tried to report the exit of an agent while the server is away. */
const reportTimeoutMs = 60_000

/**
 * Marks the session and its tasks as `working`, and notes in it how its agent works: `chosen`. In a queue its tasks stay `queued`: the queue hands
 * them out. Those of a tree are claimed.
 * Returns the session. Throws `AgentStartError` if it is not there, or has been stopped or completed.
 */
export const reportStart = async (
  client: Client,
  sessionId: string,
  agent: string,
  chosen: UpdateSessionRequest,
): Promise<Session> => {
  let isFirst = true
  const session = await changeSession(client, sessionId, ({ status }) => {
    if (status === 'stopped' || status === 'completed')
      throw new AgentStartError(1, `The session ${sessionId} is ${status} already: spawn a new one`)
    isFirst = status === 'spawning'
    return {
      ...chosen,
      status: 'working',
      agentId: agent,
      timeline: [{ type: 'progress', message: `${agent} starts` }],
    }
  })
  if (session.strategy !== 'simple') return session
  for (const taskId of session.taskIds) await markWorking(client, taskId, isFirst)
  return session
}

/** A task that has an outcome keeps it where an interrupted session goes on. */
const markWorking = async (client: Client, taskId: string, evenIfEnded: boolean): Promise<void> => {
  try {
    const { sessionStatus } = await client.tasks.get(taskId)
    const isOpen = sessionStatus === undefined || sessionStatus === 'queued'
    if (isOpen || evenIfEnded)
      await client.tasks.update(taskId, { updateSource: 'session', sessionStatus: 'working' })
  } catch (error) {
    // A session may name tasks that are gone.
    if (!isNotFound(error)) throw error
  }
}

/**
 * Ends the session with how the agent exited. One that has ended already, by the agent's own report or by who stopped it,
 * notes it; of one that was started again meanwhile, elsewhere, nothing is said. Tries for a minute if the server is away. Returns
 * the session as it then is.
 */
export const reportAgentExit = (
  client: Client,
  { id, run }: Pick<Session, 'id' | 'run'>,
  agent: string,
  exit: AgentExit,
): Promise<Session> => {
  const { exitCode, signal, duration, isStopped } = exit
  const how = signal ? `was ended by ${signal}` : `ended with exit code ${exitCode}${exitHint(exitCode)}`
  const reason = exit.reason ?? `${agent} ${how} after ${(duration / 1000).toFixed(1)} s`
  const exited: EndSessionRequest = {
    cause: 'exited',
    reason: reason.slice(0, maxReasonLength),
    ...(signal ? { signal } : { exitCode: exitCode ?? 1 }),
  }
  const end: EndSessionRequest = isStopped ? { cause: 'stopped', reason } : exited
  // An answer that was lost on its way is no reason to report twice.
  const options = { idempotencyKey: randomUUID() }
  const report = async () => {
    const now = await client.sessions.get(id)
    return now.run === run ? client.sessions.end(id, end, options) : now
  }
  return retryTransient(report, AbortSignal.timeout(reportTimeoutMs))
}

/** What shells, and what starts programs for others, mean by it: the agent may be such a thing around another. */
const exitHint = (exitCode: number | null): string => {
  if (exitCode === 127) return ' (it did not find a program)'
  return exitCode === 126 ? ' (it could not execute a program)' : ''
}

/** Reports why there is no agent. A session that has ended stays as it is. */
export const reportStartError = async (client: Client, sessionId: string, message: string): Promise<void> => {
  await client.sessions.end(sessionId, { cause: 'start_failed', reason: message.slice(0, maxReasonLength) })
}
