import { Session } from '../../schemas/session'
import { findSession, findTask } from '../../storage/rules/find'
import { removeTask } from '../../storage/rules/links'
import { changeEntity } from '../http/change-entity'
import { operation } from '../http/operation'

export const removeSessionTask = operation({
  method: 'DELETE',
  path: '/api/sessions/:id/tasks/:taskId',
  name: 'sessions.removeTask',
  sessionAccess: 'person',
  summary: 'Remove a task from a session',
  answers: { status: 200, schema: Session },
  errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
  emits: [
    'session:task_removed',
    'task:session_removed',
    'queue:item_skipped',
    'queue:item_failed',
    'queue:updated',
    'task:updated',
    'task:released',
  ],
  example: ({ session, task }) => ({ params: { id: session, taskId: task } }),
  run: (c, { params: { id, taskId } }) =>
    changeEntity(c, 'sessions', id, (tx) => {
      findSession(tx, id, 'NOT_FOUND')
      findTask(tx, taskId, 'NOT_FOUND')
      removeTask(tx, id, taskId)
    }),
})
