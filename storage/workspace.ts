import { createStorage } from 'unstorage'
import { ApiError } from '../schemas/errors'
import { apply } from './apply'
import { beginTransaction } from './begin-transaction'
import { createMemoryDocuments, type Documents } from './documents'
import type { DriverStatus, WorkspaceDriver } from './driver'
import type { LoggedEvent, PublishedEvent } from './event'
import type { NewId } from './ids'
import { type Logger, loadDocuments } from './loading'
import { type MadeBatch, toBatch } from './made-batch'
import { unreadableBelow, watchMisses } from './misses'
import { atOnce, inTurns, othersTurn, type Steps, stepsOf, stepsOfTurn } from './others-turn'
import { publishInTurns } from './publish-in-turns'
import { addTexts, catchUp } from './readable-again'
import { createSequentialCommit } from './sequential-commit'
import { storageUnavailable } from './storage-unavailable'
import { createTime, newestTime } from './time'
import type { Staged, Transaction } from './transaction'

/** Everything that is stored, and the only way to change it. */
export interface Workspace {
  /**
   * Runs a synchronous query on a snapshot of what is stored, and answers once all of that is durable: no answer
   * shows a change that could still be rolled back. While nothing is being written, it answers at once.
   */
  read<T>(query: (documents: Documents) => T): T | Promise<T>
  /**
   * Makes one change, all of it or nothing. The rule is synchronous: it reads and stages, and either throws
   * (nothing happened) or returns. One that may be about thousands of entities yields after each: reads are answered in
   * between, and no other change begins. Resolves when the change is durable and its events are published.
   * Rejects with `STORAGE_UNAVAILABLE` if it could not be stored: then nothing has changed.
   */
  change<T>(rule: (transaction: Transaction) => T | Steps<T>): Promise<T>
  /** Calls back with every event of every change, in the order of the changes, each after it is durable. */
  subscribe(subscriber: (event: PublishedEvent) => void): () => void
  /** The number of the last event that was published. */
  lastEvent(): number
  /**
   * The events after this number that are durable by now, in order and without a gap; undefined if they are not all
   * there: too old, still to come, or kept by no log.
   */
  eventsSince(number: number): Promise<LoggedEvent[] | undefined>
  /** Events go on with the number after this one, if it is above the last, and the ones before it are forgotten. */
  continueEventsAfter(number: number): Promise<void>
  /** Whether every document is in memory, or else read from the storage whenever it is asked for. */
  readonly isInMemory: boolean
  /** Why no change can be stored at present; undefined as long as nothing is known against it. */
  unavailable(): string | undefined
  /** Status of the storage: its driver, quarantined documents, free bytes (null where unknown), lag of the mirror. */
  status(): DriverStatus & { driver: string }
  /**
   * Resolves when write-behind is done: the documents are where people and other programs read them. With `withinMs`, those
   * that would be by then.
   */
  flush(withinMs?: number): Promise<void>
  /** Works out what is ready before somebody asks, and leaves everybody else their turn. */
  indexReady(): Promise<void>
  /** Waits for the changes that are being stored, and closes the driver. */
  close(): Promise<void>
}

interface WorkspaceOptions {
  driver: WorkspaceDriver
  /** The time, in Unix milliseconds. */
  clock: () => number
  newId: NewId
  logger: Logger
}

/** A change of more entities is made ready in turns. */
const maxSizeAtOnce = 1000
/** So many steps of a rule are done before others have their turn, and where they take long, fewer. */
const stepsInTurn = 250
const maxTurnMs = 5

/** A change that is being stored. */
interface PendingChange {
  undo(): void
  /** Settles when it is durable and published, or rolled back. */
  done: Promise<void>
}

