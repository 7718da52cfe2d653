import type { QueueItem } from '../../schemas/queue'
import { atOnce, type Steps } from '../others-turn'
import type { Transaction } from '../transaction'
import { findSession, findTask } from './find'
import { groupBy } from './group-by'
import { letGo } from './let-go'
import { isWorkedOnElsewhere, livingStatus, requireLiving, saysOpen } from './living'
import { linkSets } from './one-sided-links'
import {
  addToQueue,
  dropFromQueue,
  enqueue,
  findQueue,
  queuedEntry,
  setQueued,
  setSessionStatus,
} from './queues'
import { withEntries } from './timeline'

/**
 * The links of sessions and tasks, which are stored on both sides: `session.taskIds` has the task exactly when
 * `task.sessionIds` has the session. Nothing else may write these two lists.
 *
 * Many links are changed at once, each document once: one by one, a session of thousands of tasks would be copied
 * thousands of times.
 */
interface Link {
  sessionId: string
  taskId: string
}

/** Adds a task to an existing session and, if that lives, to its queue if it has one. Idempotent. */
export const addTask = (tx: Transaction, sessionId: string, taskId: string): void =>
  atOnce(addLinks(tx, [{ sessionId, taskId }]))

/** The same for any number of tasks and sessions. */
export function* addLinks(tx: Transaction, links: readonly Link[]): Steps {
  for (const [sessionId, own] of groupBy(yield* link(tx, links), ({ sessionId }) => sessionId)) {
    yield
    if (livingStatus(tx, sessionId) === undefined) continue
    const taskIds = own.map(({ taskId }) => taskId)
    const queued = addToQueue(tx, sessionId, taskIds)
    const entries = taskIds.map((taskId) =>
      queued.has(taskId) ? queuedEntry(taskId) : ({ type: 'task_started', taskId } as const),
    )
    yield
    tx.put('sessions', withEntries(tx, findSession(tx, sessionId), entries))
    for (const taskId of queued) {
      setQueued(tx, sessionId, taskId)
      yield
    }
    if (queued.size > 0) tx.emitState('session:updated', sessionId)
  }
}

/** Adds a task to a session that claims it, and not to its queue. Returns whether it was not in the session. */
export function* joinTask(tx: Transaction, joined: Link): Steps<boolean> {
  return (yield* link(tx, [joined])).length > 0
}

/** Adds a task to the end of a session's queue, and to the session if it is not in it. */
export const pushTask = (tx: Transaction, sessionId: string, taskId: string): QueueItem => {
  const queue = findQueue(tx, sessionId)
  findTask(tx, taskId, 'NOT_FOUND')
  requireLiving(tx, sessionId)
  atOnce(link(tx, [{ sessionId, taskId }]))
  return enqueue(tx, queue, taskId)
}

/**
 * Removes a task from a session, and from its queue. Idempotent. If the session has claimed it, it is given back; a task
 * that no living session has any more is not left with a `sessionStatus` that says that it waits or is worked on.
 */
export const removeTask = (tx: Transaction, sessionId: string, taskId: string): void =>
  atOnce(removeLinks(tx, [{ sessionId, taskId }]))

/** The same for any number of tasks and sessions. */
export function* removeLinks(tx: Transaction, links: readonly Link[]): Steps {
  for (const { sessionId, taskId } of links) {
    const task = tx.get('tasks', taskId)
    if (task?.claim?.sessionId === sessionId) letGo(tx, task, 'back')
    yield
  }
  const ended = yield* unlink(tx, links, 'Task removed from session')
  const lastOfTask = new Map(links.map((link) => [link.taskId, link]))
  for (const [taskId, last] of lastOfTask) {
    yield
    const task = tx.get('tasks', taskId)
    const item = ended.get(last)
    if (!task) continue
    if (item && task.sessionIds.length === 0)
      setSessionStatus(tx, taskId, item.status === 'failed' ? 'failed' : 'skipped')
    else if (saysOpen(task) && !isWorkedOnElsewhere(tx, task, last.sessionId))
      setSessionStatus(tx, taskId, undefined)
  }
}

