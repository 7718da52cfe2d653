/** What of a task, by itself, decides whether it and others can be started. */
import type { Task } from '../schemas/task'
import { noValues } from './kinds/kind'

/** Whether the work on a task is done: people say so, or else the session that works on it. */
export const isDone = ({ status, sessionStatus }: Pick<Task, 'status' | 'sessionStatus'>): boolean =>
  status === 'completed' || (sessionStatus === 'completed' && (status === 'todo' || status === 'in_progress'))

/** Whether nothing of its own is in the way of a task. */
const isOpen = ({ status, sessionStatus, claim }: Pick<Task, 'status' | 'sessionStatus' | 'claim'>) =>
  status === 'todo' && sessionStatus == null && claim === undefined

/** The value of `stage` of a task that is done; one that may be started has its priority there. */
export const doneStage = 'done'

/**
 * By these values readiness is worked out without reading a task: `stage`, `unfinishedIn`, the parent that it keeps waiting,
 * and `claimedBy`.
 */
export const workFieldsOf = (task: Task) => {
  const { parentId, status, claim, priority } = task
  const done = isDone(task)
  return {
    stage: done ? doneStage : isOpen(task) ? priority : noValues,
    unfinishedIn: done || status === 'cancelled' || parentId === null ? noValues : parentId,
    claimedBy: claim?.sessionId ?? noValues,
  }
}
