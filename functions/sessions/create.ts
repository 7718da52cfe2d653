import { CreateSessionRequest, Session } from '../../schemas/session'
import { afterSteps } from '../../storage/others-turn'
import { createSession as create } from '../../storage/rules/sessions'
import { operation } from '../http/operation'
import { respondChange } from '../http/respond-change'

export const createSession = operation({
  method: 'POST',
  path: '/api/sessions',
  name: 'sessions.create',
  sessionAccess: 'person',
  summary: 'Create a session',
  description: 'Registers a session that somebody else started. To have one started, spawn it.',
  body: CreateSessionRequest,
  answers: { status: 201, schema: Session },
  errors: ['PROJECT_NOT_FOUND', 'CONFLICT', 'STORAGE_UNAVAILABLE'],
  emits: ['session:created', 'session:task_added', 'task:session_added', 'queue:created', 'task:updated'],
  example: ({ project, task }) => ({ body: { projectId: project, taskIds: [task], name: 'By hand' } }),
  run: (c, { body }) =>
    respondChange(c, (tx) =>
      afterSteps(create(tx, body, c.env.machine), ({ id }) => ({
        entry: tx.entry('sessions', id),
        status: 201,
      })),
    ),
})
