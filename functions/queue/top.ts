import { QueueTopResponse } from '../../schemas/queue'
import { nextItem } from '../../storage/rules/queue-states'
import { operation } from '../http/operation'
import { respond } from '../http/respond'
import { storedQueue } from '../http/stored-entity'

export const getQueueTop = operation({
  method: 'GET',
  path: '/api/sessions/:id/queue/top',
  name: 'queue.top',
  sessionAccess: 'read',
  summary: 'Get the item that would be started next',
  answers: { status: 200, schema: QueueTopResponse },
  errors: ['NOT_FOUND', 'VALIDATION_ERROR'],
  example: ({ busyQueue }) => ({ params: { id: busyQueue } }),
  run: async (c, { params }) => {
    const item = nextItem(await storedQueue(c, params.id))
    return respond(
      c,
      item
        ? { hasMore: true, item }
        : { hasMore: false, item: null, message: 'Queue is empty - all tasks processed' },
    )
  },
})
