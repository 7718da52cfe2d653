import { QueueItemsResponse } from '../../schemas/queue'
import { statsOf } from '../../storage/rules/queue-states'
import { endpoint } from '../http/operation'
import { respond } from '../http/respond'
import { storedQueue } from '../http/stored-queue'

export const listQueueItems = endpoint(
  {
    summary: 'List the items of a session’s queue',
    answers: { status: 200, schema: QueueItemsResponse },
    errors: ['NOT_FOUND', 'VALIDATION_ERROR'],
  },
  async (c) => {
    const queue = await storedQueue(c)
    return respond(c, { items: queue.items, stats: statsOf(queue) })
  },
)
