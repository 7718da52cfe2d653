import { QueueItemsResponse } from '../../schemas/queue'
import { statsOf } from '../../storage/rules/queue-states'
import { operation } from '../http/operation'
import { respond } from '../http/respond'
import { storedQueue } from '../http/stored-entity'

export const listQueueItems = operation({
  method: 'GET',
  path: '/api/sessions/:id/queue/items',
  name: 'queue.items',
  sessionAccess: 'read',
  summary: 'List the items of a session’s queue',
  answers: { status: 200, schema: QueueItemsResponse },
  errors: ['NOT_FOUND', 'VALIDATION_ERROR'],
  example: ({ busyQueue }) => ({ params: { id: busyQueue } }),
  run: async (c, { params }) => {
    const queue = await storedQueue(c, params.id)
    return respond(c, { items: queue.items, stats: statsOf(queue) })
  },
})
