import { Task } from '../../schemas/task'
import { endpoint } from '../endpoint'
import { answerStored } from '../stored-entity'

export const getTask = endpoint(
  { summary: 'Get a task', answers: { status: 200, schema: Task }, errors: ['TASK_NOT_FOUND'] },
  (c) => answerStored(c, 'tasks', 'TASK_NOT_FOUND'),
)
