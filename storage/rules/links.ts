import type { Session } from '../../schemas/session'
import type { Transaction } from '../transaction'
import { findSession, findTask } from './find'
import { dropFromQueue, enqueue } from './queues'
import { timelineEntry } from './timeline'

/**
 * The relation of sessions and tasks, which stands on both sides: `session.taskIds` has the task exactly when
 * `task.sessionIds` has the session. Nothing else may write these two lists.
 */

/** Puts a task into an existing session; in a session with a queue it is queued, too. Nothing if it is there. */
export const addTask = (tx: Transaction, sessionId: string, taskId: string): void => {
  if (!associate(tx, sessionId, taskId)) return
  const session = findSession(tx, sessionId)
  if (session.strategy === 'queue') {
    enqueue(tx, session, taskId)
    return
  }
  tx.put('sessions', withEntry(tx, session, { type: 'task_started', taskId }))
}

/** Takes a task out of a session, and out of its queue. Nothing if it is not there. */
export const removeTask = (
  tx: Transaction,
  sessionId: string,
  taskId: string,
  reason = 'Task removed from session',
): void => {
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
  if (!session?.taskIds.includes(taskId) && !task?.sessionIds.includes(sessionId)) return
  tx.emit('session:task_removed', { sessionId, taskId })
  tx.emit('task:session_removed', { taskId, sessionId })
  dropFromQueue(tx, sessionId, taskId, reason)
}

/** Makes both sides name each other; false if they did. */
export const associate = (tx: Transaction, sessionId: string, taskId: string): boolean => {
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
  tx.emit('session:task_added', { sessionId, taskId })
  tx.emit('task:session_added', { taskId, sessionId })
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
