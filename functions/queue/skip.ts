import { SkipQueueItemResponse } from '../../schemas/queue'
import { skipNext } from '../../storage/rules/queues'
import { nextItemOf } from '../http/next-item'
import { operation } from '../http/operation'
import { respondChange } from '../http/respond-change'

export const skipQueueItem = operation({
  method: 'POST',
  path: '/api/sessions/:id/queue/skip',
  name: 'queue.skip',
  sessionAccess: 'self',
  summary: 'Skip the item in processing, or else the next one',
  answers: { status: 200, schema: SkipQueueItemResponse },
  errors: ['NOT_FOUND', 'VALIDATION_ERROR', 'STORAGE_UNAVAILABLE'],
  emits: ['queue:item_skipped', 'queue:updated', 'task:updated', 'session:updated'],
  example: ({ busyQueue }) => ({ params: { id: busyQueue } }),
  run: (c, { params }) =>
    respondChange(c, (tx) => {
      const step = skipNext(tx, params.id)
      return { body: { success: true, skippedItem: step.item, ...nextItemOf('Skipped', step) } }
    }),
})
