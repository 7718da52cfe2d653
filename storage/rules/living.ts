import { apiError } from '../../schemas/errors'
import { endedStatuses, type Session } from '../../schemas/session'
import type { Task, TaskSessionStatus } from '../../schemas/task'
import type { Reader } from './find'

/** Whether a session lives: it may still work on its tasks. */
export const isLiving = ({ status }: Pick<Session, 'status'>): boolean => !endedStatuses.includes(status)

/** Refuses what only a living session can do. */
export const requireLiving = ({ id, status, completedAt, endReason }: Session): void => {
  if (!endedStatuses.includes(status)) return
  throw apiError('SESSION_ENDED', `Session ${id} has ended (${status}): spawn another, or resume it`, {
    sessionId: id,
    status,
    completedAt,
    ...(endReason !== undefined && { endReason }),
  })
}

/** Whether a living session other than `sessionId` has the task. Each session is looked up once, however many tasks ask. */
export const elsewhereOf = (reader: Reader, sessionId: string): ((task: Task) => boolean) => {
  const known = new Map<string, boolean>()
  const lives = (id: string): boolean => {
    const remembered = known.get(id)
    if (remembered !== undefined) return remembered
    const session = reader.get('sessions', id)
    const living = session !== undefined && isLiving(session)
    known.set(id, living)
    return living
  }
  return ({ sessionIds }) => sessionIds.some((id) => id !== sessionId && lives(id))
}

/** Whether a task says that a session works on it, or is about to. */
export const saysOpen = ({
  sessionStatus,
}: {
  sessionStatus?: TaskSessionStatus | null | undefined
}): boolean => sessionStatus === 'queued' || sessionStatus === 'working' || sessionStatus === 'needs_input'
