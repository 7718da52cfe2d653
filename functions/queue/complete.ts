import { CompleteQueueItemResponse } from '../../schemas/queue'
import { completeCurrent } from '../../storage/rules/queues'
import { nextItemOf } from '../http/next-item'
import { operation } from '../http/operation'
import { respond } from '../http/respond'

export const completeQueueItem = operation({
  method: 'POST',
  path: '/api/sessions/:id/queue/complete',
  name: 'queue.complete',
  summary: 'Complete the item in processing',
  answers: { status: 200, schema: CompleteQueueItemResponse },
  errors: ['NOT_FOUND', 'VALIDATION_ERROR', 'STORAGE_UNAVAILABLE'],
  emits: ['queue:item_completed', 'queue:updated', 'task:updated', 'session:updated'],
  example: ({ busyQueue }) => ({ params: { id: busyQueue } }),
  run: async (c, { params }) => {
    const step = await c.env.workspace.change((tx) => completeCurrent(tx, params.id))
    return respond(c, { success: true, completedItem: step.item, ...nextItemOf('Completed', step) })
  },
})
