/** What a session holds by claim: one session has a task, and an epoch tells each of its claims from the next. */
import type { TaskClaim } from '../../schemas/claim'
import { apiError } from '../../schemas/errors'
import type { Task } from '../../schemas/task'
import type { Reader } from './find'

/** The tasks that a session has claimed, oldest first. */
export const heldBy = (reader: Reader, sessionId: string): Task[] =>
  reader.list('tasks', { claimedBy: sessionId })

/** Refuses a report on a claim that has ended, or is another session's. `sessionId`: whose it is, if that is known. */
export const requireClaim = (
  { id, claim, lastClaim }: Task,
  sessionId: string | undefined,
  epoch: number | undefined,
): TaskClaim => {
  if (
    claim &&
    (sessionId === undefined || claim.sessionId === sessionId) &&
    (epoch === undefined || claim.epoch === epoch)
  )
    return claim
  const now = claim ? `session ${claim.sessionId} has it` : 'nobody has it'
  throw apiError(
    'STALE_CLAIM',
    `Task ${id} is not yours by this claim any more: ${now}. Stop, and claim a task`,
    {
      taskId: id,
      ...(claim && { sessionId: claim.sessionId, epoch: claim.epoch, since: claim.since }),
      ...(!claim && lastClaim && { epoch: lastClaim.epoch }),
    },
  )
}

/** The refusal of what only the session may do that has claimed a task. */
export const claimedByAnother = ({ id }: Task, { sessionId, since }: TaskClaim, expiresAt?: number) =>
  apiError('TASK_CLAIMED', `Session ${sessionId} has claimed task ${id}: claim another one`, {
    taskId: id,
    sessionId,
    since,
    ...(expiresAt !== undefined && { expiresAt }),
  })
