import { apiError } from '../../schemas/errors'
import type {
  CreateTaskRequest,
  Task,
  TaskSessionStatus,
  TaskStatus,
  UpdateTaskRequest,
} from '../../schemas/task'
import { atOnce, type Steps } from '../others-turn'
import type { Transaction } from '../transaction'
import { leaveSession } from './claims'
import { checkDependencies, checkParent } from './dependencies'
import { noteLate, reportTasks } from './endings'
import { findProject, findTask } from './find'
import { claimedByAnother, requireClaim } from './held'
import { emitReleased, putReleased } from './let-go'
import { addLinks, removeLinks, unlink } from './links'
import { isClaimedElsewhere, livingStatus, saysOpen } from './living'
import { withdrawAboutTask } from './requests'
import { fillIn, withChanges } from './with-changes'

/** Creates a task; its project, parent and dependencies must exist. */
export const createTask = (tx: Transaction, body: CreateTaskRequest): Task => {
  findProject(tx, body.projectId)
  const id = tx.newId('task')
  if (body.parentId !== undefined)
    checkParent(tx, { id, projectId: body.projectId, isNew: true }, body.parentId)
  atOnce(checkDependencies(tx, { id, isNew: true }, body.dependencies ?? []))
  checkExternalId(tx, { id, projectId: body.projectId }, body.externalId)
  const task: Task = {
    id,
    projectId: body.projectId,
    parentId: body.parentId ?? null,
    title: body.title,
    description: body.description ?? '',
    status: 'todo',
    priority: body.priority ?? 'medium',
    createdAt: tx.now,
    updatedAt: tx.now,
    startedAt: null,
    completedAt: null,
    initialPrompt: body.initialPrompt ?? '',
    sessionIds: [],
    skillIds: body.skillIds ?? [],
    agentIds: body.agentIds ?? [],
    dependencies: body.dependencies ?? [],
    ...(body.model !== undefined && { model: body.model }),
    ...(body.dueDate !== undefined && { dueDate: body.dueDate }),
    ...(body.externalId !== undefined && { externalId: body.externalId }),
    ...(body.acceptanceCriteria !== undefined && { acceptanceCriteria: body.acceptanceCriteria }),
  }
  tx.put('tasks', task)
  tx.emitState('task:created', id)
  return task
}

/** In a project there is one task for what it is elsewhere: who repeats an import finds the first one. */
const checkExternalId = (
  tx: Transaction,
  { id, projectId }: Pick<Task, 'id' | 'projectId'>,
  externalId: string | null | undefined,
): void => {
  if (externalId == null) return
  const other = tx.list('tasks', { projectId, externalId }).find((task) => task.id !== id)
  if (!other) return
  throw apiError('CONFLICT', `externalId "${externalId}" is task ${other.id} of this project already`, {
    taskId: other.id,
  })
}

/** What a required field becomes when an update clears it. */
const cleared = (): Pick<
  Task,
  'description' | 'priority' | 'initialPrompt' | 'skillIds' | 'agentIds' | 'dependencies'
> => ({
  description: '',
  priority: 'medium',
  initialPrompt: '',
  skillIds: [],
  agentIds: [],
  dependencies: [],
})

/**
 * Changes what the body names. Times of first start and completion are kept once set. `sessionIds` become the
 * task's links: sessions that do not exist are left out. A status that is not that of work ends the task's claim; `by`: the
 * session that asks for it, which may do so only with a claim of its own.
 */
export function* updateTask(tx: Transaction, id: string, body: UpdateTaskRequest, by?: string): Steps {
  const task = findTask(tx, id)
  const update = checkedUpdate(tx, task, body, by)
  const { late, isTaken, changes } = update
  if (changes.dependencies) yield* checkDependencies(tx, task, changes.dependencies)
  const changed = putUpdated(tx, task, update)
  if (isTaken) {
    putReleased(tx, findTask(tx, id), {})
    yield* leaveSession(tx, [task])
  }
  if (task.status === 'blocked' && changed.status !== 'blocked') withdrawAboutTask(tx, id)
  if (late !== undefined && body.sessionStatus != null) yield* reportLate(tx, late, id, body.sessionStatus)
  if (body.sessionIds) yield* syncLinks(tx, task, body.sessionIds)
}

/** What an update comes to. */
interface Update {
  changes: Omit<UpdateTaskRequest, 'sessionIds' | 'updateSource' | 'sessionId' | 'epoch' | 'parentId'>
  parentId: UpdateTaskRequest['parentId']
  isReport: boolean
  /** The session whose report comes after its end. */
  late: string | undefined
  /** Whether the task loses its claim. */
  isTaken: boolean
}

