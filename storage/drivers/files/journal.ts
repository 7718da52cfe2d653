import type { Batch } from '../../driver'
import type { LoggedEvent } from '../../event'
import { coalesceReads } from './coalesced-reads'
import { readEvents } from './event-log'
import { batchLine, flushedLine } from './journal-lines'
import { createLineBuffer } from './line-buffer'
import { createSegmentFile, type SegmentFile } from './segment-file'
import { dropSegment, type Segment, segmentAfter } from './segments'

/** A segment is closed at this size, in bytes: small enough to be read in some 10 ms. */
const segmentBytes = 4 * 1024 * 1024
/** At rest, a segment of this size is closed too, in bytes: the next start has less to read. */
const segmentBytesAtRest = 256 * 1024
/** How many of the last events are kept for those who catch up. */
const keptEvents = 10_000

interface Settings {
  directory: string
  /** Also wait until the disk has it: survives a power failure. */
  strict: boolean
  /** What speaks against writing anything now; undefined if nothing does. */
  obstacle(): unknown
  segments: Segment[]
  lastBatch: number
  lastEvent: number
  /** The last batch that stands in the files. */
  flushed: number
}

/** The append-only log of every change and event. */
export interface Journal {
  /** Adds a batch; resolves with its number when it is durable. */
  append(batch: Batch): Promise<number>
  /** Notes that everything up to a batch stands in the files; segments that nobody needs go. */
  markFlushed(batch: number): void
  /** The number of the last durable event. */
  lastEvent(): number
  /** The durable events after this number; undefined if they are not all there: too old, to come, or damaged. */
  eventsSince(number: number): Promise<LoggedEvent[] | undefined>
  close(): void
}

interface Waiting {
  batch: Batch
  resolve(number: number): void
  reject(error: unknown): void
}

/**
 * Opens the journal for writing, in a new segment. Batches that come in during one turn of the event loop, or
 * while the disk syncs, are written together. If a write fails, everything that waits fails with it.
 */
export const openJournal = ({
  directory,
  strict,
  obstacle,
  segments,
  lastBatch,
  lastEvent,
  flushed,
}: Settings): Journal => {
  const lines = createLineBuffer()
  let waiting: Waiting[] = []
  let scheduled = false
  let failing: unknown
  let file: SegmentFile | undefined
  const eventsSince = coalesceReads((number) => readEvents([...segments], number, lastEvent))

  const append = (target: SegmentFile) => {
    try {
      target.append(lines.bytes())
    } finally {
      lines.clear()
    }
  }

  const openSegment = (): SegmentFile => {
    const segment = segmentAfter(directory, lastBatch, lastEvent)
    const opened = createSegmentFile(segment.path, strict)
    if (segments.at(-1)?.path !== segment.path) segments.push(segment)
    file = opened
    lines.add(flushedLine(flushed, lastEvent))
    append(opened)
    return opened
  }

  const closeSegment = () => {
    file?.close()
    file = undefined
  }

  const fail = (group: Waiting[], error: unknown) => {
    if (file?.isTorn()) closeSegment()
    // Whoever waits is told before anybody can build on what is about to be undone.
    failing = error
    setImmediate(() => {
      failing = undefined
    })
    for (const { reject } of [...group, ...waiting]) reject(error)
    waiting = []
  }

  const settle = (group: Waiting[]) => {
    for (const { batch, resolve } of group) {
      lastEvent = batch.events.at(-1)?.number ?? lastEvent
      resolve(++lastBatch)
    }
    if (file && file.bytes >= segmentBytes) closeSegment()
    schedule()
  }

  const writeWaiting = () => {
    scheduled = false
    const group = waiting
    waiting = []
    try {
      if (obstacle() !== undefined) throw obstacle()
      const target = file ?? openSegment()
      const bytesBefore = target.bytes
      let number = lastBatch
      let event = lastEvent
      for (const { batch } of group) {
        event = batch.events.at(-1)?.number ?? event
        lines.add(batchLine(++number, event, batch))
      }
      append(target)
      if (!strict) return settle(group)
      scheduled = true
      target.sync(bytesBefore, (error) => {
        scheduled = false
        if (error) fail(group, error)
        else settle(group)
      })
    } catch (error) {
      fail(group, error)
    }
  }

  const schedule = () => {
    if (scheduled || waiting.length === 0) return
    scheduled = true
    setImmediate(writeWaiting)
  }

  return {
    append: (batch) =>
      new Promise((resolve, reject) => {
        if (failing !== undefined) return reject(failing)
        waiting.push({ batch, resolve, reject })
        schedule()
      }),
    markFlushed(batch) {
      flushed = batch
      try {
        const target = file ?? openSegment()
        lines.add(flushedLine(batch, lastEvent))
        append(target)
        if (batch === lastBatch && waiting.length === 0 && !scheduled && target.bytes >= segmentBytesAtRest) {
          closeSegment()
          openSegment()
        }
      } catch {
        // Without the note, a start after a crash writes some files once more.
      }
      const isNeeded = (_: Segment, index: number): boolean => {
        const next = segments[index + 1]
        return !next || next.batchBefore > batch || next.eventBefore > lastEvent - keptEvents
      }
      for (const segment of segments.filter((segment, index) => !isNeeded(segment, index)))
        dropSegment(segment)
      segments = segments.filter(isNeeded)
    },
    lastEvent: () => lastEvent,
    async eventsSince(number) {
      const isKnown = number >= (segments[0]?.eventBefore ?? lastEvent) && number <= lastEvent
      return isKnown ? eventsSince(number) : undefined
    },
    close: closeSegment,
  }
}
