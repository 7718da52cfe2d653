import * as z from 'zod'
import { reportedEpoch } from './claim'
import { count, optionalOnCreate, reference, timestamp } from './fields'

const QueueItemStatus = z.enum(['queued', 'processing', 'completed', 'failed', 'skipped'])

export const QueueItem = z
  .looseObject({
    taskId: z.string().meta({ description: 'Task to work on', examples: ['task_1738713700000_p9q2r5t8w'] }),
    status: QueueItemStatus.meta({ description: 'Where it stands', examples: ['queued'] }),
    addedAt: timestamp('When it was queued'),
    startedAt: timestamp('When work on it began').optional(),
    completedAt: timestamp('When it ended, well or not').optional(),
    failReason: z
      .string()
      .optional()
      .meta({ description: 'Why it failed', examples: ['Tests do not pass'] }),
  })
  .meta({ title: 'QueueItem', description: 'A task in a session’s queue' })

export const QueueState = z
  .looseObject({
    sessionId: z
      .string()
      .meta({ description: 'Session whose queue it is', examples: ['sess_1738713800000_m4n5o6p7q'] }),
    strategy: z.literal('queue').meta({ description: 'Always queue', examples: ['queue'] }),
    items: z.array(QueueItem).meta({
      description: 'First in, first out',
      examples: [[{ taskId: 'task_1738713700000_p9q2r5t8w', status: 'queued', addedAt: 1738713700000 }]],
    }),
    currentIndex: z
      .int()
      .min(-1)
      .meta({ description: 'Index of the item in processing, else -1', examples: [-1] }),
    createdAt: timestamp('When the queue was made'),
    updatedAt: timestamp('When it last changed'),
  })
  .meta({ title: 'QueueState', description: 'The queue of a session with strategy queue' })

export const QueueChange = z
  .object({
    sessionId: z.string().meta({ description: 'The session', examples: ['sess_1738713800000_m4n5o6p7q'] }),
    queue: QueueState.meta({ description: 'Its queue, as it is now' }),
  })
  .meta({ title: 'QueueChange', description: 'The queue of a session' })

export const QueueStats = z
  .object({
    total: count('All items', 3),
    queued: count('Items that wait', 1),
    processing: count('Items being worked on: 0 or 1', 1),
    completed: count('Items done', 1),
    failed: count('Items that failed', 0),
    skipped: count('Items left out', 0),
  })
  .meta({ title: 'QueueStats', description: 'How many items of a queue stand where' })

export const EndQueueItemRequest = z.object({ epoch: reportedEpoch() }).meta({
  title: 'EndQueueItemRequest',
  description: 'Body of POST /api/sessions/{id}/queue/complete, and of …/skip',
})

export const FailQueueItemRequest = z
  .object({
    reason: optionalOnCreate(z.string().trim()).meta({
      description: 'Why it failed',
      examples: ['Tests do not pass'],
    }),
    epoch: reportedEpoch(),
  })
  .meta({ title: 'FailQueueItemRequest', description: 'Body of POST /api/sessions/{id}/queue/fail' })

export const PushQueueItemRequest = z
  .object({
    taskId: reference().meta({ description: 'Task to queue', examples: ['task_1738713700000_p9q2r5t8w'] }),
  })
  .meta({ title: 'PushQueueItemRequest', description: 'Body of POST /api/sessions/{id}/queue/push' })

const success = z.literal(true).meta({ description: 'Always true', examples: [true] })
const stats = QueueStats.meta({ description: 'How many of its items stand where' })
const hasMore = z.boolean().meta({ description: 'Whether an item waits', examples: [false] })
const message = z.string().meta({
  description: 'What happened, for people',
  examples: ['Completed task_1738713700000_p9q2r5t8w. Queue is empty.'],
})
const item = (description: string) => QueueItem.meta({ description })
const itemOrNull = (description: string) => QueueItem.nullable().meta({ description, examples: [null] })

/** Fields of the answer when an item ends: about the item that comes next. */
const nextFields = { nextItem: itemOrNull('The first item that waits, or null'), hasMore, message }

export const QueueResponse = z
  .object({ queue: QueueState.meta({ description: 'The queue' }), stats })
  .meta({ title: 'QueueResponse', description: 'A queue, and how it stands' })

export const QueueItemsResponse = z
  .object({ items: QueueState.shape.items, stats })
  .meta({ title: 'QueueItemsResponse', description: 'The items of a queue, and how they stand' })

export const QueueTopResponse = z
  .object({
    hasMore,
    item: itemOrNull('The first item that waits, or null'),
    message: message.optional().meta({
      description: 'Only when none waits: says so',
      examples: ['Queue is empty - all tasks processed'],
    }),
  })
  .meta({ title: 'QueueTopResponse', description: 'What would be started next' })

export const StartQueueItemResponse = z
  .object({
    success,
    item: itemOrNull('The item that is now in processing, or null'),
    empty: z
      .literal(true)
      .optional()
      .meta({ description: 'Only when none waits', examples: [true] }),
    message,
  })
  .meta({ title: 'StartQueueItemResponse', description: 'What was started' })

export const CompleteQueueItemResponse = z
  .object({ success, completedItem: item('The item that was completed'), ...nextFields })
  .meta({ title: 'CompleteQueueItemResponse', description: 'What was completed, and what is next' })

export const FailQueueItemResponse = z
  .object({ success, failedItem: item('The item that failed'), ...nextFields })
  .meta({ title: 'FailQueueItemResponse', description: 'What failed, and what is next' })

export const SkipQueueItemResponse = z
  .object({ success, skippedItem: item('The item that was skipped'), ...nextFields })
  .meta({ title: 'SkipQueueItemResponse', description: 'What was skipped, and what is next' })

export const PushQueueItemResponse = z
  .object({ success, item: item('The new item, at the end') })
  .meta({ title: 'PushQueueItemResponse', description: 'What was queued' })

export type QueueItem = z.infer<typeof QueueItem>
export type QueueState = z.infer<typeof QueueState>
export type QueueStats = z.infer<typeof QueueStats>
export type QueueResponse = z.infer<typeof QueueResponse>
export type QueueItemsResponse = z.infer<typeof QueueItemsResponse>
export type QueueTopResponse = z.infer<typeof QueueTopResponse>
export type StartQueueItemResponse = z.infer<typeof StartQueueItemResponse>
export type CompleteQueueItemResponse = z.infer<typeof CompleteQueueItemResponse>
export type FailQueueItemResponse = z.infer<typeof FailQueueItemResponse>
export type SkipQueueItemResponse = z.infer<typeof SkipQueueItemResponse>
export type PushQueueItemResponse = z.infer<typeof PushQueueItemResponse>
