import { apiError } from '../../schemas/errors'
import type { QueueItem, QueueState } from '../../schemas/queue'
import type { TaskSessionStatus } from '../../schemas/task'
import type { TimelineType } from '../../schemas/timeline'
import { atOnce, type Steps } from '../others-turn'
import type { Transaction } from '../transaction'
import { findSession, type Reader } from './find'
import { claimedByAnother, requireClaim } from './held'
import { isClaimedElsewhere, livingStatus, mayReport, requireLiving } from './living'
import {
  activeTasks,
  complete,
  dropAll,
  endAll,
  fail,
  type ItemOutcome,
  newQueue,
  push,
  pushAll,
  reportAll,
  requeueAll,
  type Step,
  skip,
  start,
} from './queue-states'
import { timelineEntry } from './timeline'

/** A session's queue, or the refusal: no such session, another strategy, no queue. */
export const findQueue = (reader: Reader, sessionId: string): QueueState => {
  const session = findSession(reader, sessionId, 'NOT_FOUND')
  if (session.strategy !== 'queue') throw apiError('VALIDATION_ERROR', 'Session does not use queue strategy')
  const queue = reader.get('queues', sessionId)
  if (!queue) throw apiError('NOT_FOUND', 'Queue not found', { sessionId })
  return queue
}

/** Creates the queue of a new session: those of its tasks that exist, in order. */
export function* createQueue(tx: Transaction, sessionId: string, taskIds: readonly string[]): Steps {
  const existing = taskIds.filter((taskId) => tx.has('tasks', taskId))
  tx.put('queues', newQueue(sessionId, existing, tx.now))
  tx.emitState('queue:created', sessionId)
  for (const taskId of existing) {
    if (!isClaimedElsewhere(tx, taskId, sessionId)) setSessionStatus(tx, taskId, 'queued')
    yield
  }
}

/** Starts the first waiting item; undefined if none waits. Throws `TASK_CLAIMED` if another session has claimed its task. */
export const startNext = (tx: Transaction, sessionId: string): Step | undefined => {
  const queue = findQueue(tx, sessionId)
  requireLiving(tx, sessionId)
  const step = start(queue, tx.now)
  const task = step && tx.get('tasks', step.item.taskId)
  if (task?.claim && task.claim.sessionId !== sessionId) throw claimedByAnother(task, task.claim)
  if (step) storeStep(tx, step, 'working', { type: 'task_started' })
  return step
}

/** Ends the item in processing well. `epoch`: the claim that it is about, in what follows, too. Throws `STALE_CLAIM`. */
export const completeCurrent = (tx: Transaction, sessionId: string, epoch?: number): Step => {
  const step = complete(findQueue(tx, sessionId), tx.now, endedAt(tx, sessionId))
  checkEpoch(tx, sessionId, step, epoch)
  storeStep(tx, step, 'completed', { type: 'task_completed' })
  return step
}

/** Ends the item in processing badly. */
export const failCurrent = (tx: Transaction, sessionId: string, reason?: string, epoch?: number): Step => {
  const step = fail(findQueue(tx, sessionId), tx.now, reason, endedAt(tx, sessionId))
  checkEpoch(tx, sessionId, step, epoch)
  storeStep(tx, step, 'failed', { type: 'task_failed', message: step.item.failReason })
  return step
}

/** Leaves out the item in processing, or else the first that waits. */
export const skipNext = (tx: Transaction, sessionId: string, epoch?: number): Step => {
  const step = skip(findQueue(tx, sessionId), tx.now, endedAt(tx, sessionId))
  checkEpoch(tx, sessionId, step, epoch)
  storeStep(tx, step, 'skipped', { type: 'task_skipped' })
  return step
}

const checkEpoch = (tx: Transaction, sessionId: string, { item }: Step, epoch: number | undefined) => {
  const task = epoch === undefined ? undefined : tx.get('tasks', item.taskId)
  if (task) requireClaim(task, sessionId, epoch)
}

/** Queues a task that is in the session. Refuses one that waits or is worked on. */
export const enqueue = (tx: Transaction, queue: QueueState, taskId: string): QueueItem => {
  const step = push(queue, taskId, tx.now)
  storeStep(tx, step, 'queued', queuedEntry(taskId))
  return step.item
}

/**
 * Queues tasks that have come into a session, if it has a queue: those that neither wait nor are worked on, which it returns.
 * Statuses of the tasks and the session are left to the caller.
 */
export const addToQueue = (
  tx: Transaction,
  sessionId: string,
  taskIds: readonly string[],
): ReadonlySet<string> => {
  const queue = tx.get('queues', sessionId)
  if (!queue) return new Set()
  const active = activeTasks(queue)
  const added = taskIds.filter((taskId) => !active.has(taskId))
  if (added.length > 0) storeQueue(tx, pushAll(queue, added, tx.now))
  return new Set(added)
}

