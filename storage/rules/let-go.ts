/** How the claim of a task ends, and what the task says then. */
import { maxLostSessions, type ReleaseOutcome } from '../../schemas/claim'
import type { Task } from '../../schemas/task'
import type { Transaction } from '../transaction'
import { findSession } from './find'
import { askAboutTask } from './requests'

/** What becomes of a task when its claim ends; `back`: anybody may claim it. */
export type ClaimEnd = ReleaseOutcome | 'review' | 'back' | 'lost'

/** Ends the claim of a task. That it leaves the session, where the claim has put it there, is left to the caller. */
export const letGo = (tx: Transaction, task: Task, end: ClaimEnd): void => {
  const { claim } = task
  if (!claim) return
  const lost = end === 'lost' ? (task.attempts ?? 0) + 1 : undefined
  const isGivenUp = lost !== undefined && lost >= maxLostSessions
  putReleased(tx, task, {
    ...endOf(end, isGivenUp),
    ...(lost !== undefined && { attempts: lost }),
    completedAt: task.completedAt ?? (end === 'completed' ? tx.now : null),
  })
  if (isGivenUp) askAboutTask(tx, findSession(tx, claim.sessionId), task)
}

/** Ends the claim of a task as somebody else has changed it. */
export const putReleased = (tx: Transaction, task: Task, changes: Partial<Task>): void => {
  tx.put('tasks', { ...task, ...changes, claim: undefined, updatedAt: tx.now })
  tx.emitState('task:updated', task.id)
  emitReleased(tx, task)
}

/** Tells that the claim of a task has ended, if it has one. */
export const emitReleased = (tx: Transaction, { id, claim }: Task): void => {
  if (claim) tx.emitData('task:released', { taskId: id, sessionId: claim.sessionId, epoch: claim.epoch })
}

const endOf = (end: ClaimEnd, isGivenUp: boolean): Pick<Task, 'status' | 'sessionStatus'> => {
  if (end === 'completed') return { status: 'completed', sessionStatus: 'completed' }
  if (end === 'review') return { status: 'in_review', sessionStatus: 'completed' }
  if (end === 'failed' || end === 'blocked') return { status: 'blocked', sessionStatus: end }
  return { status: isGivenUp ? 'blocked' : 'todo', sessionStatus: undefined }
}
