import { apiError } from '../../schemas/errors'
import type { QueueItem, QueueState, QueueStats } from '../../schemas/queue'

/**
 * The queue as a state machine: pure functions from a queue to the next. Items wait (`queued`), at most one is
 * worked on (`processing`), and each ends `completed`, `failed` or `skipped`. Refusals are `VALIDATION_ERROR`s.
 */

/** A queue after a step, and the item that the step was about. */
export interface Step {
  queue: QueueState
  item: QueueItem
}

export const newQueue = (sessionId: string, taskIds: readonly string[], now: number): QueueState => ({
  sessionId,
  strategy: 'queue',
  items: taskIds.map((taskId) => ({ taskId, status: 'queued', addedAt: now })),
  currentIndex: -1,
  createdAt: now,
  updatedAt: now,
})

/** The first item that waits. */
export const nextItem = (queue: QueueState): QueueItem | undefined =>
  queue.items.find((item) => item.status === 'queued')

const currentItem = (queue: QueueState): QueueItem | undefined =>
  queue.items.find((item) => item.status === 'processing')

/** Whether a task waits in the queue or is worked on. */
export const isActive = (queue: QueueState, taskId: string): boolean =>
  queue.items.some((item) => item.taskId === taskId && isOpen(item))

const isOpen = ({ status }: QueueItem) => status === 'queued' || status === 'processing'

/** The first waiting item is worked on; undefined if none waits. */
export const start = (queue: QueueState, now: number): Step | undefined => {
  const current = currentItem(queue)
  if (current) throw apiError('VALIDATION_ERROR', `Already processing task ${current.taskId}`)
  const next = nextItem(queue)
  return next && replace(queue, next, { ...next, status: 'processing', startedAt: now }, now)
}

/** The item in processing ends well. */
export const complete = (queue: QueueState, now: number): Step =>
  end(queue, inProcessing(queue), { status: 'completed' }, now)

/** The item in processing ends badly, for a reason if one is given: an empty one is none. */
export const fail = (queue: QueueState, now: number, reason?: string): Step =>
  end(queue, inProcessing(queue), { status: 'failed', ...(reason && { failReason: reason }) }, now)

/** The item in processing, or else the first that waits, is left out. */
export const skip = (queue: QueueState, now: number): Step => {
  const item = currentItem(queue) ?? nextItem(queue)
  if (!item) throw apiError('VALIDATION_ERROR', 'No items left to skip')
  return end(queue, item, { status: 'skipped' }, now)
}

/** A task comes in at the end. */
export const push = (queue: QueueState, taskId: string, now: number): Step => {
  if (isActive(queue, taskId)) throw apiError('VALIDATION_ERROR', `Task ${taskId} is already in the queue`)
  const item: QueueItem = { taskId, status: 'queued', addedAt: now }
  return { queue: { ...queue, items: [...queue.items, item], updatedAt: now }, item }
}

/** A task is gone: its waiting item is skipped, one in processing fails. Undefined if it has neither. */
export const drop = (queue: QueueState, taskId: string, now: number, reason: string): Step | undefined => {
  const item = queue.items.find((candidate) => candidate.taskId === taskId && isOpen(candidate))
  if (!item) return undefined
  return item.status === 'processing'
    ? end(queue, item, { status: 'failed', failReason: reason }, now)
    : end(queue, item, { status: 'skipped' }, now)
}

/** How many items stand where. */
export const statsOf = ({ items }: QueueState): QueueStats => {
  const stats: QueueStats = {
    total: items.length,
    queued: 0,
    processing: 0,
    completed: 0,
    failed: 0,
    skipped: 0,
  }
  for (const { status } of items) stats[status]++
  return stats
}

const inProcessing = (queue: QueueState): QueueItem => {
  const item = currentItem(queue)
  if (!item) throw apiError('VALIDATION_ERROR', 'No item is being processed')
  return item
}

const end = (
  queue: QueueState,
  item: QueueItem,
  outcome: Pick<QueueItem, 'status'> & { failReason?: string },
  now: number,
): Step => replace(queue, item, { ...item, ...outcome, completedAt: now }, now)

/** The queue with one of its items, found by identity, replaced. */
const replace = (queue: QueueState, old: QueueItem, item: QueueItem, now: number): Step => {
  const items = queue.items.map((candidate) => (candidate === old ? item : candidate))
  const currentIndex = items.findIndex(({ status }) => status === 'processing')
  return { queue: { ...queue, items, currentIndex, updatedAt: now }, item }
}
