/** What happened, as sentences. */
import type { MaestroEvent, Task } from '../../functions/client/client'
import type { SessionCard } from './entities'
import { statusWords } from './words'

/** One thing that happened. What it is about is named when it is shown: names change. */
export interface FeedEntry {
  /** Number of its event. */
  id: number
  at: number
  text: string
  /** What it was called then. */
  name?: string
  taskId?: string
  sessionId?: string
  projectId?: string
  isBad?: boolean
}

/** How things were before the event. */
interface Before {
  task(id: string): Task | undefined
  session(id: string): SessionCard | undefined
}

const maxFeed = 1000

/** The newest are kept, the newest last. Numbers that are there already are left out. */
export const addToFeed = (
  feed: readonly FeedEntry[],
  entries: readonly FeedEntry[],
): readonly FeedEntry[] => {
  const last = feed.at(-1)?.id ?? -1
  const added = entries.filter(({ id }) => id > last)
  return added.length === 0 ? feed : [...feed, ...added].slice(-maxFeed)
}

/** What was before the page began to listen, in front of the rest. */
export const prependToFeed = (
  feed: readonly FeedEntry[],
  entries: readonly FeedEntry[],
): readonly FeedEntry[] => {
  const first = feed[0]?.id ?? Number.POSITIVE_INFINITY
  return [...entries.filter(({ id }) => id < first), ...feed].slice(-maxFeed)
}

/** Undefined for what repeats another event, or says nothing to a person. */
export const feedEntryOf = (event: MaestroEvent, before: Before): FeedEntry | undefined => {
  const told = tell(event, before)
  return told && { id: event.id, at: event.timestamp, ...nameIn(event), ...told }
}

const nameIn = ({ type, data }: MaestroEvent): { name?: string } => {
  switch (type) {
    case 'session:created':
    case 'session:updated':
      return { name: data.name }
    case 'session:spawn':
      return { name: data.session.name }
    case 'task:created':
    case 'task:updated':
      return { name: data.title }
    case 'project:created':
    case 'project:updated':
      return { name: data.name }
    default:
      return {}
  }
}

type Told = Omit<FeedEntry, 'id' | 'at'>

const tell = (event: MaestroEvent, before: Before): Told | undefined => {
  switch (event.type) {
    case 'project:created':
      return { text: 'Project created', projectId: event.data.id }
    case 'project:updated':
      return { text: 'Project changed', projectId: event.data.id }
    case 'project:deleted':
      return { text: `Project ${event.data.id} deleted` }
    case 'task:created':
      return { text: 'Task created', taskId: event.data.id, projectId: event.data.projectId }
    case 'task:updated':
      return tellTask(event.data, before.task(event.data.id))
    case 'task:deleted':
      return { text: `Task deleted: ${before.task(event.data.id)?.title ?? event.data.id}` }
    case 'session:created':
      return { text: 'Session registered', sessionId: event.data.id, projectId: event.data.projectId }
    case 'session:spawn':
      return {
        text: `Spawned with ${event.data.taskIds.length === 1 ? 'a task' : `${event.data.taskIds.length} tasks`}`,
        sessionId: event.data.session.id,
        projectId: event.data.projectId,
      }
    case 'session:updated':
      return tellSession(event.data, before.session(event.data.id))
    case 'session:deleted':
      return { text: `Session deleted: ${before.session(event.data.id)?.name ?? event.data.id}` }
    case 'request:created': {
      const { kind, title, sessionId, projectId, taskId } = event.data
      return {
        text: `Asks (${kind}): ${title}`,
        sessionId,
        projectId,
        ...(taskId !== undefined && { taskId }),
      }
    }
    case 'request:updated': {
      const { state, answer, options, title, sessionId, projectId, deliveredAt } = event.data
      if (deliveredAt !== undefined || state === 'open') return undefined
      const said = options.find(({ id }) => id === answer?.optionId)?.label ?? answer?.text ?? ''
      const text = answer ? `${answer.by} answered “${title}”: ${said}` : `Withdrawn: ${title}`
      return { text, sessionId, projectId }
    }
    case 'message:created':
      return event.data.mode === 'interrupt'
        ? { text: 'Interrupted', sessionId: event.data.sessionId }
        : { text: `Told: ${event.data.text ?? ''}`, sessionId: event.data.sessionId }
    default:
      return undefined
  }
}

const tellTask = (task: Task, before: Task | undefined): Told | undefined => {
  const subject = { taskId: task.id, projectId: task.projectId }
  if (!before) return { text: 'Task changed', ...subject }
  const isBad = task.sessionStatus === 'failed' || task.status === 'blocked'
  if (task.status !== before.status)
    return { text: `${statusWords[before.status]} → ${statusWords[task.status]}`, ...subject, isBad }
  if (task.sessionStatus !== before.sessionStatus)
    return { text: `Its agent says: ${statusWords[task.sessionStatus ?? 'none']}`, ...subject, isBad }
  // Which sessions it has, the session's own events tell.
  if (task.sessionIds.join() !== before.sessionIds.join()) return undefined
  return { text: 'Task changed', ...subject }
}

const tellSession = (
  session: Pick<SessionCard, 'id' | 'projectId' | 'status' | 'timeline' | 'endReason'>,
  before: SessionCard | undefined,
): Told | undefined => {
  const subject = { sessionId: session.id, projectId: session.projectId }
  const isBad = session.status === 'failed'
  if (before && before.status !== session.status) {
    const reason = session.endReason === undefined ? '' : `: ${session.endReason}`
    return { text: `${statusWords[session.status]}${reason}`, ...subject, isBad }
  }
  const entry = session.timeline.at(-1)
  // What it asks, its request tells.
  if (!entry?.message || entry.type === 'needs_input' || before?.timeline.at(-1)?.id === entry.id)
    return undefined
  return { text: entry.message, ...subject, isBad: entry.type === 'error' || entry.type === 'task_failed' }
}
