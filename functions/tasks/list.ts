import * as z from 'zod'
import { legacyTaskStatuses, Task } from '../../schemas/task'
import { filtersOf } from '../http/filters'
import { pageQuery, respondList } from '../http/lists'
import { endpoint } from '../http/operation'

export const listTasks = endpoint(
  {
    summary: 'List tasks',
    query: {
      projectId: 'Only those of this project',
      status: 'Only those with this status',
      parentId: 'Only those below this task; the word null: only root tasks',
      sessionId: 'Only those of this session',
      ...pageQuery,
    },
    answers: { status: 200, schema: z.array(Task) },
  },
  (c) =>
    respondList(
      c,
      'tasks',
      filtersOf(
        c,
        { projectId: 'projectId', status: 'status', parentId: 'parentId', sessionId: 'sessionIds' },
        legacyTaskStatuses,
      ),
    ),
)
