/** What a session is told of its agent: that it begins, how it ended, why it could not be started. */
import type { Client, Session } from '../../functions/client/client'
import { MaestroError } from '../../functions/client/client'
import { endedStatuses } from '../../schemas/session'
import { changeSession, persistently } from './change-session'
import { CannotStart } from './problems'
import type { Ending } from './process'

/** How long the end of an agent is tried to be reported while the server is away, in milliseconds. */
const patience = 60_000

/**
 * Marks the session and its tasks as `working`. In a queue its tasks stay `queued`: the queue hands them out.
 * Throws `CannotStart` if the session is not there, or has been stopped or completed.
 */
export const beginWork = async (client: Client, sessionId: string, agent: string): Promise<void> => {
  let isFirst = true
  const session = await changeSession(client, sessionId, ({ status }) => {
    if (status === 'stopped' || status === 'completed')
      throw new CannotStart(1, `The session ${sessionId} is ${status} already: spawn a new one`)
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
    if (!(error instanceof MaestroError) || error.status !== 404) throw error
  }
}

/**
 * Tells how the agent ended, and ends the session unless somebody has done so: the agent itself, or who stopped
 * it. Tries for a minute if the server is away. Answers the session as it then is.
 */
export const reportEnd = (
  client: Client,
  sessionId: string,
  agent: string,
  ending: Ending,
): Promise<Session> => {
  const { exitCode, signal, duration } = ending
  const how = signal ? `was ended by ${signal}` : `ended with exit code ${exitCode}`
  return persistently(
    () =>
      changeSession(client, sessionId, ({ status }) => ({
        ...(!endedStatuses.includes(status) && { status: statusAfter(ending) }),
        timeline: [
          {
            type: 'session_stopped',
            message: `${agent} ${how} after ${(duration / 1000).toFixed(1)} s`,
            metadata: { agent, exitCode, signal, duration },
          },
        ],
      })),
    AbortSignal.timeout(patience),
  )
}

const statusAfter = ({ exitCode, signal }: Ending) =>
  signal ? 'stopped' : exitCode === 0 ? 'completed' : 'failed'

/** Tells why there is no agent. A session that has ended stays as it is. */
export const reportFailure = async (client: Client, sessionId: string, message: string): Promise<void> => {
  await changeSession(client, sessionId, ({ status }) => ({
    ...(!endedStatuses.includes(status) && { status: 'failed' }),
    timeline: [{ type: 'error', message }],
  }))
}
