import { QueueResponse } from '../../schemas/queue'
import { statsOf } from '../../storage/rules/queue-states'
import { answer } from '../answers'
import { endpoint } from '../endpoint'
import { storedQueue } from './stored-queue'

export const getQueue = endpoint(
  {
    summary: 'Get a session’s queue',
    answers: { status: 200, schema: QueueResponse },
    errors: ['NOT_FOUND', 'VALIDATION_ERROR'],
  },
  async (c) => {
    const queue = await storedQueue(c)
    return answer(c, { queue, stats: statsOf(queue) })
  },
)
