import { StartQueueItemResponse } from '../../schemas/queue'
import { startNext } from '../../storage/rules/queues'
import { operation } from '../http/operation'
import { respondChange } from '../http/respond-change'

export const startQueueItem = operation({
  method: 'POST',
  path: '/api/sessions/:id/queue/start',
  name: 'queue.start',
  sessionAccess: 'self',
  summary: 'Start the next item of a queue',
  description:
    'Only one item is worked on at a time: of several callers at once, one gets it. A task that another session has claimed is not started.',
  answers: { status: 200, schema: StartQueueItemResponse },
  errors: ['NOT_FOUND', 'VALIDATION_ERROR', 'SESSION_ENDED', 'TASK_CLAIMED', 'STORAGE_UNAVAILABLE'],
  emits: ['queue:item_started', 'queue:updated', 'task:updated', 'session:updated'],
  example: ({ waitingQueue }) => ({ params: { id: waitingQueue } }),
  run: (c, { params }) =>
    respondChange(c, (tx) => {
      const item = startNext(tx, params.id)?.item
      return {
        body: item
          ? { success: true, item, message: `Started processing task ${item.taskId}` }
          : { success: true, item: null, empty: true, message: 'Queue is empty — no items to process' },
      }
    }),
})
