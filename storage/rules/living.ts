import { endedStatuses } from '../../schemas/ended-statuses'
import { apiError } from '../../schemas/errors'
import { type Session, SessionStatus } from '../../schemas/session'
import type { Task, TaskSessionStatus } from '../../schemas/task'
import { valuesOf } from '../kinds/kind'
import { findSession, type Reader } from './find'

const ended: ReadonlySet<string> = new Set(endedStatuses)

/** Those of a session that lives. */
export const livingStatuses = SessionStatus.options.filter((status) => !ended.has(status))

/** Whether a session lives: it may still work on its tasks. */
export const isLiving = ({ status }: Pick<Session, 'status'>): boolean => !ended.has(status)

/** The status of a session that lives; undefined if it has ended, or is not there. */
export const livingStatus = (reader: Reader, sessionId: string): string | undefined => {
  const status = reader.fields('sessions', sessionId)?.status
  return typeof status === 'string' && !ended.has(status) ? status : undefined
}

/** Refuses what only a living session can do. */
export const requireLiving = (reader: Reader, sessionId: string): void => {
  if (livingStatus(reader, sessionId) !== undefined) return
  const { status, completedAt, endReason } = findSession(reader, sessionId)
  throw apiError(
    'SESSION_ENDED',
    `Session ${sessionId} has ended (${status}): restart it, or spawn another`,
    {
      sessionId,
      status,
      completedAt,
      ...(endReason !== undefined && { endReason }),
    },
  )
}

/** Whether a living session other than `sessionId` has the task. */
export const isWorkedOnElsewhere = (reader: Reader, { sessionIds }: Task, sessionId: string): boolean =>
  sessionIds.some((id) => id !== sessionId && livingStatus(reader, id) !== undefined)

/** Whether another session has claimed a task: then it alone says what becomes of that. */
export const isClaimedElsewhere = (reader: Reader, taskId: string, sessionId: string): boolean => {
  const [holder] = valuesOf(reader.fields('tasks', taskId)?.claimedBy)
  return holder !== undefined && holder !== sessionId
}

/**
 * Whether a session may say what became of a task: not where another has claimed it; one that has ended may not, either, where
 * another one works on it.
 */
export const mayReport = (reader: Reader, sessionId: string, taskId: string): boolean => {
  if (isClaimedElsewhere(reader, taskId, sessionId)) return false
  if (livingStatus(reader, sessionId) !== undefined) return true
  const task = reader.get('tasks', taskId)
  return task !== undefined && !isWorkedOnElsewhere(reader, task, sessionId)
}

/** Whether a task says that a session works on it, or is about to. */
export const saysOpen = ({
  sessionStatus,
}: {
  sessionStatus?: TaskSessionStatus | null | undefined
}): boolean => sessionStatus === 'queued' || sessionStatus === 'working' || sessionStatus === 'needs_input'
