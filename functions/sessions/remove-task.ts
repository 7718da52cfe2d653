import { Session } from '../../schemas/session'
import { findSession, findTask } from '../../storage/rules/find'
import { removeTask } from '../../storage/rules/links'
import { changeEntity } from '../http/change-entity'
import { endpoint } from '../http/operation'

export const removeSessionTask = endpoint(
  {
    summary: 'Take a task out of a session',
    answers: { status: 200, schema: Session },
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
    emits: [
      'session:task_removed',
      'task:session_removed',
      'queue:item_skipped',
      'queue:item_failed',
      'queue:updated',
      'task:updated',
    ],
  },
  (c) =>
    changeEntity(c, 'sessions', (tx, id) => {
      findSession(tx, id, 'NOT_FOUND')
      const task = findTask(tx, c.req.param('taskId') ?? '', 'NOT_FOUND')
      removeTask(tx, id, task.id)
    }),
)
