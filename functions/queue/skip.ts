import { SkipQueueItemResponse } from '../../schemas/queue'
import { skipNext } from '../../storage/rules/queues'
import { nextItemOf } from '../http/next-item'
import { endpoint } from '../http/operation'
import { respond } from '../http/respond'
import { idOf } from '../http/stored-entity'

export const skipQueueItem = endpoint(
  {
    summary: 'Skip the item in processing, or else the next one',
    answers: { status: 200, schema: SkipQueueItemResponse },
    errors: ['NOT_FOUND', 'VALIDATION_ERROR', 'STORAGE_UNAVAILABLE'],
    emits: ['queue:item_skipped', 'queue:updated', 'task:updated', 'session:updated'],
  },
  async (c) => {
    const step = await c.env.workspace.change((tx) => skipNext(tx, idOf(c)))
    return respond(c, { success: true, skippedItem: step.item, ...nextItemOf('Skipped', step) })
  },
)
