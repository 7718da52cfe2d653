import { apiError } from '../../schemas/errors'
import {
  type CreateSessionRequest,
  endedStatuses,
  type Session,
  type SessionStatus,
  type UpdateSessionRequest,
} from '../../schemas/session'
import type { AddSessionEventRequest, TimelineType } from '../../schemas/timeline'
import type { Transaction } from '../transaction'
import { findProject, findSession } from './find'
import { addTask, removeTask } from './links'
import { createQueue } from './queues'
import { append, sessionEvent, timelineEntry } from './timeline'
import { withChanges } from './with-changes'

/** The machine that the server runs on, as recorded in sessions. */
export interface Machine {
  hostname: string
  platform: string
}

/** Creates a session, linked with its tasks; with strategy `queue`, its queue, too. */
export const createSession = (tx: Transaction, body: CreateSessionRequest, machine: Machine): Session => {
  findProject(tx, body.projectId)
  const id = body.id ?? tx.newId('sess')
  if (tx.has('sessions', id)) throw apiError('CONFLICT', `Session ${id} already exists`)
  const status = body.status ?? 'idle'
  const session: Session = {
    id,
    projectId: body.projectId,
    taskIds: body.taskIds,
    name: body.name ?? 'Unnamed Session',
    ...(body.agentId !== undefined && { agentId: body.agentId }),
    env: body.env ?? {},
    strategy: body.strategy ?? 'simple',
    status,
    startedAt: tx.now,
    lastActivity: tx.now,
    completedAt: endedAt(status, undefined, tx.now),
    ...machine,
    events: [],
    timeline: [],
    metadata: body.metadata ?? null,
  }
  tx.put('sessions', session)
  tx.emitState('session:created', id)
  linkNewSession(tx, session)
  return session
}

/** Adds a new session to its tasks, and creates its queue. */
export const linkNewSession = (tx: Transaction, { id, taskIds, strategy }: Session): void => {
  for (const taskId of taskIds) {
    const task = tx.get('tasks', taskId)
    if (!task) continue
    tx.put('tasks', { ...task, sessionIds: [...task.sessionIds, id], updatedAt: tx.now })
    tx.emitData('session:task_added', { sessionId: id, taskId })
    tx.emitData('task:session_added', { taskId, sessionId: id })
  }
  if (strategy === 'queue') createQueue(tx, id, taskIds)
}

/** Changes what the body names; events and timeline entries are appended, metadata merged. */
export const updateSession = (tx: Transaction, id: string, body: UpdateSessionRequest): void => {
  const session = findSession(tx, id)
  const { taskIds, events = [], timeline = [], metadata, env, ...changes } = body
  const status = changes.status ?? session.status
  tx.put('sessions', {
    ...withChanges(session, changes),
    env: env === undefined ? session.env : (env ?? {}),
    metadata: metadata === undefined ? session.metadata : metadata && { ...session.metadata, ...metadata },
    events: append(
      session.events,
      events.map((event) => sessionEvent(tx, event)),
    ),
    timeline: append(
      session.timeline,
      timeline.map((entry) => timelineEntry(tx, entry)),
    ),
    completedAt: endedAt(status, session, tx.now),
    lastActivity: tx.now,
  })
  tx.emitState('session:updated', id)
  if (taskIds) syncLinks(tx, session, taskIds)
}

/** Links the session with these tasks and no others. Ids of no task are kept, in the order that was asked for. */
const syncLinks = (tx: Transaction, session: Session, taskIds: string[]) => {
  for (const taskId of session.taskIds)
    if (!taskIds.includes(taskId) && tx.has('tasks', taskId)) removeTask(tx, session.id, taskId)
  for (const taskId of taskIds) if (tx.has('tasks', taskId)) addTask(tx, session.id, taskId)
  tx.put('sessions', { ...findSession(tx, session.id), taskIds })
}

/** The `completedAt` of a session with this status: now, if the status is new. */
const endedAt = (status: SessionStatus, before: Session | undefined, now: number) => {
  if (!endedStatuses.includes(status)) return null
  return before?.status === status ? (before.completedAt ?? now) : now
}

/** Deletes a session, its links with tasks, and its queue. */
export const deleteSession = (tx: Transaction, id: string): void => {
  const { taskIds } = findSession(tx, id)
  for (const taskId of taskIds) {
    const task = tx.get('tasks', taskId)
    if (!task) continue
    const sessionIds = task.sessionIds.filter((sessionId) => sessionId !== id)
    tx.put('tasks', { ...task, sessionIds, updatedAt: tx.now })
    tx.emitData('session:task_removed', { sessionId: id, taskId })
    tx.emitData('task:session_removed', { taskId, sessionId: id })
  }
  tx.emitData('session:deleted', { id })
  tx.remove('queues', id)
  tx.remove('sessions', id)
}

/** Records an event that a session's client sent. */
export const addSessionEvent = (tx: Transaction, id: string, body: AddSessionEventRequest): void => {
  const session = findSession(tx, id, 'NOT_FOUND')
  tx.put('sessions', {
    ...session,
    lastActivity: tx.now,
    events: [...session.events, sessionEvent(tx, body)],
  })
  tx.emitState('session:updated', id)
}

/** Adds an entry to a session's timeline. */
export const addTimelineEntry = (
  tx: Transaction,
  session: Session,
  entry: {
    type?: TimelineType | undefined
    message: string
    taskId?: string | undefined
    metadata?: Record<string, unknown> | undefined
  },
): void => {
  tx.put('sessions', {
    ...session,
    lastActivity: tx.now,
    timeline: [...session.timeline, timelineEntry(tx, { ...entry, type: entry.type ?? 'progress' })],
  })
  tx.emitState('session:updated', session.id)
}
