/** Who waits for a person: the open requests, and beneath them who says so without having asked. */
import { hostname } from 'node:os'
import type { Client, InboxRequest, MaestroEvent, Session, Task } from '../../../functions/client/client'
import { endedStatuses } from '../../../schemas/ended-statuses'
import { livingStatuses } from '../../../storage/rules/living'
import { claimOf } from '../../runner/claim'

/** A session or a task that waits and has no open request: an older client, or a hook, has said so. */
export interface Waiter {
  /** Absent where no living session has the task. */
  sessionId?: string
  taskId?: string
  projectId: string
  /** What a person knows it by. */
  name: string
  message?: string
  /** Unix milliseconds. */
  since?: number
  /** The command that leads to whoever waits. */
  reach: string
}

export interface InboxFilter {
  projectId?: string | undefined
  sessionId?: string | undefined
  kind?: InboxRequest['kind'] | undefined
}

/** What is known of those who wait; `load` gets it from the server, `apply` follows its events. */
export const createInbox = (client: Client, { projectId, sessionId, kind }: InboxFilter) => {
  const requests = new Map<string, InboxRequest>()
  const sessions = new Map<string, Session>()
  const tasks = new Map<string, Task>()

  const isMeant = (one: { projectId: string; sessionId?: string }) =>
    (projectId === undefined || one.projectId === projectId) &&
    (sessionId === undefined || one.sessionId === sessionId)

  const putRequest = (request: InboxRequest) =>
    set(requests, request, request.state === 'open' && isMeant(request) && (!kind || request.kind === kind))
  const putSession = (session: Session) =>
    set(sessions, session, isLiving(session) && isMeant({ ...session, sessionId: session.id }))
  const putTask = (task: Task) =>
    set(tasks, task, isWaiting(task) && (projectId === undefined || task.projectId === projectId))

  return {
    requests: (): InboxRequest[] =>
      [...requests.values()].sort((one, other) => one.createdAt - other.createdAt),
    /** None where one kind of request is asked for. */
    waiters: (): Waiter[] =>
      kind ? [] : waitersOf([...requests.values()], sessions, [...tasks.values()], sessionId),
    session: (id: string): Session | undefined => sessions.get(id),
    async load() {
      const [open, living, all] = await Promise.all([
        client.inbox.list({ projectId, sessionId, kind }),
        Promise.all(livingStatuses.map((status) => client.sessions.list({ projectId, status }))),
        client.tasks.list({ projectId, sessionId, sessionStatus: 'needs_input' }),
      ])
      for (const known of [requests, sessions, tasks]) known.clear()
      open.forEach(putRequest)
      living.flat().forEach(putSession)
      all.forEach(putTask)
    },
    apply({ type, data }: MaestroEvent) {
      switch (type) {
        case 'request:created':
        case 'request:updated':
          return putRequest(data)
        case 'session:created':
        case 'session:updated':
          return putSession(data)
        case 'session:spawn':
          return putSession(data.session)
        case 'session:deleted':
          for (const request of requests.values())
            if (request.sessionId === data.id) requests.delete(request.id)
          return void sessions.delete(data.id)
        case 'task:created':
        case 'task:updated':
          return putTask(data)
        case 'task:deleted':
          return void tasks.delete(data.id)
        default:
      }
    },
  }
}

export type Inbox = ReturnType<typeof createInbox>

const set = <T extends { id: string }>(known: Map<string, T>, one: T, belongs: boolean): void => {
  if (belongs) known.set(one.id, one)
  else known.delete(one.id)
}

const isLiving = ({ status }: Session) => !endedStatuses.includes(status)

/** A task that a person has settled waits for nobody, whatever its session said last. */
const isWaiting = ({ status, sessionStatus }: Task) =>
  sessionStatus === 'needs_input' && status !== 'completed' && status !== 'cancelled'

const waitersOf = (
  requests: readonly InboxRequest[],
  sessions: ReadonlyMap<string, Session>,
  tasks: readonly Task[],
  sessionId: string | undefined,
): Waiter[] => {
  const asking = new Set(requests.flatMap((request) => [request.sessionId, request.taskId ?? '']))
  const waiting = [...sessions.values()].filter(({ id, needsInput }) => needsInput?.active && !asking.has(id))
  const heard = new Set([...asking, ...waiting.map(({ id }) => id)])
  const silent = tasks.filter(({ id, sessionIds }) => ![id, ...sessionIds].some((one) => heard.has(one)))
  return [
    ...waiting.map(({ id, projectId, name, needsInput: { message, since } = {} }) => ({
      sessionId: id,
      projectId,
      name,
      ...(message !== undefined && { message }),
      ...(since !== undefined && { since }),
      reach: reachOf(sessions.get(id)),
    })),
    ...silent.map(({ id, projectId, title, sessionIds }) => {
      const living = sessionIds.findLast((one) => sessions.has(one))
      return {
        ...(living !== undefined && { sessionId: living }),
        taskId: id,
        projectId,
        name: title,
        reach: living === undefined ? `maestro task show ${id}` : reachOf(sessions.get(living)),
      }
    }),
  ].filter((waiter) => sessionId === undefined || ('sessionId' in waiter && waiter.sessionId === sessionId))
}

/** In its terminal, where it has one, one sees what it asks, too. */
const reachOf = (session: Session | undefined): string => {
  if (!session) return ''
  const claim = claimOf(session)
  if (!claim?.tmux) return `maestro tell ${session.id} 'TEXT'`
  return `maestro session attach ${session.id}${claim.host === hostname() ? '' : ` (on ${claim.host})`}`
}
