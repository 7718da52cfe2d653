import { EndSessionRequest } from '../../schemas/ending'
import { Session } from '../../schemas/session'
import { endSession as end } from '../../storage/rules/endings'
import { changeEntity } from '../http/change-entity'
import { operation } from '../http/operation'

export const endSession = operation({
  method: 'POST',
  path: '/api/sessions/:id/end',
  name: 'sessions.end',
  sessionAccess: 'self',
  summary: 'End a session',
  description:
    'Its status, its queue and what its tasks say change as one step. A session that has ended keeps its status: the report is noted in its timeline, and may give its tasks an outcome.',
  body: EndSessionRequest,
  answers: { status: 200, schema: Session },
  errors: ['NOT_FOUND', 'VALIDATION_ERROR', 'PRECONDITION_FAILED', 'STORAGE_UNAVAILABLE'],
  emits: [
    'session:updated',
    'queue:item_completed',
    'queue:item_failed',
    'queue:item_skipped',
    'queue:updated',
    'task:updated',
    'session:task_removed',
    'task:session_removed',
    'task:released',
    'request:created',
  ],
  example: ({ session, task }) => ({
    params: { id: session },
    body: { cause: 'exited', exitCode: 0, outcomes: [{ taskId: task, outcome: 'completed' }] },
  }),
  run: (c, { params: { id }, body }) => changeEntity(c, 'sessions', id, (tx) => end(tx, id, body)),
})
