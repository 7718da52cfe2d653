import type { Transaction } from '../transaction'

/**
 * Makes sessions and tasks name each other again where only one side does, and drops a task's link to a session that
 * is not there: after a restore from a copy that was not of one instant. Nobody is told.
 */
export const completeLinks = (tx: Transaction): void => {
  const tasks = new Map(tx.list('tasks').map((task) => [task.id, { task, ids: new Set(task.sessionIds) }]))
  const sessions = new Map(
    tx.list('sessions').map((session) => [session.id, { session, ids: new Set(session.taskIds) }]),
  )
  for (const { session, ids } of sessions.values())
    for (const taskId of ids) tasks.get(taskId)?.ids.add(session.id)
  for (const { task, ids } of tasks.values()) {
    for (const sessionId of ids) if (!sessions.get(sessionId)?.ids.add(task.id)) ids.delete(sessionId)
    const sessionIds = [...ids]
    if (sessionIds.join() !== task.sessionIds.join()) tx.put('tasks', { ...task, sessionIds })
  }
  for (const { session, ids } of sessions.values())
    if (ids.size > session.taskIds.length) tx.put('sessions', { ...session, taskIds: [...ids] })
}
