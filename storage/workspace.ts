import { createStorage } from 'unstorage'
import { ApiError, apiError } from '../schemas/errors'
import { createMemoryDocuments, type Documents } from './documents'
import type { DriverStatus, Put, WorkspaceDriver } from './driver'
import type { Entry } from './entry'
import { isLatestState, kindOfEvent, type LoggedEvent, type PublishedEvent, stateEventData } from './event'
import { growthOf } from './growth'
import type { NewId } from './ids'
import { type Logger, loadDocuments } from './loading'
import { commitOneByOne } from './one-by-one'
import { beginTransaction, type Staged, type Transaction } from './transaction'

/** Everything that is stored, and the only way to change it. */
export interface Workspace {
  /**
   * Answers a question about what is stored, once all of that is durable: no answer tells of something that a
   * crash could undo. While nothing is being written, that is at once.
   */
  read<T>(question: (documents: Documents) => T): T | Promise<T>
  /**
   * Makes one change, all of it or nothing. The rule is synchronous: it reads and stages, and either throws
   * (nothing happened) or returns. Resolves when the change is durable and its events are on their way.
   * Rejects with `STORAGE_UNAVAILABLE` if it could not be stored: then nothing has changed.
   */
  change<T>(rule: (transaction: Transaction) => T): Promise<T>
  /** Hears every event of every change, in the order of the changes, each after it is durable. */
  subscribe(listener: (event: PublishedEvent) => void): () => void
  /** The number of the last event that was told. */
  lastEvent(): number
  /**
   * The events after this number that are durable by now, in order and without a gap; undefined if they are not all
   * there: too old, still to come, or kept by no log.
   */
  eventsSince(number: number): Promise<LoggedEvent[] | undefined>
  /** Whether every document is in memory, or else read from the storage whenever it is asked for. */
  readonly isInMemory: boolean
  /** How the storage is: its driver's name, what was set aside, room left (bytes, null where unknown), mirror. */
  status(): DriverStatus & { driver: string }
  /** Resolves when the documents stand where people and other programs read them. */
  flush(): Promise<void>
  /** The driver, for what only some drivers have. */
  readonly driver: WorkspaceDriver
  /** Waits for what is under way, and lets go of the storage. */
  close(): Promise<void>
}

interface Settings {
  driver: WorkspaceDriver
  /** The time, in Unix milliseconds. */
  clock: () => number
  newId: NewId
  logger: Logger
}

/** A change on its way into storage. */
interface Pending {
  undo(): void
  /** Settles when it is durable and told, or taken back. */
  done: Promise<void>
}

