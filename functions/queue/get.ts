import { QueueResponse } from '../../schemas/queue'
import { statsOf } from '../../storage/rules/queue-states'
import { endpoint } from '../http/operation'
import { respond } from '../http/respond'
import { storedQueue } from '../http/stored-queue'

export const getQueue = endpoint(
  {
    summary: 'Get a session’s queue',
    answers: { status: 200, schema: QueueResponse },
    errors: ['NOT_FOUND', 'VALIDATION_ERROR'],
  },
  async (c) => {
    const queue = await storedQueue(c)
    return respond(c, { queue, stats: statsOf(queue) })
  },
)
