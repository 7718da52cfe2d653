import { Task } from '../../schemas/task'
import { operation } from '../http/operation'
import { respondStored } from '../http/stored-entity'

export const getTask = operation({
  method: 'GET',
  path: '/api/tasks/:id',
  name: 'tasks.get',
  sessionAccess: 'read',
  summary: 'Get a task',
  answers: { status: 200, schema: Task },
  errors: ['TASK_NOT_FOUND'],
  example: ({ task }) => ({ params: { id: task } }),
  run: (c, { params }) => respondStored(c, 'tasks', params.id, 'TASK_NOT_FOUND'),
})
