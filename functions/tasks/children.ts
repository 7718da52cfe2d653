import * as z from 'zod'
import { Task } from '../../schemas/task'
import { pageQuery, respondList } from '../http/lists'
import { endpoint } from '../http/operation'
import { storedEntity } from '../http/stored-entity'

export const listChildren = endpoint(
  {
    summary: 'List the direct children of a task',
    query: pageQuery,
    answers: { status: 200, schema: z.array(Task) },
    errors: ['TASK_NOT_FOUND'],
  },
  async (c) => {
    const { id } = await storedEntity(c, 'tasks', 'TASK_NOT_FOUND')
    return respondList(c, 'tasks', { parentId: id })
  },
)