/** Removes links from both sides; returns, for those where it is so, the item of the session's queue that this ended. */
export function* unlink(
  tx: Transaction,
  links: readonly Link[],
  reason: string,
): Steps<Map<Link, QueueItem>> {
  const known = knownLinks(tx)
  const there: Link[] = []
  for (const link of links) {
    if (known.bySession(link) || known.byTask(link)) there.push(link)
    yield
  }
  const ended = new Map<Link, QueueItem>()
  for (const [taskId, own] of groupBy(there, ({ taskId }) => taskId)) {
    yield
    const gone = new Set(own.map(({ sessionId }) => sessionId))
    const task = tx.get('tasks', taskId)
    if (!task) continue
    const sessionIds = task.sessionIds.filter((id) => !gone.has(id))
    tx.put('tasks', { ...task, sessionIds, updatedAt: tx.now })
  }
  for (const [sessionId, own] of groupBy(there, ({ sessionId }) => sessionId)) {
    yield
    const gone = new Set(own.map(({ taskId }) => taskId))
    const session = tx.get('sessions', sessionId)
    const entries = own
      .filter(known.bySession)
      .map(({ taskId }) => ({ type: 'progress' as const, taskId, message: reason }))
    const taskIds = session?.taskIds.filter((id) => !gone.has(id)) ?? []
    if (session && entries.length > 0) tx.put('sessions', withEntries(tx, { ...session, taskIds }, entries))
    for (const { taskId } of own) {
      tx.emitData('session:task_removed', { sessionId, taskId })
      tx.emitData('task:session_removed', { taskId, sessionId })
      yield
    }
    const dropped = yield* dropFromQueue(tx, sessionId, gone, reason)
    const items = new Map(dropped.map((item) => [item.taskId, item]))
    for (const link of own) {
      const item = items.get(link.taskId)
      if (item) ended.set(link, item)
    }
  }
  return ended
}

/** Adds links to both sides; returns those that were not there. */
function* link(tx: Transaction, links: readonly Link[]): Steps<Link[]> {
  const known = knownLinks(tx)
  for (const { sessionId, taskId } of links) {
    findSession(tx, sessionId)
    findTask(tx, taskId)
    yield
  }
  const added = links.filter((link) => !(known.bySession(link) && known.byTask(link)))
  for (const [sessionId, own] of groupBy(added, ({ sessionId }) => sessionId)) {
    const session = findSession(tx, sessionId)
    const taskIds = [...new Set([...session.taskIds, ...own.map(({ taskId }) => taskId)])]
    tx.put('sessions', { ...session, taskIds, lastActivity: tx.now })
    yield
  }
  for (const [taskId, own] of groupBy(added, ({ taskId }) => taskId)) {
    const task = findTask(tx, taskId)
    const sessionIds = [...new Set([...task.sessionIds, ...own.map(({ sessionId }) => sessionId)])]
    tx.put('tasks', { ...task, sessionIds, updatedAt: tx.now })
    yield
  }
  for (const { sessionId, taskId } of added) {
    tx.emitData('session:task_added', { sessionId, taskId })
    tx.emitData('task:session_added', { taskId, sessionId })
    yield
  }
  return added
}

/** Which side of a link knew of it when this was made: each list is gone through once. */
const knownLinks = (tx: Transaction) => {
  const tasksOf = linkSets((sessionId) => tx.get('sessions', sessionId)?.taskIds)
  const sessionsOf = linkSets((taskId) => tx.get('tasks', taskId)?.sessionIds)
  return {
    bySession: ({ sessionId, taskId }: Link) => tasksOf(sessionId).has(taskId),
    byTask: ({ sessionId, taskId }: Link) => sessionsOf(taskId).has(sessionId),
  }
}
