import * as z from 'zod'
import { ListSessionsQuery } from '../../schemas/queries'
import { Session } from '../../schemas/session'
import { respondList } from '../http/lists'
import { operation } from '../http/operation'

export const listSessions = operation({
  method: 'GET',
  path: '/api/sessions',
  name: 'sessions.list',
  sessionAccess: 'read',
  summary: 'List sessions',
  query: ListSessionsQuery,
  answers: { status: 200, schema: z.array(Session) },
  example: ({ project }) => ({ query: { projectId: project, active: 'true' } }),
  run: (c, { query: { projectId, taskId, status, parentSessionId, active, ...page } }) =>
    respondList(
      c,
      'sessions',
      { projectId, status, parentSessionId, taskIds: taskId },
      page,
      active === 'true' ? (session) => session.fields.status !== 'completed' : undefined,
    ),
})
