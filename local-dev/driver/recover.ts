/** What an earlier driver of this session has left: what it has asked, and messages of which nobody knows. */
import type { Client, InboxRequest, Message, Session } from '../../functions/client/client'
import { retryTransient } from '../agents/change-session'
import { type History, verdictOf } from './history'
import type { Said } from './lifecycle/life'
import { isMessage, saidOf } from './messages'
import type { EarlierAnswer } from './permission'
import type { DriverState } from './state-file'

interface EarlierRequests {
  /** Approvals that were answered, and that no agent has been told of. */
  approvals: EarlierAnswer[]
  /** The same of questions, as what is to be said. */
  answers: Said[]
}

/** Withdraws what is still open and not held any more, and finds the answers that were not delivered. */
export const recoverRequests = async (
  client: Client,
  { id: sessionId, run = 0 }: Pick<Session, 'id' | 'run'>,
  earlier: DriverState | undefined,
  signal: AbortSignal,
): Promise<EarlierRequests> => {
  const list = (state: 'open' | 'answered') =>
    retryTransient(() => client.inbox.list({ sessionId, state }), signal)
  const heldId = earlier?.wait?.requestId
  for (const { id } of await list('open'))
    if (id !== heldId) await retryTransient(() => client.requests.withdraw(id), signal).catch(() => undefined)
  const undelivered = (await list('answered')).filter(
    ({ id, deliveredAt, createdAt }) => deliveredAt === undefined && id !== heldId && createdAt >= run,
  )
  const keys = new Map(earlier?.asked.map(({ requestId, key }) => [requestId, key]))
  return {
    approvals: undelivered
      .filter(({ kind }) => kind === 'approval')
      .map((request) => ({ key: keys.get(request.id), request })),
    answers: undelivered.filter(({ kind }) => kind === 'question').flatMap(answerSaid),
  }
}

const answerSaid = ({ id, answer }: InboxRequest): Said[] =>
  answer?.text === undefined ? [] : [{ id, from: answer.by, text: answer.text, mode: 'queue' }]

/** An approval that nobody asks about again, in words. */
export const approvalSaid = ({ id, title, options, answer }: InboxRequest): Said => {
  const chosen = options.find((option) => option.id === answer?.optionId)
  const words = [
    `Before you were interrupted, you asked: ${title}`,
    `The answer is: ${chosen?.label ?? 'in words'}${chosen ? ` (${chosen.effect})` : ''}`,
    ...(answer?.text === undefined ? [] : [answer.text]),
  ]
  return { id, from: answer?.by ?? 'user', text: words.join('\n'), mode: 'queue' }
}

export interface Doubtful {
  delivered: Said[]
  again: Said[]
  unknown: Said[]
}

/** What the agent's history says of what was being handed over. */
export const judge = (
  doubtful: readonly Said[],
  earlier: readonly string[],
  firstPrompt: string,
  history: History | undefined,
): Doubtful => {
  const found: Doubtful = { delivered: [], again: [], unknown: [] }
  for (const said of doubtful) {
    const verdict = history ? verdictOf(history, { id: said.id, earlier, firstPrompt }) : 'unknown'
    // An answer may be given twice, but must not be lost.
    found[verdict === 'unknown' && !isMessage(said) ? 'again' : verdict].push(said)
  }
  return found
}

/** Messages that were being handed over, and the ids of those that had been before. */
export const messagesInDoubt = async (
  client: Client,
  sessionId: string,
  signal: AbortSignal,
): Promise<{ doubtful: Said[]; earlier: string[] }> => {
  const list = (state: Message['state']) =>
    retryTransient(() => client.messages.list(sessionId, { state }), signal)
  const doubtful = (await list('sending')).filter(({ mode }) => mode !== 'interrupt').map(saidOf)
  const earlier = doubtful.length > 0 ? (await list('delivered')).map(({ id }) => id) : []
  return { doubtful, earlier }
}
