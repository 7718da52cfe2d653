import type { Batch } from '../../driver'
import type { Logger } from '../../loading'
import { reasonOf } from './connection'
import { type Group, groupOf, rollBackGroup, storeGroup } from './group'
import { type HeldDocument, sizeOf } from './held-document'
import { type Lease, LeaseLostError } from './lease'
import { trimEvents } from './queries'
import { createReconnectingLease } from './reconnecting-lease'

/** A group is full at this size: the sum of what it stores of documents, in characters of JSON. */
const maxGroupLength = 8 * 1024 * 1024
/** The contract promises the last 10,000 events; older ones are deleted a thousand at a time. */
const retainedEvents = 10_000
const trimBatchSize = 1000

interface GroupCommitOptions {
  firstLease: Lease
  reacquire(): Promise<Lease>
  /** Every document that the database holds, by key: updated when a group is acknowledged. */
  contents: Map<string, HeldDocument>
  /** The number of the last event that the database holds. */
  lastEvent: number
  logger: Logger
}

export interface GroupCommit {
  /** Stores a batch; resolves when it is durable. */
  commit(batch: Batch): Promise<void>
  /** The number of the last durable event. */
  lastEvent(): number
  /** The present lease; undefined while the connection is lost. */
  lease(): Lease | undefined
  /** Why nothing can be stored; undefined if it can be, as far as is known. */
  unavailableReason(): string | undefined
  close(): Promise<void>
}

interface PendingBatch {
  batch: Batch
  resolve(): void
  reject(error: unknown): void
}

/**
 * Group commit: batches are stored in their order, and those that come in while one statement runs go together
 * with the next. If a statement fails, for whatever reason, so does every batch that waits, and the connection
 * is made anew: the commit counter in the database then shows whether the statement had been stored.
 */
export const createGroupCommit = ({
  firstLease,
  reacquire,
  contents,
  lastEvent,
  logger,
}: GroupCommitOptions): GroupCommit => {
  let { commits } = firstLease
  const pending: PendingBatch[] = []
  let isDraining = false
  let failing: unknown
  /** Sent, but not answered: whether it is stored is known after the next connect. */
  let unanswered: Group | undefined

  const acknowledge = (group: Group, members: readonly PendingBatch[]) => {
    unanswered = undefined
    commits++
    lastEvent = group.events.at(-1)?.number ?? lastEvent
    for (const [key, change] of group.documents)
      if (change === null) contents.delete(key)
      else contents.set(key, change.held)
    for (const { resolve } of members) resolve()
  }

  const fail = (members: readonly PendingBatch[], error: unknown) => {
    // All callers are rejected before a new change can be built on the state that is being rolled back.
    failing = error
    for (const { reject } of [...members, ...pending.splice(0)]) reject(error)
    queueMicrotask(() => {
      failing = undefined
    })
  }

  const store = async (lease: Lease) => {
    const members = takeGroup(pending)
    let group: Group
    try {
      group = groupOf(
        members.map(({ batch }) => batch),
        contents,
      )
      unanswered = group
      await storeGroup(lease, group, commits + 1)
    } catch (error) {
      reconnecting.dropConnection(lease, error)
      fail(members, error)
      return
    }
    const before = lastEvent
    acknowledge(group, members)
    // If it fails, the next trim deletes these, too.
    if (isTrimDue(before, lastEvent))
      await trimEvents(lease.connection.query, lastEvent - retainedEvents).catch(() => undefined)
  }

  /** Never rejects: nobody waits for it. */
  const drain = async () => {
    if (isDraining) return
    isDraining = true
    try {
      for (let lease = reconnecting.current(); lease && pending.length > 0; lease = reconnecting.current())
        await store(lease)
    } catch (error) {
      logger.error({ problem: reasonOf(error) }, 'What waits could not be stored')
      fail([], error)
    } finally {
      isDraining = false
    }
  }

  /** After a reconnect: makes the database hold exactly what was acknowledged. */
  const reconcile = async (lease: Lease) => {
    if (unanswered && lease.commits === commits + 1)
      await rollBackGroup(lease, unanswered, contents, { commits, lastEvent })
    else if (lease.commits !== commits)
      throw new LeaseLostError(
        'The database does not hold what it held before the connection was lost: start this server again',
      )
    unanswered = undefined
  }

  const reconnecting = createReconnectingLease({
    firstLease,
    async reacquire() {
      const lease = await reacquire()
      try {
        await reconcile(lease)
        return lease
      } catch (error) {
        await lease.connection.end()
        throw error
      }
    },
    onReconnect: drain,
    onFailure: (error) => fail([], error),
    logger,
  })

  return {
    commit: (batch) =>
      new Promise((resolve, reject) => {
        const reason = failing ?? reconnecting.unavailableReason()
        if (reason !== undefined) return reject(reason)
        pending.push({ batch, resolve, reject })
        void drain()
      }),
    lastEvent: () => lastEvent,
    lease: reconnecting.current,
    unavailableReason: () => reconnecting.unavailableReason()?.message,
    async close() {
      // A change whose caller got a failure must not be there at the next start.
      if (unanswered) await reconnecting.tryNow()
      if (unanswered)
        logger.error(
          {},
          'The database did not say whether the last changes, which were refused, are stored: the next start shows it',
        )
      await reconnecting.close()
    },
  }
}

/** Takes the batches that wait, as many as fit into a group. */
const takeGroup = (pending: PendingBatch[]): PendingBatch[] => {
  let size = 0
  const end = pending.findIndex(({ batch }) => {
    size += batch.puts.reduce((sum, put) => sum + sizeOf(put), 0)
    return size > maxGroupLength
  })
  return pending.splice(0, end === -1 ? pending.length : Math.max(1, end))
}

const isTrimDue = (before: number, now: number) =>
  Math.floor(before / trimBatchSize) < Math.floor(now / trimBatchSize)
