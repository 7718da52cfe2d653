import { QueueTopResponse } from '../../schemas/queue'
import { nextItem } from '../../storage/rules/queue-states'
import { endpoint } from '../http/operation'
import { respond } from '../http/respond'
import { storedQueue } from '../http/stored-queue'

export const getQueueTop = endpoint(
  {
    summary: 'Look at the item that would be started next',
    answers: { status: 200, schema: QueueTopResponse },
    errors: ['NOT_FOUND', 'VALIDATION_ERROR'],
  },
  async (c) => {
    const item = nextItem(await storedQueue(c))
    return respond(
      c,
      item
        ? { hasMore: true, item }
        : { hasMore: false, item: null, message: 'Queue is empty - all tasks processed' },
    )
  },
)
