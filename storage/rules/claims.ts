/** Claiming a task, and giving it back. */
import type { ReleaseTaskRequest, WaitingTask } from '../../schemas/claim'
import { apiError } from '../../schemas/errors'
import type { Task } from '../../schemas/task'
import type { TimelineType } from '../../schemas/timeline'
import type { Steps } from '../others-turn'
import type { Transaction } from '../transaction'
import { findSession, findTask, type Reader } from './find'
import { claimedByAnother, heldBy, requireClaim } from './held'
import { type ClaimEnd, letGo } from './let-go'
import { joinTask, unlink } from './links'
import { requireLiving } from './living'
import { compareRanked, type Ranked, rankedTask, readyIn, type Scope, waitingIn } from './ready'
import { reasonsOf } from './reasons'
import { addTimelineEntries, addTimelineEntry, withEntries } from './timeline'

/** When a session is lost unless it beats, in Unix milliseconds; undefined for one that never beat. */
export type ExpiryOf = (sessionId: string) => number | undefined

/** A session claims a task. The one that has it already gets it again, and nothing changes. */
export function* claimTask(tx: Transaction, id: string, sessionId: string, expiryOf?: ExpiryOf): Steps {
  const task = findTask(tx, id)
  findSession(tx, sessionId)
  requireLiving(tx, sessionId)
  if (task.claim?.sessionId === sessionId) return
  if (task.claim) throw claimedByAnother(task, task.claim, expiryOf?.(task.claim.sessionId))
  const reasons = reasonsOf(tx, task, sessionId)
  const [first] = reasons
  if (first)
    throw apiError('TASK_NOT_READY', `Task ${id} cannot be claimed now. ${first.message}`, { reasons })
  yield* takeOn(tx, task, sessionId)
}

function* takeOn(tx: Transaction, task: Task, sessionId: string): Steps {
  const { id } = task
  const joined = yield* joinTask(tx, { sessionId, taskId: id })
  const epoch = (task.lastClaim?.epoch ?? 0) + 1
  tx.put('tasks', {
    ...findTask(tx, id),
    status: 'in_progress',
    sessionStatus: 'working',
    startedAt: task.startedAt ?? tx.now,
    claim: { sessionId, epoch, since: tx.now },
    lastClaim: { epoch, ...(joined && { joined }) },
    updatedAt: tx.now,
  })
  tx.put('sessions', withEntries(tx, findSession(tx, sessionId), [{ type: 'task_started', taskId: id }]))
  tx.emitState('task:updated', id)
  tx.emitState('session:updated', sessionId)
  tx.emitData('task:claimed', { taskId: id, sessionId, epoch })
}

/** At most so many that wait are named to a session that finds nothing to do. */
const maxNamed = 20

/** What a session got: a task, or else what waits. */
export type Claimed = { taskId: string } | { waiting: WaitingTask[] }

/** A session claims the first task that is ready for it: by priority, then the oldest. */
export function* claimNext(tx: Transaction, sessionId: string, asked: Scope): Steps<Claimed> {
  const scope = scopeOf(tx, sessionId, asked)
  requireLiving(tx, sessionId)
  const next = nextFor(tx, sessionId, scope)
  if (next) {
    yield* takeOn(tx, findTask(tx, next.id), sessionId)
    return { taskId: next.id }
  }
  const waiting: WaitingTask[] = []
  const allWaiting = waitingIn(tx, scope)
  for (const { id } of allWaiting) {
    const task = findTask(tx, id)
    waiting.push({ task: { id, title: task.title }, reasons: reasonsOf(tx, task) })
    if (waiting.length === maxNamed) break
  }
  return { waiting }
}

/** Whether `claimNext` would do anything but say that nothing is ready, so that one who waits asks again. */
export const isWorthAsking = (reader: Reader, sessionId: string, asked: Scope): boolean => {
  try {
    const scope = scopeOf(reader, sessionId, asked)
    requireLiving(reader, sessionId)
    return nextFor(reader, sessionId, scope) !== undefined
  } catch {
    return true
  }
}

const scopeOf = (reader: Reader, sessionId: string, { projectId, under }: Scope): Scope => {
  const session = findSession(reader, sessionId)
  if (under !== undefined) findTask(reader, under)
  return { projectId: projectId ?? session.projectId, under }
}

/** The first task for a session: one that is ready for anybody, or one of its own that it keeps from the others. */
const nextFor = (reader: Reader, sessionId: string, scope: Scope): Ranked | undefined => {
  const [anybodys] = readyIn(reader, scope)
  const own = ownReady(reader, sessionId, scope)
  return anybodys && (!own || compareRanked(anybodys, own) <= 0) ? anybodys : own
}

