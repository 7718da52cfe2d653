import { FailQueueItemRequest, FailQueueItemResponse } from '../../schemas/queue'
import { failCurrent } from '../../storage/rules/queues'
import { nextItemOf } from '../http/next-item'
import { endpointWithBody } from '../http/operation'
import { respond } from '../http/respond'
import { idOf } from '../http/stored-entity'

export const failQueueItem = endpointWithBody(
  {
    summary: 'Fail the item in processing',
    body: FailQueueItemRequest,
    answers: { status: 200, schema: FailQueueItemResponse },
    errors: ['NOT_FOUND', 'VALIDATION_ERROR', 'STORAGE_UNAVAILABLE'],
    emits: ['queue:item_failed', 'queue:updated', 'task:updated', 'session:updated'],
  },
  async (c, { reason }) => {
    const step = await c.env.workspace.change((tx) => failCurrent(tx, idOf(c), reason))
    return respond(c, { success: true, failedItem: step.item, ...nextItemOf('Failed', step) })
  },
)
