import { QueueResponse } from '../../schemas/queue'
import { statsOf } from '../../storage/rules/queue-states'
import { operation } from '../http/operation'
import { respond } from '../http/respond'
import { storedQueue } from '../http/stored-entity'

export const getQueue = operation({
  method: 'GET',
  path: '/api/sessions/:id/queue',
  name: 'queue.get',
  sessionAccess: 'read',
  summary: 'Get a session’s queue',
  answers: { status: 200, schema: QueueResponse },
  errors: ['NOT_FOUND', 'VALIDATION_ERROR'],
  example: ({ busyQueue }) => ({ params: { id: busyQueue } }),
  run: async (c, { params }) => {
    const queue = await storedQueue(c, params.id)
    return respond(c, { queue, stats: statsOf(queue) })
  },
})
