import { SkipQueueItemResponse } from '../../schemas/queue'
import { skipNext } from '../../storage/rules/queues'
import { answer } from '../answers'
import { endpoint } from '../endpoint'
import { idOf } from '../stored-entity'
import { whatFollows } from './what-follows'

export const skipQueueItem = endpoint(
  {
    summary: 'Skip the item in processing, or else the next one',
    answers: { status: 200, schema: SkipQueueItemResponse },
    errors: ['NOT_FOUND', 'VALIDATION_ERROR', 'STORAGE_UNAVAILABLE'],
    emits: ['queue:item_skipped', 'queue:updated', 'task:updated', 'session:updated'],
  },
  async (c) => {
    const step = await c.env.workspace.change((tx) => skipNext(tx, idOf(c)))
    return answer(c, { success: true, skippedItem: step.item, ...whatFollows('Skipped', step) })
  },
)
