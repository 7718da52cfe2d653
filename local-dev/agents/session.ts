/** Reports of a session's agent to the server: that it starts, how it exited, why it could not be started. */
import type { Client, Session } from '../../functions/client/client'
import { endedStatuses } from '../../schemas/session'
import { isNotFound } from '../lib/not-found'
import { changeSession, retryTransient } from './change-session'
import type { AgentExit } from './process'
import { AgentStartError } from './start-error'

/** So long it is tried to report the exit of an agent while the server is away. */
const reportTimeoutMs = 60_000

/**
 * Marks the session and its tasks as `working`. In a queue its tasks stay `queued`: the queue hands them out.
 * Throws `AgentStartError` if the session is not there, or has been stopped or completed.
 */
export const reportStart = async (client: Client, sessionId: string, agent: string): Promise<void> => {
  let isFirst = true
  const session = await changeSession(client, sessionId, ({ status }) => {
    if (status === 'stopped' || status === 'completed')
      throw new AgentStartError(1, `The session ${sessionId} is ${status} already: spawn a new one`)
    isFirst = status === 'spawning'
    return { status: 'working', agentId: agent, timeline: [{ type: 'progress', message: `${agent} starts` }] }
  })
  if (session.strategy === 'queue') return
  for (const taskId of session.taskIds) await markWorking(client, taskId, isFirst)
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
 * Reports how the agent exited, and ends the session unless somebody has done so: the agent itself, or who stopped
 * it. Tries for a minute if the server is away. Returns the session as it then is.
 */
export const reportAgentExit = (
  client: Client,
  sessionId: string,
  agent: string,
  exit: AgentExit,
): Promise<Session> => {
  const { exitCode, signal, duration } = exit
  const how = signal ? `was ended by ${signal}` : `ended with exit code ${exitCode}`
  return retryTransient(
    () =>
      changeSession(client, sessionId, ({ status }) => ({
        ...(!endedStatuses.includes(status) && { status: statusAfter(exit) }),
        timeline: [
          {
            type: 'session_stopped',
            message: `${agent} ${how} after ${(duration / 1000).toFixed(1)} s`,
            metadata: { agent, exitCode, signal, duration },
          },
        ],
      })),
    AbortSignal.timeout(reportTimeoutMs),
  )
}

const statusAfter = ({ exitCode, signal }: AgentExit) =>
  signal ? 'stopped' : exitCode === 0 ? 'completed' : 'failed'

/** Reports why there is no agent. A session that has ended stays as it is. */
export const reportStartError = async (client: Client, sessionId: string, message: string): Promise<void> => {
  await changeSession(client, sessionId, ({ status }) => ({
    ...(!endedStatuses.includes(status) && { status: 'failed' }),
    timeline: [{ type: 'error', message }],
  }))
}
