/** What the page knows. Only the server's lists and events change it; views read it. */
import { batch, signal } from '@preact/signals'
import type { InboxRequest, MaestroEvent, Message, Project, Task } from '../../functions/client/client'
import { createCollection } from './collection'
import { cardOf, type QueueCard, queueCardOf, type SessionCard } from './entities'
import { addToFeed, type FeedEntry, feedEntryOf } from './feed'
import { createTimelines } from './timelines'

export type Store = ReturnType<typeof createStore>

/** So many answered requests of this visit are kept to be looked at. */
const maxAnswered = 20

/** How far the sessions that have ended were read, those that began last before the others. */
interface EndedPages {
  /** So many were. */
  read: number
  /** Where to go on; undefined: those were all. */
  next?: string
}

export const createStore = () => {
  const projects = createCollection<Project>(({ name }) => name)
  const tasks = createCollection<Task>(taskShape)
  const sessions = createCollection<SessionCard>(sessionShape)
  const requests = createCollection<InboxRequest>(({ state }) => state)
  const messages = createCollection<Message>(({ state }) => state)
  const queues = createCollection<QueueCard>(() => '')
  const timelines = createTimelines()
  const feed = signal<readonly FeedEntry[]>([])
  const ended = signal<EndedPages>({ read: 0 })
  /** The ids of requests that were answered or withdrawn while one looked, the last one first. */
  const settled = signal<readonly string[]>([])

  const applyOne = ({ type, data }: MaestroEvent) => {
    switch (type) {
      case 'project:created':
      case 'project:updated':
        return projects.put(data)
      case 'project:deleted':
        return projects.remove(data.id)
      case 'task:created':
      case 'task:updated':
        return tasks.put(data)
      case 'task:deleted':
        return tasks.remove(data.id)
      case 'session:created':
      case 'session:updated':
        timelines.follow(data)
        return sessions.put(cardOf(data))
      case 'session:spawn':
        timelines.follow(data.session)
        return sessions.put(cardOf(data.session))
      case 'session:deleted':
        for (const { id, sessionId } of requests.all()) if (sessionId === data.id) requests.remove(id)
        timelines.forget(data.id)
        return sessions.remove(data.id)
      case 'request:created':
      case 'request:updated':
        if (data.state !== 'open' && requests.peek(data.id)?.state === 'open')
          settled.value = [data.id, ...settled.peek().filter((id) => id !== data.id)].slice(0, maxAnswered)
        return requests.put(data)
      case 'message:created':
      case 'message:updated':
        return messages.put(data)
      case 'queue:created':
      case 'queue:updated':
        return queues.put(queueCardOf(data.queue))
      default:
        return undefined
    }
  }

  return {
    projects,
    tasks,
    sessions,
    requests,
    messages,
    queues,
    timelines,
    feed,
    ended,
    settled,
    /** Takes in what happened, in order, and draws once. */
    apply: (events: readonly MaestroEvent[]) =>
      batch(() => {
        const entries = []
        for (const event of events) {
          const entry = feedEntryOf(event, { task: tasks.peek, session: sessions.peek })
          if (entry) entries.push(entry)
          applyOne(event)
        }
        if (entries.length > 0) feed.value = addToFeed(feed.peek(), entries)
      }),
  }
}

const taskShape = ({ status, sessionStatus, priority, parentId, projectId, dependencies }: Task): string =>
  [status, sessionStatus, priority, parentId, projectId, dependencies.length].join('\n')

const sessionShape = ({ status, needsInput, projectId, parentSessionId, taskIds }: SessionCard): string =>
  [status, needsInput?.active, projectId, parentSessionId, taskIds.join()].join('\n')
