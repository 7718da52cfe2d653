import { CompleteQueueItemResponse } from '../../schemas/queue'
import { completeCurrent } from '../../storage/rules/queues'
import { nextItemOf } from '../http/next-item'
import { endpoint } from '../http/operation'
import { respond } from '../http/respond'
import { idOf } from '../http/stored-entity'

export const completeQueueItem = endpoint(
  {
    summary: 'Complete the item in processing',
    answers: { status: 200, schema: CompleteQueueItemResponse },
    errors: ['NOT_FOUND', 'VALIDATION_ERROR', 'STORAGE_UNAVAILABLE'],
    emits: ['queue:item_completed', 'queue:updated', 'task:updated', 'session:updated'],
  },
  async (c) => {
    const step = await c.env.workspace.change((tx) => completeCurrent(tx, idOf(c)))
    return respond(c, { success: true, completedItem: step.item, ...nextItemOf('Completed', step) })
  },
)
