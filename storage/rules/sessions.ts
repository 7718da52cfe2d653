import { apiError } from '../../schemas/errors'
import type {
  CreateSessionRequest,
  Session,
  SessionStatus,
  UpdateSessionRequest,
} from '../../schemas/session'
import type { AddSessionEventRequest } from '../../schemas/timeline'
import type { Steps } from '../others-turn'
import type { Transaction } from '../transaction'
import { budgetSetAnew, resumeBudget, returnBudget } from './budgets'
import { retireTokens } from './callers'
import { dropClaims } from './claims'
import { clearTasks, conclude, noteLate } from './endings'
import { handOnChildren } from './families'
import { findProject, findSession, type SessionHead } from './find'
import { addLinks, removeLinks } from './links'
import { isLiving } from './living'
import { isQuestion, setNeedsInput } from './needs-input'
import { createQueue } from './queues'
import { removeRequests } from './requests'
import { dropAllOf } from './settled'
import { newItems, sessionEvent, timelineEntry } from './timeline'
import { withChanges } from './with-changes'

/** The machine that the server runs on, as recorded in sessions. */
export interface Machine {
  hostname: string
  platform: string
}

/** Creates a session, linked with its tasks; with strategy `queue`, its queue, too. */
export function* createSession(
  tx: Transaction,
  body: CreateSessionRequest,
  machine: Machine,
): Steps<Session> {
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
    completedAt: isLiving({ status }) ? null : tx.now,
    ...machine,
    events: [],
    timeline: [],
    metadata: body.metadata ?? null,
    parentSessionId: body.parentSessionId ?? null,
  }
  tx.put('sessions', session)
  tx.emitState('session:created', id)
  yield* linkNewSession(tx, session)
  return session
}

/** Adds a new session to its tasks, and creates its queue. */
export function* linkNewSession(tx: Transaction, { id, taskIds, strategy }: Session): Steps {
  for (const taskId of taskIds) {
    yield
    const task = tx.get('tasks', taskId)
    if (!task) continue
    tx.put('tasks', { ...task, sessionIds: [...task.sessionIds, id], updatedAt: tx.now })
    tx.emitData('session:task_added', { sessionId: id, taskId })
    tx.emitData('task:session_added', { taskId, sessionId: id })
  }
  if (strategy === 'queue') yield* createQueue(tx, id, taskIds)
}

/**
 * Changes what the body names; events and timeline entries are appended, metadata merged. A status that says that the
 * session has ended ends it; one that says the contrary resumes it.
 */
export function* updateSession(tx: Transaction, id: string, body: UpdateSessionRequest): Steps {
  const session = findSession(tx, id)
  const {
    taskIds,
    events = [],
    timeline = [],
    metadata,
    env,
    status,
    endReason,
    needsInput,
    usage,
    budget,
    ...changes
  } = body
  const lives = isLiving(session)
  const livesAfter = status === undefined ? lives : isLiving({ status })
  const resumes = livesAfter && !lives
  tx.put('sessions', {
    ...withChanges(session, {
      ...changes,
      usage: usage && { ...usage, updatedAt: tx.now },
      budget: budget && budgetSetAnew(session.budget, budget),
      ...(livesAfter && { status, endReason: resumes ? (endReason ?? null) : endReason }),
    }),
    env: env === undefined ? session.env : (env ?? {}),
    metadata: metadata === undefined ? session.metadata : metadata && { ...session.metadata, ...metadata },
    events: newItems(
      tx,
      id,
      'events',
      events.map((event) => sessionEvent(tx, event)),
    ),
    timeline: newItems(
      tx,
      id,
      'timeline',
      timeline.map((entry) => timelineEntry(tx, entry)),
    ),
    ...(resumes && { completedAt: null }),
    lastActivity: tx.now,
  })
  tx.emitState('session:updated', id)
  if (resumes) resumeBudget(tx, id)
  if (needsInput !== undefined && (lives || livesAfter))
    setNeedsInput(tx, id, needsInput, timeline.some(isQuestion))
  if (status !== undefined && !livesAfter) yield* endByStatus(tx, session, status, endReason ?? undefined)
  if (taskIds) yield* syncLinks(tx, session, taskIds)
}

/** Links the session with these tasks and no others. Ids of no task are kept, in the order that was asked for. */
function* syncLinks(tx: Transaction, session: SessionHead, taskIds: string[]): Steps {
  const wanted = new Set(taskIds)
  const linksTo = (ids: readonly string[]) =>
    ids.filter((taskId) => tx.has('tasks', taskId)).map((taskId) => ({ sessionId: session.id, taskId }))
  yield* removeLinks(tx, linksTo(session.taskIds.filter((taskId) => !wanted.has(taskId))))
  yield* addLinks(tx, linksTo(taskIds))
  tx.put('sessions', { ...findSession(tx, session.id), taskIds })
}

/** A status says that a session has ended. Of one that had ended already, another one is noted and no more. */
function* endByStatus(
  tx: Transaction,
  before: SessionHead,
  status: SessionStatus,
  reason: string | undefined,
): Steps {
  if (isLiving(before)) {
    const taskStatus = status === 'failed' ? status : undefined
    // Hooks of older clients say `completed` after each turn, and take it back.
    yield* conclude(tx, before.id, { status, reason, taskStatus, keepsItems: status === 'completed' })
  } else if (status !== before.status) noteLate(tx, before.id, `that it is ${status}`)
}

/** Deletes a session, its links with tasks, its queue, and what it has asked and was told. */
export function* deleteSession(tx: Transaction, id: string): Steps {
  const session = findSession(tx, id)
  yield* dropClaims(tx, id)
  for (const taskId of session.taskIds) {
    yield
    const task = tx.get('tasks', taskId)
    if (!task) continue
    const sessionIds = task.sessionIds.filter((sessionId) => sessionId !== id)
    tx.put('tasks', { ...task, sessionIds, updatedAt: tx.now })
    tx.emitData('session:task_removed', { sessionId: id, taskId })
    tx.emitData('task:session_removed', { taskId, sessionId: id })
  }
  yield* clearTasks(tx, session)
  if (isLiving(session)) returnBudget(tx, session)
  yield* handOnChildren(tx, session)
  removeRequests(tx, id)
  dropAllOf(tx, 'messages', id)
  tx.emitData('session:deleted', { id })
  tx.remove('queues', id)
  tx.remove('beats', id)
  retireTokens(tx, session)
  tx.remove('sessions', id)
}

/** Records an event that a session's client sent. */
export const addSessionEvent = (tx: Transaction, id: string, body: AddSessionEventRequest): void => {
  const session = findSession(tx, id, 'NOT_FOUND')
  tx.put('sessions', {
    ...session,
    lastActivity: tx.now,
    events: [sessionEvent(tx, body)],
  })
  tx.emitState('session:updated', id)
}
