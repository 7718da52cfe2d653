import { PushQueueItemRequest, PushQueueItemResponse } from '../../schemas/queue'
import { pushTask } from '../../storage/rules/links'
import { endpointWithBody } from '../http/operation'
import { respond } from '../http/respond'
import { idOf } from '../http/stored-entity'

export const pushQueueItem = endpointWithBody(
  {
    summary: 'Put a task at the end of a queue',
    description: 'The task comes into the session, too. One whose item has ended may be queued again.',
    body: PushQueueItemRequest,
    answers: { status: 200, schema: PushQueueItemResponse },
    errors: ['NOT_FOUND', 'VALIDATION_ERROR', 'STORAGE_UNAVAILABLE'],
    emits: ['session:task_added', 'task:session_added', 'queue:updated', 'task:updated', 'session:updated'],
  },
  async (c, { taskId }) => {
    const item = await c.env.workspace.change((tx) => pushTask(tx, idOf(c), taskId))
    return respond(c, { success: true, item })
  },
)
