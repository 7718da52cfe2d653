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
import { addTimelineEntry, withEntries } from './timeline'

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
  noteEnd(tx, holder, id, end, message ?? (force ? 'Taken away by a person' : undefined))
  yield* endClaim(tx, task, end)
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

const noteEnd = (tx: Transaction, sessionId: string, taskId: string, end: ClaimEnd, message?: string): void =>
  addTimelineEntry(tx, findSession(tx, sessionId), {
    type: entryTypes[end],
    message: message || texts[end],
    taskId,
  })

/** Ends the claim of a task; where it has put the task into the session, the task leaves it. */
export function* endClaim(tx: Transaction, task: Task, end: ClaimEnd): Steps {
  const { id, claim, lastClaim } = task
  if (!claim) return
  letGo(tx, task, end)
  if (lastClaim?.joined) yield* leave(tx, claim.sessionId, id)
}

/** A task leaves the session into which its claim has put it. */
export function* leave(tx: Transaction, sessionId: string, taskId: string): Steps {
  yield* unlink(tx, [{ sessionId, taskId }], 'Task removed from session')
}

/** Ends all claims of a session that ends: what it has said of a task itself counts, else `end`. */
export function* endClaims(tx: Transaction, sessionId: string, end: ClaimEnd): Steps {
  for (const task of heldBy(tx, sessionId)) {
    const how = saidEnd(task) ?? end
    noteEnd(tx, sessionId, task.id, how)
    yield* endClaim(tx, task, how)
    yield
  }
}

const saidEnd = ({ sessionStatus }: Task): ClaimEnd | undefined => {
  if (sessionStatus === 'skipped') return 'back'
  return sessionStatus === 'completed' || sessionStatus === 'failed' || sessionStatus === 'blocked'
    ? sessionStatus
    : undefined
}
