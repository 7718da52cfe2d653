import { defineCommand } from '../command'
import { ownSession } from '../environment'
import { sessionLine } from './format'

export const command = defineCommand({
  about:
    'End this session as completed: tasks that it works on are completed, those that wait for an answer blocked, queued ones skipped',
  example: 'maestro session complete',
  async run({ client, environment }) {
    const sessionId = ownSession(environment)
    // Nobody answers any more: what waits for an answer is not done.
    const waiting = (await client.tasks.list({ sessionId })).filter(
      ({ sessionStatus }) => sessionStatus === 'needs_input',
    )
    const outcomes = waiting.map(({ id: taskId }) => ({ taskId, outcome: 'blocked' as const }))
    const session = await client.sessions.end(sessionId, { cause: 'reported', outcomes })
    return {
      json: session,
      text: sessionLine(session.status === 'completed' ? 'Completed' : 'Ended before', session),
    }
  },
})