/** Opens a workspace: reads everything that is stored, unless the driver looks documents up itself. */
export const openWorkspace = async ({
  driver,
  clock,
  newId,
  logger,
}: WorkspaceOptions): Promise<Workspace> => {
  const storage = createStorage({ driver })
  const documents = driver.documents ?? createMemoryDocuments()
  if (!driver.documents) await loadDocuments(storage, driver, documents, logger)

  const watched = watchMisses(documents, driver)
  const storeBatch = driver.commit ?? createSequentialCommit(storage)
  const subscribers = new Set<(event: PublishedEvent) => void>()
  /** The changes that are not durable yet, oldest first. */
  const pending: PendingChange[] = []
  const time = createTime(clock, await newestTime(driver, documents))
  let eventNumber = driver.log?.last() ?? 0
  let durableEvent = eventNumber

  /** A large change that is being made ready: until then no other begins. */
  let large: Promise<unknown> | undefined
  /** While that becomes visible. Never rejects. */
  let half: Promise<unknown> | undefined

  const change = async <T>(rule: (transaction: Transaction) => T | Steps<T>): Promise<T> => {
    if (driver.awaitBatchWindow) await driver.awaitBatchWindow()
    while (large) await large.catch(() => undefined)
    const { transaction, size, prepare, finish } = beginTransaction(watched.documents, time(), newId)
    const isLarge = () => size() > maxSizeAtOnce
    let ruled: { result: T } | undefined
    let stored: PendingChange | undefined
    try {
      const steps = watched.run(() => stepsOf(rule(transaction)))
      const ruleOn = (maxMs?: number) => watched.run(() => stepsOfTurn(steps, stepsInTurn, maxMs))
      ruled = ruleOn()
      if (!ruled || isLarge())
        ruled = await alone(async () => {
          // What it builds on is durable first: that cannot be undone then.
          await durable()
          let done = ruled
          while (!done) {
            await othersTurn()
            done = ruleOn(maxTurnMs)
          }
          if (isLarge()) stored = await commitInTurns(prepare(), finish)
          else {
            await othersTurn()
            stored = commit(finish())
          }
          return done
        })
      else stored = commit(finish())
    } catch (refusal) {
      // The refusal may be due to a change that is not durable yet.
      await durable()
      throw refusal
    }
    // Its own outcome: what could not be stored is no longer among what is pending.
    await (stored?.done ?? durable())
    return ruled.result
  }

  const alone = async <T>(run: () => Promise<T>): Promise<T> => {
    const running = run()
    large = running
    try {
      return await running
    } finally {
      large = undefined
    }
  }

  /** Reads go on in between, and see nothing of the change. */
  const commitInTurns = async (steps: Iterable<void>, finish: () => Staged) => {
    for (const _step of steps) await othersTurn()
    const staged = finish()
    await othersTurn()
    const made = await inTurns(toBatch(staged, documents, eventNumber))
    for (const _step of driver.prepare?.(made.batch) ?? []) await othersTurn()
    refuseBlocked(staged)
    // What is visible in part is not read.
    const applied = inTurns(apply(documents, staged))
    half = applied.catch(() => undefined)
    try {
      return store(made, await applied)
    } finally {
      half = undefined
    }
  }

  /**
   * Optimistic: makes the change visible to other rules at once, before it is durable, and rolls it back if the
   * driver could not store it. Answers and events wait until it is durable.
   */
  const commit = (staged: Staged): PendingChange | undefined => {
    if (staged.entries.length === 0 && staged.removed.length === 0) return undefined
    refuseBlocked(staged)
    const made = atOnce(toBatch(staged, documents, eventNumber))
    return store(made, atOnce(apply(documents, staged)))
  }

  const refuseBlocked = ({ entries, removed }: Staged) => {
    const reason =
      driver.refusal?.([...entries, ...removed].map(({ key }) => key)) ?? unreadableBelow(driver, removed)
    if (reason !== undefined) throw storageUnavailable(reason)
  }

  /** Stores what is visible already; `restore` takes that back. */
  const store = ({ batch, published }: MadeBatch, restore: () => void): PendingChange => {
    const numberBefore = eventNumber
    eventNumber += published.length
    const undo = () => {
      restore()
      eventNumber = numberBefore
    }
    const done = storeBatch(batch).then(
      async () => {
        const told = publishAll(published)
        if (told) await told
        pending.shift()
      },
      (error) => {
        rollBackFrom(undo)
        throw error instanceof ApiError ? error : storageUnavailable(error)
      },
    )
    // Whoever made it learns of that, perhaps a moment later.
    done.catch(() => undefined)
    const change = { undo, done }
    pending.push(change)
    return change
  }

  /** Rolls back a change, and first those that were made on top of it: the driver fails them, too. */
  const rollBackFrom = (undo: () => void) => {
    const index = pending.findIndex((change) => change.undo === undo)
    if (index >= 0) for (const change of pending.splice(index).reverse()) change.undo()
  }

  const publish = (event: PublishedEvent) => {
    durableEvent = event.number
    for (const subscriber of subscribers)
      try {
        subscriber(event)
      } catch (error) {
        logger.error({ err: error, event: event.name }, 'A subscriber of the workspace threw at an event')
      }
  }

  const publishAll = publishInTurns(publish)

  /** Resolves when everything changed so far is durable; fails if it could not be stored. */
  const durable = async () => {
    await pending.at(-1)?.done
  }

  const read = <T>(query: (documents: Documents) => T): T | Promise<T> => {
    if (half) return half.then(() => read(query))
    const last = pending.at(-1)
    const ask = () => watched.run(() => query(watched.documents))
    if (!last) return ask()
    const answer = (async () => ask())()
    answer.catch(() => undefined)
    return last.done.then(
      () => answer,
      () => read(query),
    )
  }

  /** Takes in what could not be read before, when nothing is pending that could still be rolled back. */
  const addReadable = async (texts: ReadonlyMap<string, string>, release: () => void): Promise<void> => {
    while (large || pending.length > 0) await (large ?? durable()).catch(() => undefined)
    release()
    const added = addTexts(documents, driver, texts, logger)
    await change((tx) => catchUp(tx, driver, added))
  }

  driver.onReadable?.((texts, release) => {
    addReadable(texts, release).catch((error) =>
      logger.warn({ err: error }, 'Documents are served again, but their events could not be sent'),
    )
  })

  return {
    read,
    change,
    subscribe(subscriber) {
      subscribers.add(subscriber)
      return () => subscribers.delete(subscriber)
    },
    lastEvent: () => durableEvent,
    eventsSince: async (number) => driver.log?.since(number),
    async continueEventsAfter(number) {
      while (pending.length > 0) await durable().catch(() => undefined)
      if (number <= eventNumber) return
      driver.log?.continueAfter?.(number)
      eventNumber = number
      durableEvent = number
    },
    isInMemory: driver.documents === undefined,
    unavailable: () => driver.unavailable?.(),
    status: () => ({
      driver: driver.name ?? 'unknown',
      ...(driver.status?.() ?? { quarantined: [], freeBytes: null }),
    }),
    flush: async (withinMs) => driver.flush?.(withinMs),
    async indexReady() {
      const steps = documents.indexReady?.()
      while (steps && !stepsOfTurn(steps, stepsInTurn, maxTurnMs)) await othersTurn()
    },
    async close() {
      while (large) await large.catch(() => undefined)
      await Promise.allSettled(pending.map(({ done }) => done))
      await storage.dispose()
    },
  }
}
