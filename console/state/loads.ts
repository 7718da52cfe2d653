/** What views ask to be loaded, each from the server's lists into the store. */
import type { Client } from '../../functions/client/client'
import { type SpawnChoices, spawnChoicesOf } from './choices'
import { cardOf, hasEnded, livingStatuses, queueCardOf } from './entities'
import type { Store } from './store'

/** What can be loaded: a word, and an id where it is about one thing. */
export type Need =
  | 'base'
  | 'ended'
  | 'choices'
  | `${'tasks' | 'task' | 'session' | 'session-tasks' | 'timeline' | 'children' | 'messages' | 'queue' | 'request'}:${string}`

export interface LoadContext {
  client: Client
  store: Store
  setChoices(choices: SpawnChoices): void
  /** Goes on where the last page ended; else what was read is read again. */
  isMore: boolean
}

/** A list is read in pages of so many, so that none keeps the page from drawing. */
const pageSize = 500

/** Of those that have ended, so many are read at a time. */
const endedPage = 100

/** Throws what the client throws; 404 means that there is no such thing. */
export const load = async (need: Need, context: LoadContext): Promise<void> => {
  const [kind = '', id = ''] = need.split(/:(.*)/s)
  await loaders[kind]?.(context, id)
}

const loaders: Readonly<Record<string, (context: LoadContext, id: string) => Promise<void>>> = {
  base: async ({ client, store }) => {
    await Promise.all([
      take(
        store.tasks,
        ({ sessionStatus }) => sessionStatus === 'needs_input',
        client.tasks.list({ sessionStatus: 'needs_input' }),
      ),
      take(store.projects, () => true, client.projects.list()),
      take(store.requests, ({ state }) => state === 'open', client.inbox.list()),
      take(
        store.sessions,
        (session) => !hasEnded(session),
        Promise.all(livingStatuses.map((status) => client.sessions.list({ status }))).then((lists) =>
          lists.flat().map(cardOf),
        ),
      ),
    ])
  },
  ended: async ({ client, store, isMore }) => {
    const start = store.ended.peek()
    const wanted = isMore ? start.read + endedPage : Math.max(start.read, endedPage)
    // What has been read by others meanwhile is there, wherever it stands in the list.
    const before = new Set(isMore ? [] : store.sessions.all().filter(hasEnded))
    const taking = store.sessions.load((session) => before.has(session))
    let read = isMore ? start.read : 0
    let cursor = isMore ? start.next : undefined
    do {
      const page = await client.sessions.page({
        ...{ order: 'newest', limit: endedPage },
        ...(cursor !== undefined && { cursor }),
      })
      const ended = page.items.filter(hasEnded)
      taking.put(ended.map(cardOf))
      read += ended.length
      cursor = page.next
    } while (read < wanted && cursor !== undefined)
    taking.end()
    // Else the list was read again meanwhile, and says itself how far it was.
    if (!isMore || store.ended.peek() === start)
      store.ended.value = { read, ...(cursor !== undefined && { next: cursor }) }
  },
  tasks: async ({ client, store }, projectId) => {
    const taking = store.tasks.load((task) => task.projectId === projectId)
    for await (const page of pages((options) => client.tasks.page({ projectId, ...options })))
      taking.put(page)
    taking.end()
  },
  task: async ({ client, store }, id) =>
    take(store.tasks, (task) => task.id === id, one(client.tasks.get(id))),
  'session-tasks': async ({ client, store }, sessionId) =>
    take(store.tasks, () => false, client.tasks.list({ sessionId })),
  session: async ({ client, store }, id) =>
    take(store.sessions, (session) => session.id === id, one(client.sessions.get(id).then(cardOf))),
  children: async ({ client, store }, parentSessionId) =>
    take(
      store.sessions,
      () => false,
      client.sessions.list({ parentSessionId }).then((list) => list.map(cardOf)),
    ),
  request: async ({ client, store }, id) =>
    take(store.requests, (request) => request.id === id, one(client.requests.get(id))),
  timeline: async ({ client, store }, id) => {
    const entries = []
    for await (const page of pages((options) => client.sessions.timelinePage(id, options)))
      entries.push(...page)
    store.timelines.fill(id, entries)
  },
  messages: async ({ client, store }, sessionId) =>
    take(store.messages, (message) => message.sessionId === sessionId, client.messages.list(sessionId)),
  queue: async ({ client, store }, sessionId) =>
    take(
      store.queues,
      (queue) => queue.id === sessionId,
      client.queue.get(sessionId).then(({ queue }) => [queueCardOf(queue)]),
    ),
  choices: async ({ client, setChoices }) => {
    const [agents, runners, skills, templates] = await Promise.all([
      client.agents.list(),
      client.runners.list(),
      client.skills.list(),
      client.templates.list(),
    ])
    setChoices(spawnChoicesOf(agents, runners, skills, templates))
  },
}

const one = async <T>(entity: Promise<T>): Promise<T[]> => [await entity]

/** What is read is newer than what is known, but not than the events that come meanwhile. */
const take = async <T extends { id: string }>(
  collection: { load(isMeant: (entity: T) => boolean): { put(list: readonly T[]): void; end(): void } },
  isMeant: (entity: T) => boolean,
  list: Promise<readonly T[]>,
): Promise<void> => {
  const taking = collection.load(isMeant)
  taking.put(await list)
  taking.end()
}

interface PageOf<T> {
  items: T[]
  next?: string
}

async function* pages<T>(
  read: (options: { limit: number; cursor?: string }) => Promise<PageOf<T>>,
): AsyncGenerator<T[], void, void> {
  let cursor: string | undefined
  do {
    const { items, next } = await read({ limit: pageSize, ...(cursor !== undefined && { cursor }) })
    yield items
    cursor = next
  } while (cursor !== undefined)
}
