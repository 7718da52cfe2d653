/** What sessions ask of people: open, then answered or withdrawn. The first answer counts. */

import { apiError } from '../../schemas/errors'
import type { CreateInboxRequest, InboxRequest, RequestKind, RequestOption } from '../../schemas/request'
import type { Session } from '../../schemas/session'
import type { Task } from '../../schemas/task'
import type { Transaction } from '../transaction'
import type { Caller } from './callers'
import { findSession, findTask, type SessionHead } from './find'
import { isClaimedElsewhere, isWorkedOnElsewhere, livingStatus, requireLiving } from './living'
import { sendMessage } from './messages'
import { openRequests, syncNeedsInput } from './needs-input'
import { setSessionStatus } from './queues'
import { dropAllOf, dropOldEnded, dropOldSettled } from './settled'

/** Asks something of a person. Its session and its task say that they wait for one. */
export const createRequest = (tx: Transaction, sessionId: string, body: CreateInboxRequest): InboxRequest => {
  const session = findSession(tx, sessionId, 'NOT_FOUND')
  requireLiving(tx, sessionId)
  const taskId = body.taskId === undefined ? chosenTask(tx, session) : ownTask(tx, session, body.taskId)
  const request: InboxRequest = {
    id: tx.newId('req'),
    sessionId,
    projectId: session.projectId,
    ...(taskId !== undefined && { taskId }),
    kind: body.kind,
    title: body.title,
    ...(body.detail !== undefined && { detail: body.detail }),
    options: body.options?.length ? body.options : [...defaultOptions[body.kind]],
    state: 'open',
    createdAt: tx.now,
    updatedAt: tx.now,
  }
  tx.put('requests', request)
  tx.emitState('request:created', request.id)
  syncNeedsInput(tx, sessionId)
  if (taskId !== undefined && !keepsItsWord(tx, taskId, sessionId))
    setSessionStatus(tx, taskId, 'needs_input')
  dropOldSettled(tx, 'requests', request)
  return request
}

/**
 * A task says already that it waits, or that it is done: whoever asks after that must not lose the outcome. Of one that another
 * session has claimed that one speaks.
 */
const keepsItsWord = (tx: Transaction, taskId: string, sessionId: string): boolean => {
  if (isClaimedElsewhere(tx, taskId, sessionId)) return true
  const status = tx.get('tasks', taskId)?.sessionStatus
  return status === 'needs_input' || status === 'completed'
}

/** A task has lost so many sessions that a person is to say what becomes of it. It outlives the session, the last of them. */
export const askAboutTask = (
  tx: Transaction,
  { id: sessionId, projectId }: SessionHead,
  task: Task,
): void => {
  const request: InboxRequest = {
    id: tx.newId('req'),
    sessionId,
    projectId,
    taskId: task.id,
    kind: 'stall',
    title: 'Three sessions were lost on it',
    detail: `"${task.title}" (${task.id}) is blocked: each of its last sessions was lost while it worked on it. Continue gives it to the next one.`,
    options: goOn.filter(({ id }) => id !== 'extend'),
    state: 'open',
    createdAt: tx.now,
    updatedAt: tx.now,
    outlivesSession: true,
  }
  tx.put('requests', request)
  tx.emitState('request:created', request.id)
}

/** Withdraws what was asked about a task itself: somebody has changed it, or it is to be deleted. */
export const withdrawAboutTask = (tx: Transaction, taskId: string): void => {
  for (const request of tx.list('requests', { taskId, state: 'open' }))
    if (request.outlivesSession) put(tx, { ...request, state: 'withdrawn' })
}

/** A person has said that a task is to go on that has lost its sessions. */
const beginAnew = (tx: Transaction, taskId: string): void => {
  const task = tx.get('tasks', taskId)
  if (task?.status !== 'blocked') return
  tx.put('tasks', {
    ...task,
    status: 'todo',
    sessionStatus: undefined,
    attempts: undefined,
    updatedAt: tx.now,
  })
  tx.emitState('task:updated', taskId)
}

const goOn: readonly RequestOption[] = [
  { id: 'extend', label: 'Extend', effect: 'other' },
  { id: 'continue', label: 'Continue', effect: 'other' },
  { id: 'stop', label: 'Stop', effect: 'other' },
]

/** What one can choose from where the session names nothing. */
const defaultOptions: Readonly<Record<RequestKind, readonly RequestOption[]>> = {
  approval: [],
  question: [],
  stall: goOn,
  limit: goOn,
  budget: goOn,
}

const ownTask = (tx: Transaction, { id, taskIds }: Session, taskId: string): string => {
  findTask(tx, taskId)
  if (taskIds.includes(taskId)) return taskId
  throw apiError('VALIDATION_ERROR', `${taskId} is not a task of session ${id}`, {
    issues: [{ path: 'taskId', message: `${taskId} is not a task of the session` }],
  })
}

/** The task that a session works on: the one in processing, or else its only one. */
const chosenTask = (tx: Transaction, { id, taskIds }: Session): string | undefined => {
  const current = tx.get('queues', id)?.items.find(({ status }) => status === 'processing')
  if (current) return current.taskId
  const [only, another] = taskIds.filter((taskId) => tx.has('tasks', taskId))
  return another === undefined ? only : undefined
}

/** The request, or 404. */
const findRequest = (tx: Transaction, id: string): InboxRequest => {
  const request = tx.get('requests', id)
  if (!request) throw apiError('NOT_FOUND', 'Request not found', { requestId: id })
  return request
}

