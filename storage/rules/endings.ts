/** How a session ends, and what becomes of its work: all in one change. */

import type { EndSessionRequest, TaskOutcome } from '../../schemas/ending'
import { apiError } from '../../schemas/errors'
import type { SessionStatus } from '../../schemas/session'
import type { Task, TaskSessionStatus } from '../../schemas/task'
import type { TimelineType } from '../../schemas/timeline'
import type { Steps } from '../others-turn'
import type { Transaction } from '../transaction'
import { giveBudgetBack } from './budgets'
import { endClaims, endEach } from './claims'
import { findSession, type SessionHead } from './find'
import { heldBy } from './held'
import type { ClaimEnd } from './let-go'
import { isLiving, isWorkedOnElsewhere, mayReport, saysOpen } from './living'
import { expireMessages } from './messages'
import { openRequests } from './needs-input'
import { endItems, reportItems, setSessionStatus } from './queues'
import { withdrawRequests } from './requests'
import { addTimelineEntries, addTimelineEntry } from './timeline'

/** How a session ends. */
interface Ending {
  status: SessionStatus
  reason?: string | undefined
  /** What its open tasks say then; undefined: nothing. */
  taskStatus?: TaskSessionStatus | undefined
  /** Tasks that say nothing at all get the status, too. */
  evenSilent?: boolean
  /** The items of its queue stay as they are. */
  keepsItems?: boolean
  /** It is gone, and can have no part in that. */
  byLoss?: boolean
}

/** Ends a session; one that has ended notes it, and keeps its status. */
export function* endSession(tx: Transaction, id: string, given: EndSessionRequest): Steps {
  // A blank reason is none.
  const body = { ...given, reason: given.reason || undefined }
  const session = findSession(tx, id, 'NOT_FOUND')
  const outcomes = new Map((body.outcomes ?? []).map((outcome) => [outcome.taskId, outcome]))
  const own = new Set(session.taskIds)
  for (const taskId of outcomes.keys())
    if (!own.has(taskId))
      throw apiError('VALIDATION_ERROR', `${taskId} is not a task of session ${id}`, {
        issues: [{ path: 'outcomes', message: `${taskId} is not a task of the session` }],
      })
  if (outcomes.size > 0) yield* reportOutcomes(tx, id, [...outcomes.values()])
  // As the outcomes have left them.
  const tasks = isLiving(session) ? yield* tasksOf(tx, session) : []
  const ending = isLiving(session) ? endingOf(tx, findSession(tx, id), tasks, body) : undefined
  if (ending) yield* conclude(tx, id, ending, tasks)
  const { cause, exitCode, signal } = body
  const late = body.reason ?? exitText(body) ?? `Reported after its end: ${cause}`
  addTimelineEntry(tx, findSession(tx, id), {
    type: cause === 'start_failed' || cause === 'lost' ? 'error' : 'session_stopped',
    message: ending ? (ending.reason ?? `The session is ${ending.status}`) : late,
    metadata: { cause, ...(exitCode !== undefined && { exitCode }), ...(signal !== undefined && { signal }) },
  })
}

/** Stops a session. One that has ended stays as it is, and nothing is noted. */
export function* stopSession(tx: Transaction, id: string): Steps {
  if (isLiving(findSession(tx, id, 'NOT_FOUND'))) yield* endSession(tx, id, { cause: 'stopped' })
}

/** The first row of the contract's table that fits. */
const endingOf = (
  tx: Transaction,
  session: SessionHead,
  tasks: readonly Task[],
  body: EndSessionRequest,
): Ending => {
  const { cause, reason } = body
  if (cause === 'reported') return { status: 'completed', reason, taskStatus: 'completed' }
  if (cause === 'start_failed')
    return { status: 'failed', reason: reason ?? 'It could not be started', taskStatus: 'failed' }
  if (cause === 'stopped') return { status: 'stopped', reason }
  if (cause === 'lost')
    return {
      status: 'failed',
      reason: `lost: ${reason ?? 'its process is gone'}`,
      taskStatus: 'failed',
      byLoss: true,
    }
  const question = openQuestion(tx, session, tasks)
  if (question !== undefined)
    return { status: 'stopped', reason: `It ended while it waited: ${question}`, taskStatus: 'blocked' }
  if (body.signal !== undefined || body.exitCode !== 0)
    return { status: 'failed', reason: reason ?? exitText(body), taskStatus: 'failed' }
  const silent = tasks.filter((task) => task.sessionStatus === undefined || saysOpen(task))
  if (silent.length === 0) return { status: 'completed', reason }
  return {
    status: 'failed',
    reason: `It ended without a report on ${silent.length} task(s)`,
    taskStatus: 'failed',
    evenSilent: true,
  }
}

const exitText = ({ exitCode, signal }: EndSessionRequest): string | undefined => {
  if (signal !== undefined) return `It was ended by ${signal}`
  return exitCode === undefined ? undefined : `It ended with exit code ${exitCode}`
}

/**
 * What a session waits for a person to answer; undefined if it does not wait. Where it has asked by requests, they alone
 * count, and a stall, a limit or a budget is no question.
 */
const openQuestion = (
  tx: Transaction,
  { id, needsInput }: SessionHead,
  tasks: readonly Task[],
): string | undefined => {
  const requests = openRequests(tx, id)
  if (requests.length > 0)
    return requests.find(({ kind }) => kind === 'question' || kind === 'approval')?.title
  if (needsInput?.active) return needsInput.message ?? 'a question'
  const asking = tasks.find(({ sessionStatus }) => sessionStatus === 'needs_input')
  if (!asking) return undefined
  for (const { type, taskId, message } of tx.newestFirst('sessions', id, 'timeline'))
    if (type === 'needs_input' && taskId === asking.id) return message ?? 'a question'
  return 'a question'
}

