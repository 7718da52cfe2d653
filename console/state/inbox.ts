/** Who waits for a person, and for what. Pure. */
import type { InboxRequest, Task } from '../../functions/client/client'
import { hasEnded, type SessionCard, type TimelineEntry } from './entities'

export type RequestOption = InboxRequest['options'][number]

/** A session or a task that waits and has asked nothing: an older client, or a hook, has said so. */
export interface Waiter {
  id: string
  sessionId?: string
  taskId?: string
  name: string
  message?: string
  since?: number
  /** The command that leads to whoever waits. */
  reach: string
}

/** What is open, oldest first. */
export const openRequests = (requests: readonly InboxRequest[]): InboxRequest[] =>
  requests
    .filter(({ state }) => state === 'open')
    .sort((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1))

export const waitersOf = (
  requests: readonly InboxRequest[],
  sessions: readonly SessionCard[],
  tasks: readonly Task[],
): Waiter[] => {
  const heard = new Set(
    requests
      .filter(({ state }) => state === 'open')
      .flatMap(({ sessionId, taskId = '' }) => [sessionId, taskId]),
  )
  const living = sessions.filter((session) => !hasEnded(session))
  const waiting = living.filter(({ id, needsInput }) => needsInput?.active && !heard.has(id))
  for (const { id } of waiting) heard.add(id)
  const silent = tasks.filter(
    (task) => saysItWaits(task) && ![task.id, ...task.sessionIds].some((one) => heard.has(one)),
  )
  const byId = new Map(silent.length === 0 ? [] : living.map((session) => [session.id, session]))
  return [
    ...waiting.map((session) => ({
      id: session.id,
      sessionId: session.id,
      name: session.name,
      ...(session.needsInput?.message !== undefined && { message: session.needsInput.message }),
      ...(session.needsInput?.since !== undefined && { since: session.needsInput.since }),
      reach: reachOf(session),
    })),
    ...silent.map((task) => {
      const session = byId.get(task.sessionIds.findLast((one) => byId.has(one)) ?? '')
      return {
        id: task.id,
        taskId: task.id,
        name: task.title,
        ...(session && { sessionId: session.id }),
        reach: session ? reachOf(session) : `maestro task show ${task.id}`,
      }
    }),
  ]
}

/** What a person has settled waits for nobody, whatever its session said last. */
const saysItWaits = ({ status, sessionStatus }: Task): boolean =>
  sessionStatus === 'needs_input' && status !== 'completed' && status !== 'cancelled'

/** In its terminal, where it has one, one sees what it asks. */
export const reachOf = (session: SessionCard): string =>
  terminalOf(session) ? `maestro session attach ${session.id}` : `maestro tell ${session.id} 'TEXT'`

/** Whether its runner has it in a terminal that one can attach to. */
export const terminalOf = ({ metadata }: Pick<SessionCard, 'metadata'>): boolean => {
  const runner: unknown = metadata?.runner
  return typeof runner === 'object' && runner !== null && 'tmux' in runner && Boolean(runner.tmux)
}

/** What an answer's key is: `a` allows once, `A` always, `d` denies; the others are numbered. */
export const answerKeys = (options: readonly RequestOption[]): (string | undefined)[] => {
  const byEffect: Partial<Record<RequestOption['effect'], string>> = {
    allow_once: 'a',
    allow_always: 'A',
    reject_once: 'd',
  }
  const used = new Set<string>()
  return options.map(({ effect }, index) => {
    const letter = byEffect[effect]
    const key = letter !== undefined && !used.has(letter) ? letter : index < 9 ? String(index + 1) : undefined
    if (key !== undefined) used.add(key)
    return key
  })
}

/** A card takes no key and no click until it has been at rest for so long, in milliseconds. */
const restMs = 500

/** `since`: when it last moved, appeared or was changed. */
export const isAtRest = (since: number | undefined, now: number): boolean =>
  since !== undefined && now - since >= restMs

/** What was answered, in words. */
export const answerInWords = ({ answer, options }: Pick<InboxRequest, 'answer' | 'options'>): string => {
  const label = options.find(({ id }) => id === answer?.optionId)?.label ?? answer?.optionId
  return [label, answer?.text === undefined ? undefined : `“${answer.text}”`].filter(Boolean).join(', ')
}

/** The last of what a session said and did before it asked, oldest first. */
export const contextOf = (session: SessionCard | undefined, askedAt: number, entries = 3): TimelineEntry[] =>
  (session?.timeline ?? [])
    .filter(({ message, timestamp, type }) => message && timestamp <= askedAt && type !== 'needs_input')
    .slice(-entries)
