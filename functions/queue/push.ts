import { PushQueueItemRequest, PushQueueItemResponse } from '../../schemas/queue'
import { pushTask } from '../../storage/rules/links'
import { operation } from '../http/operation'
import { respondChange } from '../http/respond-change'

export const pushQueueItem = operation({
  method: 'POST',
  path: '/api/sessions/:id/queue/push',
  name: 'queue.push',
  sessionAccess: 'self',
  positional: ['taskId'],
  summary: 'Push a task to the end of a queue',
  description: 'The task comes into the session, too. One whose item has ended may be queued again.',
  body: PushQueueItemRequest,
  answers: { status: 200, schema: PushQueueItemResponse },
  errors: ['NOT_FOUND', 'VALIDATION_ERROR', 'SESSION_ENDED', 'STORAGE_UNAVAILABLE'],
  emits: ['session:task_added', 'task:session_added', 'queue:updated', 'task:updated', 'session:updated'],
  example: ({ waitingQueue, looseTask }) => ({ params: { id: waitingQueue }, body: { taskId: looseTask } }),
  run: (c, { params, body }) =>
    respondChange(c, (tx) => ({ body: { success: true, item: pushTask(tx, params.id, body.taskId) } })),
})
