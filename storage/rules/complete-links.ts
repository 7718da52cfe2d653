import type { Transaction } from '../transaction'
import { findSession, findTask } from './find'
import { givenBack } from './missed-ends'
import { completedLinks } from './one-sided-links'

/**
 * Makes sessions and tasks name each other again where only one side does, and drops a task's link to a session that
 * is not there, and a claim of one that has ended: after a restore from a copy that was not of one instant. Nobody is told.
 */
export const completeLinks = (tx: Transaction): void => {
  const { tasks, sessions } = completedLinks(
    tx.list('tasks').map(({ id, sessionIds }) => ({ id, names: sessionIds })),
    tx.list('sessions').map(({ id, taskIds }) => ({ id, names: taskIds })),
    () => false,
  )
  for (const task of tx.list('tasks')) {
    const given = givenBack(tx, task)
    if (given) tx.put('tasks', given)
  }
  for (const [id, sessionIds] of tasks) tx.put('tasks', { ...findTask(tx, id), sessionIds })
  for (const [id, taskIds] of sessions) tx.put('sessions', { ...findSession(tx, id), taskIds })
}
