import { FailQueueItemRequest, FailQueueItemResponse } from '../../schemas/queue'
import { failCurrent } from '../../storage/rules/queues'
import { nextItemOf } from '../http/next-item'
import { operation } from '../http/operation'
import { respondChange } from '../http/respond-change'

export const failQueueItem = operation({
  method: 'POST',
  path: '/api/sessions/:id/queue/fail',
  name: 'queue.fail',
  sessionAccess: 'self',
  positional: ['reason', 'epoch'],
  summary: 'Fail the item in processing',
  body: FailQueueItemRequest,
  answers: { status: 200, schema: FailQueueItemResponse },
  errors: ['NOT_FOUND', 'VALIDATION_ERROR', 'STALE_CLAIM', 'STORAGE_UNAVAILABLE'],
  emits: ['queue:item_failed', 'queue:updated', 'task:updated', 'session:updated'],
  example: ({ busyQueue }) => ({ params: { id: busyQueue }, body: { reason: 'The tests do not pass' } }),
  run: (c, { params, body }) =>
    respondChange(c, (tx) => {
      const step = failCurrent(tx, params.id, body.reason, body.epoch)
      return { body: { success: true, failedItem: step.item, ...nextItemOf('Failed', step) } }
    }),
})
