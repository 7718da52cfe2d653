import { ClaimTaskRequest } from '../../schemas/claim'
import { Task } from '../../schemas/task'
import { claimTask as claim } from '../../storage/rules/claims'
import { changeEntity } from '../http/change-entity'
import { operation } from '../http/operation'
import { workingSession } from '../http/working-session'

export const claimTask = operation({
  method: 'POST',
  path: '/api/tasks/:id/claim',
  name: 'tasks.claim',
  sessionAccess: 'project',
  summary: 'Claim a task',
  description:
    'Of any number of sessions at once, one gets it; the one that has it gets it again, and nothing changes. It is given back when the session ends, or is lost.',
  body: ClaimTaskRequest,
  answers: { status: 200, schema: Task },
  errors: [
    'TASK_NOT_FOUND',
    'SESSION_NOT_FOUND',
    'SESSION_ENDED',
    'TASK_CLAIMED',
    'TASK_NOT_READY',
    'PRECONDITION_FAILED',
    'STORAGE_UNAVAILABLE',
  ],
  emits: ['session:task_added', 'task:session_added', 'task:updated', 'session:updated', 'task:claimed'],
  example: ({ looseTask, session }) => ({ params: { id: looseTask }, body: { sessionId: session } }),
  run: (c, { params: { id }, body }) => {
    const sessionId = workingSession(c, body.sessionId)
    const { heartbeats, clock } = c.env
    const expiryOf = (holder: string) => {
      const remainingMs = heartbeats.remainingMs(holder)
      return remainingMs === undefined ? undefined : Math.round(clock() + remainingMs)
    }
    return changeEntity(c, 'tasks', id, (tx) => claim(tx, id, sessionId, expiryOf))
  },
})
