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
  get: (sessionId: string) => ask<QueueResponse>('GET', path`/api/sessions/${sessionId}/queue`),
  items: (sessionId: string) => ask<QueueItemsResponse>('GET', path`/api/sessions/${sessionId}/queue/items`),
  /** The first item that waits, untouched. */
  top: (sessionId: string) => ask<QueueTopResponse>('GET', path`/api/sessions/${sessionId}/queue/top`),
  /** Takes the first item that waits; refused while one is in processing. */
  start: (sessionId: string) =>
    ask<StartQueueItemResponse>('POST', path`/api/sessions/${sessionId}/queue/start`),
  complete: (sessionId: string) =>
    ask<CompleteQueueItemResponse>('POST', path`/api/sessions/${sessionId}/queue/complete`),
  fail: (sessionId: string, reason?: string) =>
    ask<FailQueueItemResponse>('POST', path`/api/sessions/${sessionId}/queue/fail`, {
      body: reason === undefined ? {} : { reason },
    }),
  /** Leaves out the item in processing, or else the first that waits. */
  skip: (sessionId: string) =>
    ask<SkipQueueItemResponse>('POST', path`/api/sessions/${sessionId}/queue/skip`),
  /** Adds a task at the end. */
  push: (sessionId: string, taskId: string) =>
    ask<PushQueueItemResponse>('POST', path`/api/sessions/${sessionId}/queue/push`, {
      body: { taskId },
    }),
})
