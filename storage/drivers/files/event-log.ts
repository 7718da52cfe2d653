import { open } from 'node:fs/promises'
import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import type { LoggedEvent } from '../../event'
import { isMissing } from './error-code'
import { eventsOf, lastEventOf, maxHeaderLength, parseLine } from './journal-lines'
import type { Segment } from './segments'

/** A read yields to the event loop after this time: a long catch-up must not delay other requests. */
const maxTurnMs = 5
/** So much is read first of the end of a segment, then eight times as much: who asks has mostly missed a little. */
const firstTailBytes = 64 * 1024
const tailGrowth = 8

/**
 * The events after number `since`, up to number `upTo`, in order. Undefined if they are not all there: too old,
 * still to come, or damaged.
 */
export const readEvents = async (
  segments: readonly Segment[],
  since: number,
  upTo: number,
): Promise<LoggedEvent[] | undefined> => {
  const first = segments[0]?.eventBefore ?? upTo
  if (since < first || since > upTo) return undefined
  const events: LoggedEvent[] = []
  for (const [index, segment] of segments.entries()) {
    const last = Math.min(upTo, segments[index + 1]?.eventBefore ?? upTo)
    if (last <= since) continue
    const bytes = await endOf(segment.path, since).catch(nothingIfMissing)
    let turnStartedAt = performance.now()
    for (const line of linesBetween(bytes, since, last)) {
      for (const event of eventsOf(line)) if (event.number > since) events.push(event)
      if (performance.now() - turnStartedAt < maxTurnMs) continue
      await yieldToEventLoop()
      turnStartedAt = performance.now()
    }
  }
  const isComplete =
    events.length === upTo - since && events.every(({ number }, at) => number === since + 1 + at)
  return isComplete ? events : undefined
}

/** The end of a segment, with all events after `since`; all of it where a short end does not tell that it has them. */
const endOf = async (path: string, since: number): Promise<Buffer> => {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    for (let length = firstTailBytes; length < size; length *= tailGrowth) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, size - length)
      const start = buffer.indexOf('\n') + 1
      const isFound = start > 0 && lastEventOf(headerAt(buffer, start, bytesRead)) <= since
      if (isFound) return buffer.subarray(start, bytesRead)
    }
    return await file.readFile()
  } finally {
    await file.close()
  }
}

const headerAt = (bytes: Buffer, start: number, end: number): string =>
  bytes.toString('latin1', start, Math.min(end, start + maxHeaderLength))

/** The journal may have deleted the segment meanwhile. */
const nothingIfMissing = (error: unknown): Buffer => {
  if (isMissing(error)) return Buffer.alloc(0)
  throw error
}

/** The lines of a segment with events after `since`, up to `last`. Others are skipped by their header alone. */
function* linesBetween(bytes: Buffer, since: number, last: number) {
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf('\n', start)
    const end = newline === -1 ? bytes.length : newline
    const number = lastEventOf(headerAt(bytes, start, end))
    const line = number > since && number <= last && parseLine(bytes.toString('utf8', start, end))
    if (line && line.type === 'batch') yield line
    start = end + 1
  }
}
