/** How this session gets a task: one that is named, or the next one among its own. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, MaestroError, type Session, type Task } from '../../functions/client/client'
import { type WaitingTask, WaitReason } from '../../schemas/claim'

/** What a session got, or else what waits. */
export interface Claimed {
  task: Task | null
  waiting: readonly WaitingTask[]
}

/** Who claims. */
export interface Work {
  client: Client
  session: Session
}

interface Scope {
  under: string | undefined
  projectId: string | undefined
}

/** A task that is named cannot be waited for otherwise. */
const lookAgainMs = 2000
/** Of several trees each is waited for in turn. */
const turnSeconds = 5

/** The next task. A session of strategy `tree` takes its own, and what is below them. */
export const claimNext = async (work: Work, scope: Scope, waitSeconds: number): Promise<Claimed> => {
  const { client, session } = work
  const isAnywhere = scope.under !== undefined || scope.projectId !== undefined
  if (isAnywhere || session.strategy !== 'tree' || session.taskIds.length === 0)
    return claimIn(client, { sessionId: session.id, ...scope, waitSeconds })
  const waiting = new Map<string, WaitingTask>()
  for (const top of session.taskIds) {
    const seconds = session.taskIds.length === 1 ? waitSeconds : Math.min(waitSeconds, turnSeconds)
    const below = await claimBelow(work, top, 0)
    const found = below.task ? below : await claimOne(work, top, 0)
    if (found.task) return found
    const all = [...below.waiting, ...found.waiting]
    for (const one of all) waiting.set(one.task.id, one)
    if (seconds === 0 || all.length === 0) continue
    const later = await claimBelow(work, top, seconds)
    if (later.task) return later
  }
  return { task: null, waiting: [...waiting.values()] }
}

/** Of a task that is gone there is nothing below. */
const claimBelow = ({ client, session }: Work, under: string, waitSeconds: number): Promise<Claimed> =>
  claimIn(client, { sessionId: session.id, under, waitSeconds }).catch(nothingAt404)

const nothingAt404 = (error: unknown): Claimed => {
  if (error instanceof MaestroError && error.code === 'TASK_NOT_FOUND') return { task: null, waiting: [] }
  throw error
}

const claimIn = async (
  client: Client,
  body: {
    sessionId: string
    under?: string | undefined
    projectId?: string | undefined
    waitSeconds: number
  },
): Promise<Claimed> => {
  const { task, waiting = [] } = await client.tasks.claimNext(body)
  return { task, waiting }
}

/** One task; where it cannot be claimed now, why. One that is done does not wait. */
export const claimOne = async (
  { client, session }: Work,
  id: string,
  waitSeconds: number,
): Promise<Claimed> => {
  if (waitSeconds > 0) await sleep(Math.min(waitSeconds * 1000, lookAgainMs))
  try {
    return { task: await client.tasks.claim(id, { sessionId: session.id }), waiting: [] }
  } catch (error) {
    const reasons = error instanceof MaestroError ? reasonsIn(error) : undefined
    if (!reasons) throw error
    const { title, status } = await client.tasks.get(id)
    const isOpen = status === 'todo' || status === 'blocked' || status === 'in_progress'
    return { task: null, waiting: isOpen ? [{ task: { id, title }, reasons }] : [] }
  }
}

const reasonsIn = ({ code, message, details }: MaestroError): WaitReason[] | undefined => {
  if (code === 'TASK_CLAIMED') return [{ kind: 'claimed', message }]
  return code === 'TASK_NOT_READY' ? WaitReason.array().parse(details?.reasons) : undefined
}
