import { QueueState } from '../../schemas/queue'
import { defineKind } from './kind'

/** A session's queue: it has the id of its session. */
export const queues = defineKind({
  schema: QueueState,
  id: (queue) => queue.sessionId,
  createdAt: (queue) => queue.createdAt,
  fields: () => ({}),
  appendOnly: [],
  migrations: [],
  stateEvents: { created: 'queue:created', updated: 'queue:updated' },
  subject: (id) => ({ sessionId: id }),
  eventData: (id, json) => `{"sessionId":${JSON.stringify(id)},"queue":${json}}`,
})