/** Opens a workspace: reads everything that is stored, unless the driver has it at hand. */
export const openWorkspace = async ({ driver, clock, newId, logger }: Settings): Promise<Workspace> => {
  const storage = createStorage({ driver })
  const documents = driver.documents ?? createMemoryDocuments()
  if (!driver.documents) await loadDocuments(storage, driver, documents, logger)

  const store = driver.commit ?? commitOneByOne(storage)
  const listeners = new Set<(event: PublishedEvent) => void>()
  /** The changes that are not durable yet, oldest first. */
  const pending: Pending[] = []
  let eventNumber = driver.log?.last() ?? 0
  let durableEvent = eventNumber

  const change = async <T>(rule: (transaction: Transaction) => T): Promise<T> => {
    if (driver.awaitBatchWindow) await driver.awaitBatchWindow()
    const { transaction, finish } = beginTransaction(documents, clock(), newId)
    let result: T
    try {
      result = rule(transaction)
    } catch (refusal) {
      // Perhaps it tells of something that is not durable yet.
      await durable()
      throw refusal
    }
    const staged = finish()
    if (staged.entries.length > 0 || staged.removed.length > 0) commit(staged)
    await durable()
    return result
  }

  /** Makes a change visible here, and hands it to the driver. */
  const commit = (staged: Staged) => {
    const { batch, published } = describe(staged, documents, eventNumber)
    const numberBefore = eventNumber
    const restore = apply(documents, staged)
    eventNumber += published.length
    const undo = () => {
      restore()
      eventNumber = numberBefore
    }
    const done = store(batch).then(
      () => {
        pending.shift()
        published.forEach(publish)
      },
      (error) => {
        undoFrom(undo)
        throw error instanceof ApiError ? error : storageUnavailable(error)
      },
    )
    pending.push({ undo, done })
  }

  /** Takes back a change, and first those that were made on top of it: the driver fails them too. */
  const undoFrom = (undo: () => void) => {
    const index = pending.findIndex((change) => change.undo === undo)
    if (index >= 0) for (const change of pending.splice(index).reverse()) change.undo()
  }

  const publish = (event: PublishedEvent) => {
    durableEvent = event.number
    for (const listener of listeners)
      try {
        listener(event)
      } catch (error) {
        logger.error({ err: error, event: event.name }, 'A listener failed to hear of an event')
      }
  }

  /** Resolves when everything changed so far is durable; fails if it could not be stored. */
  const durable = async () => {
    await pending.at(-1)?.done
  }

  const read = <T>(question: (documents: Documents) => T): T | Promise<T> => {
    const last = pending.at(-1)
    if (!last) return question(documents)
    const answer = (async () => question(documents))()
    answer.catch(() => undefined)
    return last.done.then(
      () => answer,
      () => read(question),
    )
  }

  return {
    read,
    change,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    lastEvent: () => durableEvent,
    eventsSince: async (number) => driver.log?.since(number),
    isInMemory: driver.documents === undefined,
    status: () => ({
      driver: driver.name ?? 'unknown',
      ...(driver.status?.() ?? { quarantined: [], freeBytes: null }),
    }),
    flush: async () => driver.flush?.(),
    driver,
    async close() {
      await Promise.allSettled(pending.map(({ done }) => done))
      await storage.dispose()
    },
  }
}

const storageUnavailable = (cause: unknown) =>
  apiError(
    'STORAGE_UNAVAILABLE',
    `The change could not be stored, and nothing was changed: ${cause instanceof Error ? cause.message : cause}`,
  )

/** Makes a staged change visible; the function it returns takes that back. */
const apply = (documents: Documents, { entries, removed }: Staged): (() => void) => {
  const previous = entries.map((entry) => documents.get(entry.kind, entry.id))
  for (const entry of entries) documents.put(entry.kind, entry)
  for (const entry of removed) documents.remove(entry.kind, entry.id)
  return () => {
    for (const entry of entries) documents.remove(entry.kind, entry.id)
    for (const entry of [...previous, ...removed]) if (entry) documents.put(entry.kind, entry)
  }
}

/** The batch that the driver stores, and the events as they are told. */
const describe = ({ entries, removed, announcements }: Staged, documents: Documents, lastEvent: number) => {
  const byId = new Map<string, Entry>(entries.map((entry) => [`${entry.kind}:${entry.id}`, entry]))
  const puts: Put[] = entries.map((entry) => {
    const growth = growthOf(documents.get(entry.kind, entry.id), entry)
    return { key: entry.key, json: entry.json, ...(growth && { delta: growth }) }
  })
  const published: PublishedEvent[] = []
  const logged: LoggedEvent[] = []
  for (const announcement of announcements) {
    const { name, rooms } = announcement
    const number = lastEvent + published.length + 1
    if ('id' in announcement) {
      const kind = kindOfEvent(announcement.name)
      const about = { kind, id: announcement.id }
      const entry = byId.get(`${kind}:${announcement.id}`) ?? documents.get(kind, announcement.id)
      if (!entry) throw new Error(`${name} tells of ${announcement.id}, which is not there`)
      const data = stateEventData(entry)
      published.push({ number, name, rooms, about, data })
      logged.push({ number, name, rooms, about, ...(isLatestState(name) ? {} : { data }) })
    } else {
      const data = JSON.stringify(announcement.data)
      published.push({ number, name, rooms, data })
      logged.push({ number, name, rooms, data })
    }
  }
  return { batch: { puts, removes: removed.map((entry) => entry.key), events: logged }, published }
}
