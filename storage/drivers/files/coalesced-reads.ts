import type { LoggedEvent } from '../../event'

/** Reads the events after a number; undefined if they are not all there. */
type Read = (since: number) => Promise<LoggedEvent[] | undefined>

interface PendingRead {
  /** The lowest number that a caller asked from. It may still fall until the read begins. */
  since: number
  events: ReturnType<Read>
}

/**
 * Wraps `read` so that one read runs at a time, and callers that come in meanwhile share the next: fifty clients
 * that reconnect at once cost hardly more than one. The numbers must be of events that exist.
 */
export const coalesceReads = (read: Read): Read => {
  let latest: Promise<unknown> = Promise.resolve()
  let next: PendingRead | undefined

  const begin = (since: number): PendingRead => {
    const pending: PendingRead = {
      since,
      events: latest.then(() => {
        next = undefined
        return read(pending.since)
      }),
    }
    latest = pending.events.catch(() => undefined)
    return pending
  }

  const eventsSince: Read = async (since) => {
    next ??= begin(since)
    const pending = next
    pending.since = Math.min(pending.since, since)
    const events = await pending.events
    if (events) return events.slice(since - pending.since)
    // Another caller may have asked from too far back: read again, for this one alone.
    return pending.since < since ? eventsSince(since) : undefined
  }
  return eventsSince
}
