// Made from the list of operations by `npm run generate`: not to be edited.
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
import { changeHeaders, type RepeatOptions } from './entities'
import { path, type Requests } from './requests'

export const queueOf = (requests: Requests) => ({
  /** Get a session’s queue */
  get: (id: string) => requests.ask<QueueResponse>('GET', path`/api/sessions/${id}/queue`),
  /** Complete the item in processing */
  complete: (id: string, epoch?: number, options?: RepeatOptions) =>
    requests.ask<CompleteQueueItemResponse>('POST', path`/api/sessions/${id}/queue/complete`, {
      body: { epoch },
      ...changeHeaders(options),
    }),
  /** Fail the item in processing */
  fail: (id: string, reason?: string, epoch?: number, options?: RepeatOptions) =>
    requests.ask<FailQueueItemResponse>('POST', path`/api/sessions/${id}/queue/fail`, {
      body: { reason, epoch },
      ...changeHeaders(options),
    }),
  /** List the items of a session’s queue */
  items: (id: string) => requests.ask<QueueItemsResponse>('GET', path`/api/sessions/${id}/queue/items`),
  /** Push a task to the end of a queue. The task comes into the session, too. One whose item has ended may be queued again. */
  push: (id: string, taskId: string, options?: RepeatOptions) =>
    requests.ask<PushQueueItemResponse>('POST', path`/api/sessions/${id}/queue/push`, {
      body: { taskId },
      ...changeHeaders(options),
    }),
  /** Skip the item in processing, or else the next one */
  skip: (id: string, epoch?: number, options?: RepeatOptions) =>
    requests.ask<SkipQueueItemResponse>('POST', path`/api/sessions/${id}/queue/skip`, {
      body: { epoch },
      ...changeHeaders(options),
    }),
  /** Start the next item of a queue. Only one item is worked on at a time: of several callers at once, one gets it. A task that another session has claimed is not started. */
  start: (id: string, options?: RepeatOptions) =>
    requests.ask<StartQueueItemResponse>(
      'POST',
      path`/api/sessions/${id}/queue/start`,
      changeHeaders(options),
    ),
  /** Get the item that would be started next */
  top: (id: string) => requests.ask<QueueTopResponse>('GET', path`/api/sessions/${id}/queue/top`),
})
