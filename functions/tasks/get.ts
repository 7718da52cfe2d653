import { Task } from '../../schemas/task'
import { answerEntity } from '../answers'
import { endpoint } from '../endpoint'
import { storedEntity } from '../stored-entity'

export const getTask = endpoint(
  { summary: 'Get a task', answers: { status: 200, schema: Task }, errors: ['TASK_NOT_FOUND'] },
  async (c) => answerEntity(c, await storedEntity(c, 'tasks', 'TASK_NOT_FOUND')),
)
