import * as z from 'zod'
import { ListTasksQuery } from '../../schemas/queries'
import { Task } from '../../schemas/task'
import { hasSessionStatus, holdsText } from '../../storage/rules/search'
import { respondList } from '../http/lists'
import { operation } from '../http/operation'

export const listTasks = operation({
  method: 'GET',
  path: '/api/tasks',
  name: 'tasks.list',
  sessionAccess: 'read',
  summary: 'List tasks',
  query: ListTasksQuery,
  answers: { status: 200, schema: z.array(Task) },
  example: ({ project }) => ({ query: { projectId: project, status: 'todo' } }),
  run: (c, { query: { projectId, status, parentId, sessionId, externalId, sessionStatus, q, ...page } }) => {
    const tests = [
      ...(sessionStatus === undefined ? [] : [hasSessionStatus(sessionStatus)]),
      ...(q === undefined ? [] : [holdsText(q)]),
    ]
    return respondList(
      c,
      'tasks',
      { projectId, status, parentId, sessionIds: sessionId, externalId },
      page,
      tests.length === 0 ? undefined : (task) => tests.every((holds) => holds(task)),
    )
  },
})
