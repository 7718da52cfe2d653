import * as z from 'zod'
import { InboxQuery } from '../../schemas/queries'
import { InboxRequest } from '../../schemas/request'
import { respondList } from '../http/lists'
import { operation } from '../http/operation'

export const listInbox = operation({
  method: 'GET',
  path: '/api/inbox',
  name: 'inbox.list',
  sessionAccess: 'read',
  summary: 'List what waits for a person',
  description: 'The open requests of all sessions, unless another state is asked for.',
  query: InboxQuery,
  answers: { status: 200, schema: z.array(InboxRequest) },
  example: ({ project }) => ({ query: { projectId: project, state: 'open' } }),
  run: (c, { query: { projectId, sessionId, kind, state, ...page } }) =>
    respondList(
      c,
      'requests',
      { kind, projectId, sessionId, state: state === 'all' ? undefined : state },
      page,
    ),
})
