import type * as z from 'zod'
import type {
  CompleteQueueItemResponse,
  FailQueueItemResponse,
  PushQueueItemResponse,
  QueueItemsResponse,
  QueueResponse,
  QueueTopResponse,
  SkipQueueItemResponse,
  StartQueueItemResponse,
} from '../../schemas/queue'
import { path, type Requests } from './requests'

/** The queue of a session, which is always the first argument. */
export const queueOf = ({ ask }: Requests) => ({
  get: (sessionId: string) =>
    ask<z.infer<typeof QueueResponse>>('GET', path`/api/sessions/${sessionId}/queue`),
  items: (sessionId: string) =>
    ask<z.infer<typeof QueueItemsResponse>>('GET', path`/api/sessions/${sessionId}/queue/items`),
  /** The first item that waits, untouched. */
  top: (sessionId: string) =>
    ask<z.infer<typeof QueueTopResponse>>('GET', path`/api/sessions/${sessionId}/queue/top`),
  /** Takes the first item that waits; refused while one is in processing. */
  start: (sessionId: string) =>
    ask<z.infer<typeof StartQueueItemResponse>>('POST', path`/api/sessions/${sessionId}/queue/start`),
  complete: (sessionId: string) =>
    ask<z.infer<typeof CompleteQueueItemResponse>>('POST', path`/api/sessions/${sessionId}/queue/complete`),
  fail: (sessionId: string, reason?: string) =>
    ask<z.infer<typeof FailQueueItemResponse>>('POST', path`/api/sessions/${sessionId}/queue/fail`, {
      body: reason === undefined ? {} : { reason },
    }),
  /** Leaves out the item in processing, or else the first that waits. */
  skip: (sessionId: string) =>
    ask<z.infer<typeof SkipQueueItemResponse>>('POST', path`/api/sessions/${sessionId}/queue/skip`),
  /** Adds a task at the end. */
  push: (sessionId: string, taskId: string) =>
    ask<z.infer<typeof PushQueueItemResponse>>('POST', path`/api/sessions/${sessionId}/queue/push`, {
      body: { taskId },
    }),
})
