import { ReleaseTaskRequest } from '../../schemas/claim'
import { Task } from '../../schemas/task'
import { releaseTask as release } from '../../storage/rules/claims'
import { changeEntity } from '../http/change-entity'
import { operation } from '../http/operation'
import { workingSession } from '../http/working-session'

export const releaseTask = operation({
  method: 'POST',
  path: '/api/tasks/:id/release',
  name: 'tasks.release',
  sessionAccess: 'project',
  summary: 'Give a claimed task back, or say what became of it',
  description:
    'Without an outcome anybody may claim it. It leaves the session, unless it was there before the claim. With force a person takes it away from whoever has it.',
  body: ReleaseTaskRequest,
  answers: { status: 200, schema: Task },
  errors: [
    'TASK_NOT_FOUND',
    'SESSION_NOT_FOUND',
    'STALE_CLAIM',
    'PRECONDITION_FAILED',
    'STORAGE_UNAVAILABLE',
  ],
  emits: [
    'session:updated',
    'task:updated',
    'task:released',
    'session:task_removed',
    'task:session_removed',
    'queue:item_skipped',
    'queue:item_failed',
    'queue:updated',
  ],
  example: ({ claimedTask, session }) => ({
    params: { id: claimedTask },
    body: { sessionId: session, outcome: 'completed', message: 'npm test passes' },
  }),
  run: (c, { params: { id }, body: { sessionId: named, ...body } }) => {
    const sessionId = body.force ? undefined : workingSession(c, named)
    return changeEntity(c, 'tasks', id, (tx) => release(tx, id, body, sessionId))
  },
})