/**
 * The tasks whose outcomes are the session's: those that are there and on which no other living session works, and those that it
 * has claimed; of strategy `tree` these alone.
 */
function* tasksOf(tx: Transaction, session: SessionHead): Steps<Task[]> {
  if (session.strategy === 'tree') return heldBy(tx, session.id)
  return yield* soleTasks(tx, session)
}

/** The tasks of a session that are there, and that it has claimed or on which no other living session works. */
function* soleTasks(tx: Transaction, { id, taskIds }: SessionHead): Steps<Task[]> {
  const tasks: Task[] = []
  for (const taskId of taskIds) {
    const task = tx.get('tasks', taskId)
    if (task && (task.claim?.sessionId === id || !isWorkedOnElsewhere(tx, task, id))) tasks.push(task)
    yield
  }
  return tasks
}

/** Ends a living session, the items of its queue, and what those of its tasks say that only it works on. */
export function* conclude(tx: Transaction, id: string, ending: Ending, known?: readonly Task[]): Steps {
  const { status, reason, taskStatus, evenSilent, keepsItems } = ending
  yield* endClaims(tx, id, claimEndOf(ending))
  const isTree = findSession(tx, id).strategy === 'tree'
  const tasks = !isTree && known ? known : yield* soleTasks(tx, findSession(tx, id))
  const { endReason: _before, needsInput, ...session } = findSession(tx, id)
  tx.put('sessions', {
    ...session,
    ...(needsInput && { needsInput: { ...needsInput, active: false } }),
    ...(reason && { endReason: reason }),
    status,
    completedAt: tx.now,
    lastActivity: tx.now,
  })
  tx.remove('beats', id)
  tx.emitState('session:updated', id)
  giveBudgetBack(tx, id)
  withdrawRequests(tx, id)
  expireMessages(tx, id)
  const skipped = new Set<string>()
  if (!keepsItems)
    for (const item of yield* endItems(tx, id, itemOutcome(taskStatus, reason)))
      if (item.startedAt === undefined) skipped.add(item.taskId)
  for (const task of tasks) {
    yield
    // What it had claimed has got what it gets.
    if (task.claim) continue
    if (saysOpen(task) || (evenSilent && !isTree && task.sessionStatus === undefined))
      setSessionStatus(tx, task.id, isTree ? undefined : skipped.has(task.id) ? 'skipped' : taskStatus)
  }
}

/** What becomes of the tasks that a session has claimed, where it has not said it of them. */
const claimEndOf = ({ taskStatus, byLoss }: Ending): ClaimEnd => {
  if (byLoss) return 'lost'
  return taskStatus === 'completed' || taskStatus === 'failed' ? taskStatus : 'back'
}

/** What becomes of the item in processing where its task comes to say `status`. */
const itemOutcome = (status: TaskSessionStatus | undefined, reason: string | undefined) => {
  if (status === undefined) return { status: 'skipped' } as const
  if (status === 'completed') return { status } as const
  return { status: 'failed', failReason: reason } as const
}

/** What the tasks of a session that is about to be deleted say: nothing, where they said that it works on them. */
export function* clearTasks(tx: Transaction, session: SessionHead): Steps {
  for (const task of yield* soleTasks(tx, session)) {
    if (saysOpen(task)) setSessionStatus(tx, task.id, undefined)
    yield
  }
}

const entryTypes: Readonly<Record<TaskOutcome['outcome'], TimelineType>> = {
  completed: 'task_completed',
  failed: 'task_failed',
  blocked: 'task_blocked',
}

/** Notes what a session says of its tasks. A late report says nothing of a task that another session works on. */
function* reportOutcomes(tx: Transaction, sessionId: string, outcomes: readonly TaskOutcome[]): Steps {
  addTimelineEntries(
    tx,
    findSession(tx, sessionId),
    outcomes.map(({ taskId, outcome, message }) => ({ type: entryTypes[outcome], message, taskId })),
  )
  yield
  yield* reportTasks(tx, sessionId, outcomes)
}

/** Gives tasks, and their items in the session's queue, an outcome. */
export function* reportTasks(tx: Transaction, sessionId: string, outcomes: readonly TaskOutcome[]): Steps {
  const ofItem = ({ outcome, message }: TaskOutcome) =>
    outcome === 'completed'
      ? ({ status: 'completed' } as const)
      : ({ status: 'failed', failReason: message } as const)
  yield* reportItems(tx, sessionId, new Map(outcomes.map((outcome) => [outcome.taskId, ofItem(outcome)])))
  const held: { task: Task; end: ClaimEnd }[] = []
  for (const { taskId, outcome } of outcomes) {
    const task = tx.get('tasks', taskId)
    if (task?.claim?.sessionId === sessionId) held.push({ task, end: outcome })
    else if (mayReport(tx, sessionId, taskId)) setSessionStatus(tx, taskId, outcome)
    yield
  }
  yield* endEach(tx, held)
}

/** Notes in the timeline of a session that has ended what came too late to change it. */
export const noteLate = (tx: Transaction, id: string, what: string, taskId?: string): void => {
  const { status } = findSession(tx, id)
  addTimelineEntry(tx, findSession(tx, id), {
    type: 'progress',
    message: `Reported after its end, ${what}; it stays ${status}`,
    ...(taskId !== undefined && { taskId }),
  })
}
