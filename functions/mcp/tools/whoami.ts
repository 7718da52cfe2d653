import * as z from 'zod'
import { brief, textIn } from '../brief'
import { tool } from '../tool'

export const whoami = tool({
  name: 'whoami',
  description: 'Your session, its role and project.',
  isReadOnly: true,
  operations: ['sessions.get', 'projects.get'],
  input: z.object({}),
  async run({ call, sessionId }) {
    if (sessionId === undefined)
      return {
        session: null,
        note: 'You call as a person, without a session. To speak for one: its token as the bearer, X-Maestro-Session: ID, or MAESTRO_SESSION_ID for maestro mcp',
      }
    const { body: session } = await call('sessions.get', { params: { id: sessionId } })
    const projectId = textIn(session, 'projectId')
    const project =
      projectId === undefined ? undefined : await call('projects.get', { params: { id: projectId } })
    return { session: brief(session), project: brief(project?.body) }
  },
})