const ownReady = (reader: Reader, sessionId: string, { projectId, under }: Scope): Ranked | undefined => {
  let first: Ranked | undefined
  for (const taskId of findSession(reader, sessionId).taskIds) {
    const fields = reader.fields('tasks', taskId)
    if (fields?.status !== 'todo' || fields.projectId !== projectId) continue
    const task = findTask(reader, taskId)
    const one = rankedTask(task, task.priority)
    if (first && compareRanked(first, one) <= 0) continue
    if (reasonsOf(reader, task, sessionId).length > 0) continue
    if (under === undefined || isBelow(reader, task, under)) first = one
  }
  return first
}

const isBelow = (reader: Reader, { parentId, id }: Task, top: string): boolean => {
  const seen = new Set([id])
  for (let at = parentId; at !== null && !seen.has(at); at = reader.get('tasks', at)?.parentId ?? null) {
    if (at === top) return true
    seen.add(at)
  }
  return false
}

/** A task is given back, or is done, or cannot be done. Throws `STALE_CLAIM` where it is not the session's by this claim. */
export function* releaseTask(
  tx: Transaction,
  id: string,
  { epoch, outcome, message, review, force }: Omit<ReleaseTaskRequest, 'sessionId'>,
  sessionId: string | undefined,
): Steps {
  const task = findTask(tx, id)
  if (!force && sessionId !== undefined) findSession(tx, sessionId)
  const holder = requireClaim(task, force ? undefined : sessionId, epoch).sessionId
  const end = outcome === 'completed' && review ? 'review' : (outcome ?? 'back')
  const words = message ?? (force ? 'Taken away by a person' : undefined)
  addTimelineEntry(tx, findSession(tx, holder), entryOf(id, end, words))
  yield* endEach(tx, [{ task, end }])
}

const entryTypes: Readonly<Record<ClaimEnd, TimelineType>> = {
  completed: 'task_completed',
  review: 'task_completed',
  failed: 'task_failed',
  blocked: 'task_blocked',
  back: 'progress',
  lost: 'error',
}

const texts: Partial<Record<ClaimEnd, string>> = {
  review: 'Done, to be looked at',
  back: 'Task given back',
  lost: 'Lost with its session, and given back',
}

const entryOf = (taskId: string, end: ClaimEnd, message?: string) => ({
  type: entryTypes[end],
  message: message || texts[end],
  taskId,
})

/** A claim that ends, and how. */
interface Ended {
  task: Task
  end: ClaimEnd
}

/** Ends claims; a task that its claim has put into the session leaves it. */
export function* endEach(tx: Transaction, claims: readonly Ended[]): Steps {
  for (const { task, end } of claims) {
    letGo(tx, task, end)
    yield
  }
  yield* leaveSession(
    tx,
    claims.map(({ task }) => task),
  )
}

/** Those of some tasks that their claims, as these tasks have them, have put into a session leave it. */
export function* leaveSession(tx: Transaction, tasks: readonly Task[]): Steps {
  const links = tasks.flatMap(({ id: taskId, claim, lastClaim }) =>
    claim && lastClaim?.joined ? [{ sessionId: claim.sessionId, taskId }] : [],
  )
  yield* unlink(tx, links, 'Task removed from session')
}

/** Ends all claims of a session that ends: what it has said of a task itself counts, else `end`. */
export function* endClaims(tx: Transaction, sessionId: string, end: ClaimEnd): Steps {
  const claims = heldBy(tx, sessionId).map((task) => ({ task, end: saidEnd(task) ?? end }))
  if (claims.length === 0) return
  const entries = claims.map((ended) => entryOf(ended.task.id, ended.end))
  addTimelineEntries(tx, findSession(tx, sessionId), entries)
  yield* endEach(tx, claims)
}

/** Gives back what a session holds that is being deleted: nothing is noted in it any more. */
export function* dropClaims(tx: Transaction, sessionId: string): Steps {
  for (const task of heldBy(tx, sessionId)) {
    letGo(tx, task, saidEnd(task) ?? 'back')
    yield
  }
}

const saidEnd = ({ sessionStatus }: Task): ClaimEnd | undefined => {
  if (sessionStatus === 'skipped') return 'back'
  return sessionStatus === 'completed' || sessionStatus === 'failed' || sessionStatus === 'blocked'
    ? sessionStatus
    : undefined
}
