import * as z from 'zod'
import { optionalOnCreate, reference, timestamp } from './fields'

export const QueueItemStatus = z.enum(['queued', 'processing', 'completed', 'failed', 'skipped'])

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

const count = (description: string, example: number) =>
  z
    .int()
    .min(0)
    .meta({ description, examples: [example] })

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

export const FailQueueItemRequest = z
  .object({
    reason: optionalOnCreate(z.string()).meta({
      description: 'Why it failed',
      examples: ['Tests do not pass'],
    }),
  })
  .meta({ title: 'FailQueueItemRequest', description: 'Body of POST /api/sessions/{id}/queue/fail' })

export const PushQueueItemRequest = z
  .object({
    taskId: reference().meta({ description: 'Task to queue', examples: ['task_1738713700000_p9q2r5t8w'] }),
  })
  .meta({ title: 'PushQueueItemRequest', description: 'Body of POST /api/sessions/{id}/queue/push' })

export type QueueItem = z.infer<typeof QueueItem>
export type QueueState = z.infer<typeof QueueState>
export type QueueStats = z.infer<typeof QueueStats>
