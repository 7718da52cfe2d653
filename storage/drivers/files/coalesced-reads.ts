import type { LoggedEvent } from '../../event'

/** Reads the events after a number; undefined if they are not all there. */
type Read = (since: number) => Promise<LoggedEvent[] | undefined>

interface Reading {
  /** The lowest number that somebody asks from. It may still fall until the reading begins. */
  since: number
  events: ReturnType<Read>
}

/**
 * The same, one reading at a time: those who ask while one goes on share the next. So fifty clients that come
 * back at once cost hardly more than one. The numbers have to be of events that there were.
 */
export const coalesceReads = (read: Read): Read => {
  let latest: Promise<unknown> = Promise.resolve()
  let next: Reading | undefined

  const begin = (since: number): Reading => {
    const reading: Reading = {
      since,
      events: latest.then(() => {
        next = undefined
        return read(reading.since)
      }),
    }
    latest = reading.events.catch(() => undefined)
    return reading
  }

  const eventsSince: Read = async (since) => {
    next ??= begin(since)
    const reading = next
    reading.since = Math.min(reading.since, since)
    const events = await reading.events
    if (events) return events.slice(since - reading.since)
    // Perhaps only another asked for too much.
    return reading.since < since ? eventsSince(since) : undefined
  }
  return eventsSince
}
