import { CompleteQueueItemResponse } from '../../schemas/queue'
import { completeCurrent } from '../../storage/rules/queues'
import { answer } from '../answers'
import { endpoint } from '../endpoint'
import { idOf } from '../stored-entity'
import { whatFollows } from './what-follows'

export const completeQueueItem = endpoint(
  {
    summary: 'Complete the item in processing',
    answers: { status: 200, schema: CompleteQueueItemResponse },
    errors: ['NOT_FOUND', 'VALIDATION_ERROR', 'STORAGE_UNAVAILABLE'],
    emits: ['queue:item_completed', 'queue:updated', 'task:updated', 'session:updated'],
  },
  async (c) => {
    const step = await c.env.workspace.change((tx) => completeCurrent(tx, idOf(c)))
    return answer(c, { success: true, completedItem: step.item, ...whatFollows('Completed', step) })
  },
)
