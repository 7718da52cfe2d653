import * as z from 'zod'
import { legacySessionStatuses, Session } from '../../schemas/session'
import { filtersOf } from '../http/filters'
import { pageQuery, respondList } from '../http/lists'
import { endpoint } from '../http/operation'

export const listSessions = endpoint(
  {
    summary: 'List sessions',
    query: {
      projectId: 'Only those of this project',
      taskId: 'Only those that work on this task',
      status: 'Only those with this status',
      active: 'true: only those whose status is not completed',
      ...pageQuery,
    },
    answers: { status: 200, schema: z.array(Session) },
  },
  (c) => {
    const where = filtersOf(
      c,
      { projectId: 'projectId', taskId: 'taskIds', status: 'status' },
      legacySessionStatuses,
    )
    const active = c.req.query('active') === 'true'
    return respondList(
      c,
      'sessions',
      where,
      active ? (session) => session.fields.status !== 'completed' : undefined,
    )
  },
)
