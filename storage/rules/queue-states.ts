import { apiError } from '../../schemas/errors'
import type { QueueItem, QueueState, QueueStats } from '../../schemas/queue'

/**
 * The queue as a state machine: pure functions from a queue to the next. Items wait (`queued`), at most one is
 * worked on (`processing`), and each ends `completed`, `failed` or `skipped`. Refusals are `VALIDATION_ERROR`s.
 */

/** How an item ends. */
export type ItemOutcome = Pick<QueueItem, 'status'> & { failReason?: string | undefined }

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

/** The item in processing ends well. `endedAt`: when the queue's session ended, if it has; so in what follows. */
export const complete = (queue: QueueState, now: number, endedAt?: number): Step =>
  end(queue, inProcessing(queue, endedAt), { status: 'completed' }, now)

/** The item in processing ends badly, for a reason if one is given: an empty one is none. */
export const fail = (queue: QueueState, now: number, reason?: string, endedAt?: number): Step =>
  end(queue, inProcessing(queue, endedAt), { status: 'failed', failReason: reason }, now)

/** The item in processing, or else the first that waits, is left out. */
export const skip = (queue: QueueState, now: number, endedAt?: number): Step => {
  const item = lateItem(queue, endedAt) ?? (endedAt === undefined ? nextItem(queue) : undefined)
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

/**
 * The session has ended: the item in processing ends as given, those that wait are skipped. Returns the queue, and the
 * items that this ended.
 */
export const endAll = (
  queue: QueueState,
  now: number,
  current: ItemOutcome,
): { queue: QueueState; ended: QueueItem[] } => {
  const ended: QueueItem[] = []
  const items = queue.items.map((item) => {
    if (!isOpen(item)) return item
    const waits: ItemOutcome = { status: 'skipped' }
    const after = withOutcome(item, item.status === 'processing' ? current : waits, now)
    ended.push(after)
    return after
  })
  return { queue: { ...queue, items, currentIndex: -1, updatedAt: now }, ended }
}

/**
 * A report on a task: its open item ends so or, in the queue of a session that ended at `endedAt`, the one that ended with it.
 * Undefined if it has neither.
 */
export const report = (
  queue: QueueState,
  taskId: string,
  outcome: ItemOutcome,
  now: number,
  endedAt: number | undefined,
): Step | undefined => {
  const own = queue.items.filter((item) => item.taskId === taskId)
  const item = own.find(isOpen) ?? own.find((candidate) => endedWith(candidate, endedAt))
  return item && end(queue, item, outcome, now)
}

/** The item in processing or, where the session ended at `endedAt`, the one that ended with it. */
const lateItem = (queue: QueueState, endedAt: number | undefined): QueueItem | undefined =>
  currentItem(queue) ?? queue.items.find((item) => endedWith(item, endedAt))

const endedWith = ({ startedAt, completedAt }: QueueItem, endedAt: number | undefined) =>
  startedAt !== undefined && endedAt !== undefined && completedAt === endedAt

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

const inProcessing = (queue: QueueState, endedAt?: number): QueueItem => {
  const item = lateItem(queue, endedAt)
  if (!item) throw apiError('VALIDATION_ERROR', 'No item is being processed')
  return item
}

const end = (queue: QueueState, item: QueueItem, outcome: ItemOutcome, now: number): Step =>
  replace(queue, item, withOutcome(item, outcome, now), now)

const withOutcome = (item: QueueItem, { status, failReason }: ItemOutcome, now: number): QueueItem => {
  const { failReason: _before, ...rest } = item
  return { ...rest, status, ...(failReason && { failReason }), completedAt: now }
}

/** The queue with one of its items, found by identity, replaced. */
const replace = (queue: QueueState, old: QueueItem, item: QueueItem, now: number): Step => {
  const items = queue.items.map((candidate) => (candidate === old ? item : candidate))
  const currentIndex = items.findIndex(({ status }) => status === 'processing')
  return { queue: { ...queue, items, currentIndex, updatedAt: now }, item }
}
