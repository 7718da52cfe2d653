import { Session } from '../../schemas/session'
import { findSession, findTask } from '../../storage/rules/find'
import { addTask } from '../../storage/rules/links'
import { changeEntity } from '../http/change-entity'
import { operation } from '../http/operation'

export const addSessionTask = operation({
  method: 'POST',
  path: '/api/sessions/:id/tasks/:taskId',
  name: 'sessions.addTask',
  sessionAccess: 'person',
  summary: 'Add a task to a session',
  answers: { status: 200, schema: Session },
  errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
  emits: ['session:task_added', 'task:session_added', 'queue:updated', 'task:updated', 'session:updated'],
  example: ({ session, looseTask }) => ({ params: { id: session, taskId: looseTask } }),
  run: (c, { params: { id, taskId } }) =>
    changeEntity(c, 'sessions', id, (tx) => {
      findSession(tx, id, 'NOT_FOUND')
      findTask(tx, taskId, 'NOT_FOUND')
      addTask(tx, id, taskId)
    }),
})
