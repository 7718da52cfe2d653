import { Task } from '../../schemas/task'
import { endpoint } from '../http/operation'
import { respondStored } from '../http/stored-entity'

export const getTask = endpoint(
  { summary: 'Get a task', answers: { status: 200, schema: Task }, errors: ['TASK_NOT_FOUND'] },
  (c) => respondStored(c, 'tasks', 'TASK_NOT_FOUND'),
)
