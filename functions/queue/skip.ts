import { EndQueueItemRequest, SkipQueueItemResponse } from '../../schemas/queue'
import { skipNext } from '../../storage/rules/queues'
import { nextItemOf } from '../http/next-item'
import { operation } from '../http/operation'
import { respondChange } from '../http/respond-change'

export const skipQueueItem = operation({
  method: 'POST',
  path: '/api/sessions/:id/queue/skip',
  name: 'queue.skip',
  sessionAccess: 'self',
  positional: ['epoch'],
  summary: 'Skip the item in processing, or else the next one',
  body: EndQueueItemRequest,
  answers: { status: 200, schema: SkipQueueItemResponse },
  errors: ['NOT_FOUND', 'VALIDATION_ERROR', 'STALE_CLAIM', 'STORAGE_UNAVAILABLE'],
  emits: ['queue:item_skipped', 'queue:updated', 'task:updated', 'session:updated'],
  example: ({ busyQueue }) => ({ params: { id: busyQueue }, body: {} }),
  run: (c, { params, body }) =>
    respondChange(c, (tx) => {
      const step = skipNext(tx, params.id, body.epoch)
      return { body: { success: true, skippedItem: step.item, ...nextItemOf('Skipped', step) } }
    }),
})
