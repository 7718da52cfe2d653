import { FailQueueItemRequest, FailQueueItemResponse } from '../../schemas/queue'
import { failCurrent } from '../../storage/rules/queues'
import { answer } from '../answers'
import { endpointWithBody } from '../endpoint'
import { idOf } from '../stored-entity'
import { whatFollows } from './what-follows'

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
    return answer(c, { success: true, failedItem: step.item, ...whatFollows('Failed', step) })
  },
)
