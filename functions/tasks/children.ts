import * as z from 'zod'
import { PageQuery } from '../../schemas/queries'
import { Task } from '../../schemas/task'
import { respondList } from '../http/lists'
import { operation } from '../http/operation'
import { storedEntity } from '../http/stored-entity'

export const listChildren = operation({
  method: 'GET',
  path: '/api/tasks/:id/children',
  name: 'tasks.children',
  sessionAccess: 'read',
  summary: 'List the direct children of a task',
  query: PageQuery,
  answers: { status: 200, schema: z.array(Task) },
  errors: ['TASK_NOT_FOUND'],
  example: ({ task }) => ({ params: { id: task } }),
  run: async (c, { params: { id }, query }) => {
    await storedEntity(c, 'tasks', id, 'TASK_NOT_FOUND')
    return respondList(c, 'tasks', { parentId: id }, query)
  },
})
