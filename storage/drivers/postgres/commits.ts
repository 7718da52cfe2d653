import type { Batch } from '../../driver'
import type { Logger } from '../../loading'
import { type Group, groupOf, storeGroup, takeBack } from './group'
import { createHold } from './hold'
import { type Ownership, TakenOverError } from './ownership'
import { trimEvents } from './stored'

/** A group is full at this size, in characters. */
const groupSize = 8 * 1024 * 1024
/** As many events as the contract promises are kept; older ones go a thousand at a time. */
const keptEvents = 10_000
const trimmedTogether = 1000

interface Settings {
  first: Ownership
  retake(): Promise<Ownership>
  /** Every document that the database holds. It follows what is stored. */
  contents: Map<string, string>
  /** The number of the last event that the database holds. */
  lastEvent: number
  logger: Logger
}

export interface Commits {
  /** Stores a batch; resolves when it is durable. */
  commit(batch: Batch): Promise<void>
  /** The number of the last durable event. */
  lastEvent(): number
  /** The database, while it is at hand. */
  now(): Ownership | undefined
  close(): Promise<void>
}

interface Waiting {
  batch: Batch
  resolve(): void
  reject(error: unknown): void
}

/**
 * Stores batches in their order: what comes in while one statement runs goes with the next. If one fails, for
 * whatever reason, so does everything that waits, and the connection is made anew: that tells what became of it.
 */
export const createCommits = ({ first, retake, contents, lastEvent, logger }: Settings): Commits => {
  let { commits } = first
  const waiting: Waiting[] = []
  let isRunning = false
  let failing: unknown
  /** Sent, but not answered: nobody knows whether it is stored. */
  let unanswered: Group | undefined

  const settle = (group: Group, members: readonly Waiting[]) => {
    unanswered = undefined
    commits++
    lastEvent = group.events.at(-1)?.number ?? lastEvent
    for (const [key, json] of group.documents)
      if (json === null) contents.delete(key)
      else contents.set(key, json)
    for (const { resolve } of members) resolve()
  }

  const fail = (members: readonly Waiting[], error: unknown) => {
    // Whoever waits is told before anybody can build on what is about to be undone.
    failing = error
    for (const { reject } of [...members, ...waiting.splice(0)]) reject(error)
    queueMicrotask(() => {
      failing = undefined
    })
  }

  const store = async (ownership: Ownership) => {
    const members = takeSome(waiting)
    const group = groupOf(members.map(({ batch }) => batch))
    unanswered = group
    try {
      await storeGroup(ownership, group, commits + 1)
    } catch (error) {
      hold.lose(ownership, error)
      fail(members, error)
      return
    }
    const before = lastEvent
    settle(group, members)
    // If it fails, the next time does its work.
    if (isTimeToTrim(before, lastEvent))
      await trimEvents(ownership.session.query, lastEvent - keptEvents).catch(() => undefined)
  }

  const run = async () => {
    if (isRunning) return
    isRunning = true
    for (let ownership = hold.now(); ownership && waiting.length > 0; ownership = hold.now())
      await store(ownership)
    isRunning = false
  }

  /** Makes sure that the database holds what its callers were told, no less and no more. */
  const reconcile = async (ownership: Ownership) => {
    if (unanswered && ownership.commits === commits + 1)
      await takeBack(ownership, unanswered, contents, { commits, lastEvent })
    else if (ownership.commits !== commits)
      throw new TakenOverError(
        'The database does not hold what it held before the connection was lost: start this server again',
      )
    unanswered = undefined
  }

  const hold = createHold({
    first,
    async retake() {
      const ownership = await retake()
      try {
        await reconcile(ownership)
        return ownership
      } catch (error) {
        await ownership.session.end()
        throw error
      }
    },
    onBack: run,
    onFailure: (error) => fail([], error),
    logger,
  })

  return {
    commit: (batch) =>
      new Promise((resolve, reject) => {
        const obstacle = failing ?? hold.obstacle()
        if (obstacle !== undefined) return reject(obstacle)
        waiting.push({ batch, resolve, reject })
        run()
      }),
    lastEvent: () => lastEvent,
    now: hold.now,
    close: hold.close,
  }
}

/** Takes the batches that wait, as many as fit into a group. */
const takeSome = (waiting: Waiting[]): Waiting[] => {
  let size = 0
  const end = waiting.findIndex(({ batch }) => {
    size += batch.puts.reduce((sum, { json }) => sum + json.length, 0)
    return size > groupSize
  })
  return waiting.splice(0, end === -1 ? waiting.length : Math.max(1, end))
}

const isTimeToTrim = (before: number, now: number) =>
  Math.floor(before / trimmedTogether) < Math.floor(now / trimmedTogether)