/** An answer as it is given: `by` is who gives it. */
interface GivenAnswer {
  optionId?: string | undefined
  text?: string | undefined
  by: string
  /** Whom the agent hears the words of an approval from: `user`, or a session. */
  from: string
}

/** Answers a request. Throws `ALREADY_ANSWERED`, with the answer that counts, or `REQUEST_WITHDRAWN`. */
export const answerRequest = (
  tx: Transaction,
  id: string,
  { optionId, text, by, from }: GivenAnswer,
): void => {
  const request = findRequest(tx, id)
  refuseAnswered(request)
  if (request.state === 'withdrawn') throw apiError('REQUEST_WITHDRAWN', undefined, { requestId: id })
  if (optionId !== undefined && !request.options.some((option) => option.id === optionId))
    throw notAnOption(request, optionId)
  const chosen = optionId ?? meantOption(request)
  close(tx, {
    ...request,
    state: 'answered',
    answer: {
      ...(chosen !== undefined && { optionId: chosen }),
      ...(text !== undefined && { text }),
      by,
      at: tx.now,
    },
  })
  if (request.outlivesSession && request.taskId !== undefined && chosen === 'continue')
    beginAnew(tx, request.taskId)
  if (request.kind === 'approval' && text !== undefined)
    sendMessage(tx, request.sessionId, { text, mode: 'steer' }, from)
}

/** Words alone approve nothing. */
const meantOption = ({ kind, options }: InboxRequest): string | undefined =>
  kind === 'approval' ? options.find(({ effect }) => effect === 'reject_once')?.id : undefined

const notAnOption = ({ options }: InboxRequest, optionId: string) => {
  const ids = options.map(({ id }) => JSON.stringify(id)).join(', ')
  const instead = ids === '' ? 'it has none, answer by text' : `choose one of ${ids}`
  const message = `${JSON.stringify(optionId)} is not an option of the request: ${instead}`
  return apiError('VALIDATION_ERROR', message, { issues: [{ path: 'optionId', message }] })
}

const refuseAnswered = ({ id, answer }: InboxRequest) => {
  if (answer)
    throw apiError('ALREADY_ANSWERED', `${answer.by} has answered this already`, { requestId: id, answer })
}

/** The session does not wait for this any more. What is asked about its task is not the session's to withdraw. */
export const withdrawRequest = (tx: Transaction, id: string, caller?: Caller): void => {
  const request = findRequest(tx, id)
  refuseAnswered(request)
  if (request.outlivesSession && caller?.kind === 'session') return
  if (request.state === 'open') close(tx, { ...request, state: 'withdrawn' })
}

/** The agent has the answer. */
export const noteAnswerDelivered = (tx: Transaction, id: string): void => {
  const request = findRequest(tx, id)
  if (request.state !== 'answered')
    throw apiError('INVALID_STATE', `This request is ${request.state}: only an answer is delivered`, {
      requestId: id,
      state: request.state,
    })
  if (request.deliveredAt === undefined) put(tx, { ...request, deliveredAt: tx.now })
}

/** Withdraws what a session that ends has asked. What it says is left to the caller, and what tasks say that are its alone. */
export const withdrawRequests = (tx: Transaction, sessionId: string): void => {
  const open = openRequests(tx, sessionId)
  for (const request of open) put(tx, { ...request, state: 'withdrawn' })
  dropOldEnded(tx, 'requests', sessionId, open)
  goOnElsewhere(tx, sessionId, open)
}

/** Removes all that a session has asked which is deleted. */
export const removeRequests = (tx: Transaction, sessionId: string): void => {
  const open = openRequests(tx, sessionId)
  dropAllOf(tx, 'requests', sessionId)
  goOnElsewhere(tx, sessionId, open)
}

/** Tasks that waited for what nobody asks any more go on, where another living session works on them. */
const goOnElsewhere = (tx: Transaction, sessionId: string, asked: readonly InboxRequest[]) => {
  for (const taskId of new Set(asked.flatMap((request) => request.taskId ?? []))) {
    const task = tx.get('tasks', taskId)
    if (!task || !isWorkedOnElsewhere(tx, task, sessionId)) continue
    if (waitsInVain(tx, task)) setSessionStatus(tx, taskId, 'working')
  }
}

const put = (tx: Transaction, request: InboxRequest) => {
  tx.put('requests', { ...request, updatedAt: tx.now })
  tx.emitState('request:updated', request.id)
}

/** Its session and its task go on, unless they wait for something else, too. */
const close = (tx: Transaction, request: InboxRequest) => {
  const { sessionId, taskId } = request
  put(tx, request)
  syncNeedsInput(tx, sessionId)
  if (taskId !== undefined && goesOn(tx, sessionId, taskId)) setSessionStatus(tx, taskId, 'working')
  dropOldSettled(tx, 'requests', request)
}

const goesOn = (tx: Transaction, sessionId: string, taskId: string): boolean => {
  const task = tx.get('tasks', taskId)
  return task !== undefined && livingStatus(tx, sessionId) !== undefined && waitsInVain(tx, task)
}

/** Whether a task says that it waits for a person, and no request about it is open. */
const waitsInVain = (tx: Transaction, { id, sessionStatus }: Task): boolean =>
  sessionStatus === 'needs_input' && tx.count('requests', { taskId: id, state: 'open' }) === 0