/** The timeline entry of a task that was queued. */
export const queuedEntry = (taskId: string) => ({
  type: 'progress' as const,
  message: 'Task queued',
  taskId,
})

/** A task says that it waits in the queue, where its session may say so. */
export const setQueued = (tx: Transaction, sessionId: string, taskId: string): void => {
  if (mayReport(tx, sessionId, taskId)) setSessionStatus(tx, taskId, 'queued')
}

/**
 * Ends the items of tasks that leave the session, so that they are not started any more. Statuses of the tasks and the
 * session are left to the caller. Returns the items that waited or were worked on.
 */
export function* dropFromQueue(
  tx: Transaction,
  sessionId: string,
  taskIds: ReadonlySet<string>,
  reason: string,
): Steps<QueueItem[]> {
  const before = tx.get('queues', sessionId)
  if (!before) return []
  const { queue, items } = dropAll(before, taskIds, tx.now, reason)
  yield* storeItems(tx, queue, items)
  return items
}

/** When a session ended; undefined if it lives. */
const endedAt = (tx: Transaction, sessionId: string): number | undefined => {
  if (livingStatus(tx, sessionId) !== undefined) return undefined
  return findSession(tx, sessionId).completedAt ?? undefined
}

/** Ends what is open in the queue of a session that ends, if it has one; returns the items that this ended. */
export function* endItems(tx: Transaction, sessionId: string, current: ItemOutcome): Steps<QueueItem[]> {
  const before = tx.get('queues', sessionId)
  if (!before) return []
  const { queue, items } = endAll(before, tx.now, current)
  yield* storeItems(tx, queue, items)
  return items
}

/** Queues again what is not completed of a session that is started again, if it has a queue. Statuses of the tasks are left to the caller. */
export function* requeueItems(tx: Transaction, sessionId: string, taskIds: readonly string[]): Steps {
  const before = tx.get('queues', sessionId)
  if (!before) return
  const present = new Set(taskIds.filter((taskId) => tx.has('tasks', taskId)))
  const { queue, items } = requeueAll(before, present, tx.now)
  yield* storeItems(tx, queue, items)
}

/** Gives the items of tasks the outcomes that their session reports of them, if the session has a queue. */
export function* reportItems(
  tx: Transaction,
  sessionId: string,
  outcomes: ReadonlyMap<string, ItemOutcome>,
): Steps {
  const before = tx.get('queues', sessionId)
  if (!before) return
  const { queue, items } = reportAll(before, outcomes, tx.now, endedAt(tx, sessionId))
  yield* storeItems(tx, queue, items)
}

/** Stores a queue in which these items have changed, and tells of them; does nothing if there are none. */
function* storeItems(tx: Transaction, queue: QueueState, items: readonly QueueItem[]): Steps {
  if (items.length === 0) return
  for (const item of items) {
    emitItemEvent(tx, queue.sessionId, item)
    yield
  }
  storeQueue(tx, queue)
}

const storeQueue = (tx: Transaction, queue: QueueState) => {
  tx.put('queues', queue)
  tx.emitState('queue:updated', queue.sessionId)
}

/** Sets a task's `sessionStatus`, or clears it. Does nothing if the task was deleted meanwhile. */
export const setSessionStatus = (
  tx: Transaction,
  taskId: string,
  sessionStatus: TaskSessionStatus | undefined,
): void => {
  const task = tx.get('tasks', taskId)
  if (!task) return
  // An object without the field, made by taking it out, costs several times as much; as JSON the two are the same.
  tx.put('tasks', { ...task, sessionStatus, updatedAt: tx.now })
  tx.emitState('task:updated', taskId)
}

/** Stores a step, adds it to the session's timeline and emits its events, in the order of the contract. */
const storeStep = (
  tx: Transaction,
  { queue, item }: Step,
  status: TaskSessionStatus,
  entry: { type: TimelineType; message?: string | undefined },
) => {
  const { sessionId } = queue
  const session = findSession(tx, sessionId)
  tx.put('sessions', {
    ...session,
    lastActivity: tx.now,
    timeline: [timelineEntry(tx, { ...entry, taskId: item.taskId })],
  })
  atOnce(storeItems(tx, queue, [item]))
  if (mayReport(tx, sessionId, item.taskId)) setSessionStatus(tx, item.taskId, status)
  tx.emitState('session:updated', sessionId)
}

/** Emits the event of an item's new status. `queued` has none. */
const emitItemEvent = (tx: Transaction, sessionId: string, item: QueueItem) => {
  if (item.status === 'failed')
    tx.emitData('queue:item_failed', { sessionId, item, reason: item.failReason ?? null })
  else if (item.status === 'processing') tx.emitData('queue:item_started', { sessionId, item })
  else if (item.status === 'completed') tx.emitData('queue:item_completed', { sessionId, item })
  else if (item.status === 'skipped') tx.emitData('queue:item_skipped', { sessionId, item })
}
