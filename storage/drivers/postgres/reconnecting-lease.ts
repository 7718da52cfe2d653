import type { Logger } from '../../loading'
import { reasonOf } from './connection'
import { type Lease, LeaseLostError } from './lease'

/** Exponential backoff: the delay before the next attempt to reconnect doubles from the first to the second. */
const minRetryDelayMs = 100
const maxRetryDelayMs = 2000

interface ReconnectingLeaseOptions {
  firstLease: Lease
  /** Connects again. Throws `LeaseLostError` if to try again is no use: another server has had the lease. */
  reacquire(): Promise<Lease>
  /** The lease is ours again. */
  onReconnect(): void
  /** An attempt to reconnect failed: to be tried again, unless it is a `LeaseLostError`. */
  onFailure(error: Error): void
  logger: Logger
}

/** Our lease of the database, with a connection that is made anew when it is lost. */
export interface ReconnectingLease {
  /** Undefined while the connection is lost. */
  current(): Lease | undefined
  /** Why nothing can be stored. Not yet set while the first attempt to reconnect is under way. */
  unavailableReason(): Error | undefined
  /** Closes a connection that does not work, and reconnects. */
  dropConnection(lease: Lease, reason: unknown): void
  close(): Promise<void>
}

export const createReconnectingLease = ({
  firstLease,
  reacquire,
  onReconnect,
  onFailure,
  logger,
}: ReconnectingLeaseOptions): ReconnectingLease => {
  let currentLease: Lease | undefined
  let unavailableReason: Error | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let isClosed = false

  const adopt = (lease: Lease) => {
    currentLease = lease
    lease.connection.onEnd((reason) => dropConnection(lease, reason))
  }

  const dropConnection = (lease: Lease, reason: unknown) => {
    if (currentLease !== lease) return
    currentLease = undefined
    void lease.connection.end()
    if (isClosed) return
    logger.warn({ problem: reasonOf(reason) }, 'The connection to the database is lost')
    void reconnect(minRetryDelayMs)
  }

  const reconnect = async (retryDelayMs: number): Promise<void> => {
    try {
      const lease = await reacquire()
      adopt(lease)
    } catch (error) {
      if (!isClosed) fail(error instanceof Error ? error : new Error(String(error)), retryDelayMs)
      return
    }
    if (isClosed) return close()
    unavailableReason = undefined
    logger.warn({}, 'The connection to the database is back')
    onReconnect()
  }

  const fail = (error: Error, retryDelayMs: number) => {
    const problem = { problem: error.message }
    if (error instanceof LeaseLostError)
      logger.error(problem, 'Nothing can be stored any more: start this server again')
    else {
      if (!unavailableReason)
        logger.error(problem, 'Nothing can be stored until the database is back; it is tried again')
      timer = setTimeout(() => reconnect(Math.min(2 * retryDelayMs, maxRetryDelayMs)), retryDelayMs)
    }
    unavailableReason = error
    onFailure(error)
  }

  const close = async () => {
    isClosed = true
    unavailableReason = new Error('the database is closed')
    clearTimeout(timer)
    const lease = currentLease
    currentLease = undefined
    await lease?.connection.end()
  }

  adopt(firstLease)
  return {
    current: () => currentLease,
    unavailableReason: () => unavailableReason,
    dropConnection,
    close,
  }
}
