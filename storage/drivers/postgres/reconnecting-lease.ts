import type { Logger } from '../../loading'
import { reasonOf } from './connection'
import { type Lease, LeaseLostError } from './lease'

/** So often an idle connection is asked whether it is still there: one that is cut silently says nothing. */
const heartbeatMs = 10_000
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
  /** While the connection is lost: waits for the attempt to reconnect that is under way, or makes the next one now. */
  tryNow(): Promise<void>
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
  /** The attempt to reconnect that is under way. */
  let attempt: Promise<void> | undefined
  const heartbeat = setInterval(() => {
    const lease = currentLease
    lease?.connection.query('SELECT 1').catch((error) => dropConnection(lease, error))
  }, heartbeatMs)
  heartbeat.unref()
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

  const reconnect = (retryDelayMs: number): Promise<void> => {
    const made = connectAgain(retryDelayMs).finally(() => {
      if (attempt === made) attempt = undefined
    })
    attempt = made
    return made
  }

  /** Never rejects: often nobody waits for it. */
  const connectAgain = async (retryDelayMs: number): Promise<void> => {
    try {
      const lease = await reacquire()
      adopt(lease)
      if (isClosed) return await close()
      unavailableReason = undefined
      logger.warn({}, 'The connection to the database is back')
      onReconnect()
    } catch (error) {
      if (!isClosed) fail(error instanceof Error ? error : new Error(String(error)), retryDelayMs)
    }
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

  const tryNow = async () => {
    if (currentLease || unavailableReason instanceof LeaseLostError) return
    clearTimeout(timer)
    await (attempt ?? reconnect(minRetryDelayMs))
  }

  const close = async () => {
    isClosed = true
    unavailableReason = new Error('the database is closed')
    clearTimeout(timer)
    clearInterval(heartbeat)
    const lease = currentLease
    currentLease = undefined
    await lease?.connection.end()
  }

  adopt(firstLease)
  return {
    current: () => currentLease,
    unavailableReason: () => unavailableReason,
    dropConnection,
    tryNow,
    close,
  }
}
