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

/** A queue after a step that is about any number of items, and those. */
interface Steps {
  queue: QueueState
  items: QueueItem[]
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

/** The tasks that wait in the queue or are worked on. */
export const activeTasks = (queue: QueueState): Set<string> =>
  new Set(queue.items.filter(isOpen).map(({ taskId }) => taskId))

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
  if (activeTasks(queue).has(taskId))
    throw apiError('VALIDATION_ERROR', `Task ${taskId} is already in the queue`)
  const item: QueueItem = { taskId, status: 'queued', addedAt: now }
  return { queue: { ...queue, items: [...queue.items, item], updatedAt: now }, item }
}

/** Tasks come in at the end; none of them may be active. */
export const pushAll = (queue: QueueState, taskIds: readonly string[], now: number): QueueState => {
  const added: QueueItem[] = taskIds.map((taskId) => ({ taskId, status: 'queued', addedAt: now }))
  return { ...queue, items: [...queue.items, ...added], updatedAt: now }
}

/** Tasks are gone: their waiting items are skipped, one in processing fails. */
export const dropAll = (
  queue: QueueState,
  taskIds: ReadonlySet<string>,
  now: number,
  reason: string,
): Steps => {
  const current: ItemOutcome = { status: 'failed', failReason: reason }
  return endEach(queue, now, (item) => (taskIds.has(item.taskId) ? endOfOpen(item, current) : undefined))
}

/** The session has ended: the item in processing ends as given, those that wait are skipped. */
export const endAll = (queue: QueueState, now: number, current: ItemOutcome): Steps =>
  endEach(queue, now, (item) => endOfOpen(item, current))

/** The session is started again: the last item of each of its tasks waits anew, unless it is completed. */
export const requeueAll = (queue: QueueState, taskIds: ReadonlySet<string>, now: number): Steps => {
  const last = new Map(queue.items.map((item) => [item.taskId, item]))
  const again: QueueItem[] = []
  const items = queue.items.map((item) => {
    const { taskId, status, addedAt } = item
    if (last.get(taskId) !== item || status === 'completed' || !taskIds.has(taskId)) return item
    const waiting: QueueItem = { taskId, status: 'queued', addedAt }
    again.push(waiting)
    return waiting
  })
  return { queue: withItems(queue, items, now), items: again }
}

/**
 * A report on tasks: the open item of each ends so or, in the queue of a session that ended at `endedAt`, the one that
 * ended with it.
 */
export const reportAll = (
  queue: QueueState,
  outcomes: ReadonlyMap<string, ItemOutcome>,
  now: number,
  endedAt: number | undefined,
): Steps => {
  const meant = new Map<string, QueueItem>()
  for (const item of queue.items) {
    if (!outcomes.has(item.taskId)) continue
    const before = meant.get(item.taskId)
    if (before ? isOpen(item) && !isOpen(before) : isOpen(item) || endedWith(item, endedAt))
      meant.set(item.taskId, item)
  }
  return endEach(queue, now, (item) =>
    meant.get(item.taskId) === item ? outcomes.get(item.taskId) : undefined,
  )
}

/** How an open item ends where the one in processing ends as given; undefined for one that has ended. */
const endOfOpen = (item: QueueItem, current: ItemOutcome): ItemOutcome | undefined => {
  if (!isOpen(item)) return undefined
  return item.status === 'processing' ? current : { status: 'skipped' }
}

/** Ends the items that an outcome is given for, in one pass. */
const endEach = (
  queue: QueueState,
  now: number,
  outcomeOf: (item: QueueItem) => ItemOutcome | undefined,
): Steps => {
  const ended: QueueItem[] = []
  const items = queue.items.map((item) => {
    const outcome = outcomeOf(item)
    if (!outcome) return item
    const after = withOutcome(item, outcome, now)
    ended.push(after)
    return after
  })
  return { queue: withItems(queue, items, now), items: ended }
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
  return { queue: withItems(queue, items, now), item }
}

const withItems = (queue: QueueState, items: QueueItem[], now: number): QueueState => ({
  ...queue,
  items,
  currentIndex: items.findIndex(({ status }) => status === 'processing'),
  updatedAt: now,
})