/** Plain functions, which most updates spend their time in: what may take long is in the generator above. */
const checkedUpdate = (
  tx: Transaction,
  task: Task,
  body: UpdateTaskRequest,
  by: string | undefined,
): Update => {
  const { id } = task
  const isReport = body.updateSource === 'session'
  if (isReport && body.epoch !== undefined) requireClaim(task, body.sessionId ?? undefined, body.epoch)
  const late = isReport ? lateReporter(tx, task, body.sessionId) : undefined
  const {
    sessionIds: _links,
    updateSource: _who,
    sessionId: _whichSession,
    epoch: _whichClaim,
    parentId,
    ...changes
  } = body
  if (late !== undefined || (isReport && isAnothers(tx, id, body.sessionId)))
    changes.sessionStatus = undefined
  const isTaken = !isReport && losesClaim(task, changes.status, by)
  if (!isReport) clearWord(task, changes, isTaken)
  if (parentId != null) checkParent(tx, task, parentId)
  return { changes, parentId, isReport, late, isTaken }
}

/** Onto one copy: where objects are spread into one another, V8 copies field by field, for as long as all the rest takes. */
const putUpdated = (tx: Transaction, task: Task, { changes, parentId, isReport }: Update): Task => {
  checkExternalId(tx, task, changes.externalId)
  const changed = fillIn(withChanges(task, changes), cleared())
  if (parentId !== undefined) changed.parentId = parentId
  changed.updatedAt = tx.now
  changed.startedAt ??= changed.status === 'in_progress' ? tx.now : null
  changed.completedAt ??= changed.status === 'completed' ? tx.now : null
  if (!isReport && changes.status === 'todo') changed.attempts = undefined
  tx.put('tasks', changed)
  tx.emitState('task:updated', task.id)
  return changed
}

/** Whether a session reports on a task that another one has claimed. */
const isAnothers = (tx: Transaction, taskId: string, named: string | null | undefined): boolean =>
  named != null && isClaimedElsewhere(tx, taskId, named)

/** Whether a task loses its claim when its status is set so. */
const losesClaim = (task: Task, status: TaskStatus | undefined, by: string | undefined): boolean => {
  const { claim } = task
  if (!claim || status === undefined || status === 'in_progress') return false
  if (by !== undefined && by !== claim.sessionId) throw claimedByAnother(task, claim)
  return true
}

/** What a session said is not said any more of a task that is to begin anew, or that was taken away from it. */
const clearWord = (task: Task, changes: UpdateTaskRequest, isTaken: boolean): void => {
  if (changes.sessionStatus !== undefined) return
  if (changes.status === 'todo' || (isTaken && saysOpen(task))) changes.sessionStatus = null
}

/** The session whose report on a task comes after its end: the one that is named or, if all have ended, the last one. */
const lateReporter = (
  tx: Transaction,
  { sessionIds }: Task,
  named: string | null | undefined,
): string | undefined => {
  const sessions = sessionIds.filter((id) => tx.has('sessions', id))
  const reporters = named != null && sessions.includes(named) ? [named] : sessions
  return reporters.some((id) => livingStatus(tx, id) !== undefined) ? undefined : reporters.at(-1)
}

/** A session that has ended may say how a task ended, but not that it works on it. */
function* reportLate(tx: Transaction, sessionId: string, taskId: string, said: TaskSessionStatus): Steps {
  if (saysOpen({ sessionStatus: said })) return
  noteLate(tx, sessionId, `that the task is ${said}`, taskId)
  if (said === 'completed' || said === 'failed' || said === 'blocked')
    yield* reportTasks(tx, sessionId, [{ taskId, outcome: said }])
}

/** Links the task with these sessions and no others. */
function* syncLinks(tx: Transaction, task: Task, sessionIds: string[]): Steps {
  const wanted = new Set(sessionIds)
  const linkTo = (sessionId: string) => ({ sessionId, taskId: task.id })
  yield* removeLinks(tx, task.sessionIds.filter((sessionId) => !wanted.has(sessionId)).map(linkTo))
  yield* addLinks(tx, sessionIds.filter((sessionId) => tx.has('sessions', sessionId)).map(linkTo))
}

/** Deletes a task, its links with sessions, and dependencies on it; its children move up to its parent. */
export function* deleteTask(tx: Transaction, id: string): Steps {
  const task = findTask(tx, id)
  const links = task.sessionIds.map((sessionId) => ({ sessionId, taskId: id }))
  emitReleased(tx, task)
  withdrawAboutTask(tx, id)
  yield* unlink(tx, links, 'Task deleted')
  for (const relatedId of new Set([
    ...tx.ids('tasks', { parentId: id }),
    ...tx.ids('tasks', { dependencies: id }),
  ])) {
    yield
    const related = findTask(tx, relatedId)
    tx.put('tasks', {
      ...related,
      parentId: related.parentId === id ? task.parentId : related.parentId,
      dependencies: related.dependencies.filter((dependency) => dependency !== id),
      updatedAt: tx.now,
    })
    tx.emitState('task:updated', related.id)
  }
  tx.emitData('task:deleted', { id })
  tx.remove('tasks', id)
}
