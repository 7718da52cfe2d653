/** What of a session's work has no outcome yet. */
import { type Client, MaestroError, type Session, type Task } from '../../functions/client/client'
import { endedStatuses } from '../../schemas/ended-statuses'
import { retryTransient } from '../agents/change-session'
import { undefinedIfNotFound } from '../lib/not-found'
import type { OpenTask } from './prompts'

interface Look {
  session: Session
  open: OpenTask[]
  /** Ids of the living sessions that it has spawned. */
  children: string[]
}

/** The session as it is now, and its tasks without an outcome. Throws what the client throws. */
export const lookAtTasks = async (client: Client, sessionId: string, signal: AbortSignal): Promise<Look> => {
  const session = await retryTransient(() => client.sessions.get(sessionId), signal)
  const open: OpenTask[] = []
  for (const taskId of session.taskIds) {
    const task = await retryTransient(() => undefinedIfNotFound(client.tasks.get(taskId)), signal)
    if (task && saysOpen(task) && (await isItsOwn(client, task, session, signal)))
      open.push({ id: task.id, title: task.title })
  }
  return { session, open, children: open.length > 0 ? await findChildren(client, sessionId, signal) : [] }
}

const openStatuses: readonly (string | undefined)[] = [undefined, 'queued', 'working', 'needs_input']

const saysOpen = ({ sessionStatus }: Task): boolean => openStatuses.includes(sessionStatus)

const findChildren = async (
  client: Client,
  parentSessionId: string,
  signal: AbortSignal,
): Promise<string[]> => {
  const spawned = await retryTransient(() => client.sessions.list({ parentSessionId }), signal)
  // A server of before lists all.
  return spawned
    .filter((each) => each.parentSessionId === parentSessionId && isLiving(each))
    .map(({ id }) => id)
}

/** By the same rule as the server has for a session's end: in a tree only what it holds by claim. */
const isItsOwn = async (
  client: Client,
  task: Task,
  { id, strategy }: Session,
  signal: AbortSignal,
): Promise<boolean> => {
  if (task.claim?.sessionId === id) return true
  return strategy !== 'tree' && !(await isWorkedOnElsewhere(client, task, id, signal))
}

const isLiving = ({ status }: Session): boolean => !endedStatuses.includes(status)

const isWorkedOnElsewhere = async (
  client: Client,
  { sessionIds }: Task,
  ownId: string,
  signal: AbortSignal,
): Promise<boolean> => {
  for (const id of sessionIds.filter((each) => each !== ownId)) {
    const other = await retryTransient(() => undefinedIfNotFound(client.sessions.get(id)), signal)
    if (other && isLiving(other)) return true
  }
  return false
}

export const hasEnded = (error: unknown): boolean =>
  error instanceof MaestroError &&
  (error.status === 401 || error.status === 404 || error.code === 'SESSION_ENDED')
