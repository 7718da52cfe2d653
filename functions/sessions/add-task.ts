import { Session } from '../../schemas/session'
import { findSession, findTask } from '../../storage/rules/find'
import { addTask } from '../../storage/rules/links'
import { changeEntity } from '../http/change-entity'
import { endpoint } from '../http/operation'

export const addSessionTask = endpoint(
  {
    summary: 'Put a task into a session',
    answers: { status: 200, schema: Session },
    errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
    emits: ['session:task_added', 'task:session_added', 'queue:updated', 'task:updated', 'session:updated'],
  },
  (c) =>
    changeEntity(c, 'sessions', (tx, id) => {
      findSession(tx, id, 'NOT_FOUND')
      const task = findTask(tx, c.req.param('taskId') ?? '', 'NOT_FOUND')
      addTask(tx, id, task.id)
    }),
)
