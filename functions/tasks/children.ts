import * as z from 'zod'
import { Task } from '../../schemas/task'
import { endpoint } from '../endpoint'
import { answerList, pageQuery } from '../lists'
import { storedEntity } from '../stored-entity'

export const listChildren = endpoint(
  {
    summary: 'List the direct children of a task',
    query: pageQuery,
    answers: { status: 200, schema: z.array(Task) },
    errors: ['TASK_NOT_FOUND'],
  },
  async (c) => {
    const { id } = await storedEntity(c, 'tasks', 'TASK_NOT_FOUND')
    return answerList(c, 'tasks', { parentId: id })
  },
)
