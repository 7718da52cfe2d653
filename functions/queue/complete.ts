import { CompleteQueueItemResponse, EndQueueItemRequest } from '../../schemas/queue'
import { completeCurrent } from '../../storage/rules/queues'
import { nextItemOf } from '../http/next-item'
import { operation } from '../http/operation'
import { respondChange } from '../http/respond-change'

export const completeQueueItem = operation({
  method: 'POST',
  path: '/api/sessions/:id/queue/complete',
  name: 'queue.complete',
  sessionAccess: 'self',
  positional: ['epoch'],
  summary: 'Complete the item in processing',
  body: EndQueueItemRequest,
  answers: { status: 200, schema: CompleteQueueItemResponse },
  errors: ['NOT_FOUND', 'VALIDATION_ERROR', 'STALE_CLAIM', 'STORAGE_UNAVAILABLE'],
  emits: ['queue:item_completed', 'queue:updated', 'task:updated', 'session:updated'],
  example: ({ busyQueue }) => ({ params: { id: busyQueue }, body: {} }),
  run: (c, { params, body }) =>
    respondChange(c, (tx) => {
      const step = completeCurrent(tx, params.id, body.epoch)
      return { body: { success: true, completedItem: step.item, ...nextItemOf('Completed', step) } }
    }),
})
