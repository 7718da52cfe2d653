import type { QueueItem } from '../../schemas/queue'
import type { Session } from '../../schemas/session'
import type { Transaction } from '../transaction'
import { findSession, findTask } from './find'
import { isWorkedOnElsewhere, livingStatus, requireLiving, saysOpen } from './living'
import { isActive } from './queue-states'
import { dropFromQueue, enqueue, findQueue, setSessionStatus } from './queues'
import { timelineEntry } from './timeline'

/**
 * The links of sessions and tasks, which are stored on both sides: `session.taskIds` has the task exactly when
 * `task.sessionIds` has the session. Nothing else may write these two lists.
 */

/** Adds a task to an existing session and, if that lives, to its queue if it has one. Idempotent. */
export const addTask = (tx: Transaction, sessionId: string, taskId: string): void => {
  if (!link(tx, sessionId, taskId) || livingStatus(tx, sessionId) === undefined) return
  const queue = tx.get('queues', sessionId)
  if (queue && !isActive(queue, taskId)) enqueue(tx, queue, taskId)
  else tx.put('sessions', withEntry(tx, findSession(tx, sessionId), { type: 'task_started', taskId }))
}

/** Adds a task to the end of a session's queue, and to the session if it is not in it. */
export const pushTask = (tx: Transaction, sessionId: string, taskId: string): QueueItem => {
  const queue = findQueue(tx, sessionId)
  findTask(tx, taskId, 'NOT_FOUND')
  requireLiving(tx, sessionId)
  link(tx, sessionId, taskId)
  return enqueue(tx, queue, taskId)
}

/**
 * Removes a task from a session, and from its queue. Idempotent. A task that no living session has any more is not
 * left with a `sessionStatus` that says that it waits or is worked on.
 */
export const removeTask = (tx: Transaction, sessionId: string, taskId: string): void => {
  const ended = unlink(tx, sessionId, taskId, 'Task removed from session')
  const task = tx.get('tasks', taskId)
  if (!task) return
  if (ended && task.sessionIds.length === 0)
    setSessionStatus(tx, taskId, ended.status === 'failed' ? 'failed' : 'skipped')
  else if (saysOpen(task) && !isWorkedOnElsewhere(tx, task, sessionId))
    setSessionStatus(tx, taskId, undefined)
}

/** Removes the link from both sides; returns the item of the session's queue that this ended. */
export const unlink = (
  tx: Transaction,
  sessionId: string,
  taskId: string,
  reason: string,
): QueueItem | undefined => {
  const session = tx.get('sessions', sessionId)
  const task = tx.get('tasks', taskId)
  if (session?.taskIds.includes(taskId)) {
    const taskIds = session.taskIds.filter((id) => id !== taskId)
    tx.put('sessions', withEntry(tx, { ...session, taskIds }, { type: 'progress', taskId, message: reason }))
  }
  if (task?.sessionIds.includes(sessionId)) {
    const sessionIds = task.sessionIds.filter((id) => id !== sessionId)
    tx.put('tasks', { ...task, sessionIds, updatedAt: tx.now })
  }
  if (!session?.taskIds.includes(taskId) && !task?.sessionIds.includes(sessionId)) return undefined
  tx.emitData('session:task_removed', { sessionId, taskId })
  tx.emitData('task:session_removed', { taskId, sessionId })
  return dropFromQueue(tx, sessionId, taskId, reason)
}

/** Adds the link to both sides; false if it was there. */
const link = (tx: Transaction, sessionId: string, taskId: string): boolean => {
  const session = findSession(tx, sessionId)
  const task = findTask(tx, taskId)
  const known = session.taskIds.includes(taskId)
  if (known && task.sessionIds.includes(sessionId)) return false
  tx.put('sessions', {
    ...session,
    taskIds: known ? session.taskIds : [...session.taskIds, taskId],
    lastActivity: tx.now,
  })
  tx.put('tasks', { ...task, sessionIds: [...task.sessionIds, sessionId], updatedAt: tx.now })
  tx.emitData('session:task_added', { sessionId, taskId })
  tx.emitData('task:session_added', { taskId, sessionId })
  return true
}

const withEntry = (
  tx: Transaction,
  session: Session,
  entry: { type: 'task_started' | 'progress'; taskId: string; message?: string },
): Session => ({
  ...session,
  lastActivity: tx.now,
  timeline: [...session.timeline, timelineEntry(tx, entry)],
})
