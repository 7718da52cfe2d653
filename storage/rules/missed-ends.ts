import type { Task, TaskSessionStatus } from '../../schemas/task'
import type { Documents } from '../documents'
import { Entry } from '../entry'
import { atOnce } from '../others-turn'
import type { Transaction } from '../transaction'
import { type Reader, readerOf } from './find'
import { livingStatus, saysOpen } from './living'
import { endItems } from './queues'

/** A task's document, indented or not, that may say that a session works on it. */
const openText = /"sessionStatus":\s*"(?:queued|working|needs_input)"/

/** Whether a task may say that a session works on it, or has claimed it: told from its text, which costs far less than to read it. */
export const maySayOpen = (text: string): boolean => openText.test(text) || text.includes('"claim":')

/**
 * What tasks say whose sessions ended while they could not be read, in memory: else they would look busy for ever. A task is left
 * as it is if one of its sessions lives or cannot be read now, and if it was changed after the last of them had ended.
 */
export const settleTasks = (
  documents: Documents,
  ids: Iterable<string>,
  isUnreadable: (sessionId: string) => boolean,
): void => {
  for (const id of ids) {
    settleClaim(documents, id, isUnreadable)
    const task = documents.get('tasks', id)?.read()
    const missed = task && saysOpen(task) ? missedEnd(documents, task, isUnreadable) : undefined
    if (task && missed)
      documents.put('tasks', new Entry('tasks', { ...task, sessionStatus: missed.sessionStatus }))
  }
}

/** A claim of a session that has ended, or is gone, ends: in memory. */
const settleClaim = (
  documents: Documents,
  id: string,
  isUnreadable: (sessionId: string) => boolean,
): void => {
  const task = documents.get('tasks', id)?.read()
  if (!task?.claim || isUnreadable(task.claim.sessionId)) return
  const given = givenBack(readerOf(documents), task)
  if (given) documents.put('tasks', new Entry('tasks', given))
}

/** A task without its claim, where that is of a session that has ended or is gone; undefined where it holds. */
export const givenBack = (reader: Reader, task: Task): Task | undefined => {
  const { claim, sessionIds, status } = task
  if (!claim) return undefined
  const { sessionId } = claim
  if (livingStatus(reader, sessionId) !== undefined && sessionIds.includes(sessionId)) return undefined
  return {
    ...task,
    claim: undefined,
    ...(saysOpen(task) && { sessionStatus: undefined }),
    ...(status === 'in_progress' && { status: 'todo' }),
  }
}

/** What a task is to say instead; undefined if it has missed no end. */
const missedEnd = (
  documents: Documents,
  { id, sessionIds, updatedAt }: Task,
  isUnreadable: (sessionId: string) => boolean,
): { sessionStatus: TaskSessionStatus | undefined } | undefined => {
  const naming = documents.list('sessions', { taskIds: id }).map((session) => session.id)
  const all = [...new Set([...sessionIds, ...naming])]
  const reader = readerOf(documents)
  if (all.some((session) => isUnreadable(session) || livingStatus(reader, session) !== undefined))
    return undefined
  let last: { at: number; status: string } | undefined
  for (const session of all) {
    const ended = documents.get('sessions', session)?.readHead()
    const at = ended ? (ended.completedAt ?? ended.lastActivity) : Number.POSITIVE_INFINITY
    if (!last || at > last.at) last = { at, status: ended?.status ?? 'deleted' }
  }
  if (!last || last.at <= updatedAt) return undefined
  return { sessionStatus: last.status === 'failed' ? 'failed' : undefined }
}

/** Ends what is open in a queue whose session has ended meanwhile; a `completed` one leaves its items as they are. */
export const endMissed = (tx: Transaction, sessionId: string): void => {
  const status = tx.fields('sessions', sessionId)?.status
  if (status === 'failed' || status === 'stopped') atOnce(endItems(tx, sessionId, { status: 'skipped' }))
}

/** A task whose parent was deleted meanwhile moves to the top: lists by parent would else not have it. */
export const leaveGoneParent = (
  tx: Transaction,
  id: string,
  isUnreadable: (taskId: string) => boolean,
): void => {
  const task = tx.get('tasks', id)
  if (!task || task.parentId === null || tx.has('tasks', task.parentId) || isUnreadable(task.parentId)) return
  tx.put('tasks', { ...task, parentId: null })
}
