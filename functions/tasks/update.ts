import { Task, UpdateTaskRequest } from '../../schemas/task'
import type { Caller } from '../../storage/rules/callers'
import { updateTask as update } from '../../storage/rules/tasks'
import { changeEntity } from '../http/change-entity'
import { operation } from '../http/operation'

export const updateTask = operation({
  method: 'PATCH',
  path: '/api/tasks/:id',
  name: 'tasks.update',
  sessionAccess: 'project',
  summary: 'Update a task',
  description:
    'With updateSource "session", only sessionStatus is changed, whatever else is sent. The status todo begins anew: what a session said of it goes. Any status but in_progress takes it away from the session that has claimed it.',
  body: UpdateTaskRequest,
  answers: { status: 200, schema: Task },
  errors: [
    'TASK_NOT_FOUND',
    'PRECONDITION_FAILED',
    'BUSINESS_RULE_ERROR',
    'CONFLICT',
    'TASK_CLAIMED',
    'STALE_CLAIM',
    'STORAGE_UNAVAILABLE',
  ],
  emits: [
    'task:updated',
    'session:task_added',
    'task:session_added',
    'session:task_removed',
    'task:session_removed',
    'queue:updated',
    'session:updated',
    'queue:item_skipped',
    'queue:item_failed',
    'task:released',
    'request:updated',
  ],
  example: ({ task }) => ({ params: { id: task }, body: { status: 'in_progress' } }),
  run: (c, { params: { id }, body }) =>
    changeEntity(c, 'tasks', id, (tx) => {
      const caller = c.get('caller')
      return update(
        tx,
        id,
        reportedBy(caller, body),
        caller.kind === 'session' ? caller.sessionId : undefined,
      )
    }),
})

/** Whose report it is says the token, if there is one. */
const reportedBy = (caller: Caller, body: UpdateTaskRequest): UpdateTaskRequest =>
  caller.kind === 'session' && body.updateSource === 'session'
    ? { ...body, sessionId: caller.sessionId }
    : body
