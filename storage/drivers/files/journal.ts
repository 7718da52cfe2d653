import type { Batch } from '../../driver'
import type { LoggedEvent } from '../../event'
import { batchLine, eventsOf, flushedLine } from './journal-lines'
import { createLineBuffer } from './line-buffer'
import { createSegmentFile, type SegmentFile } from './segment-file'
import { dropSegment, readLines, readSegment, type Segment, segmentAfter } from './segments'

/** A segment is closed at this size, in bytes: small enough to be read in some 10 ms. */
const segmentBytes = 4 * 1024 * 1024
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
  lastBatch(): number
  lastEvent(): number
  eventsSince(number: number): LoggedEvent[] | undefined
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

  const append = (target: SegmentFile) => {
    try {
      target.append(lines.bytes())
    } finally {
      lines.clear()
    }
  }

  const openSegment = (): SegmentFile => {
    const segment = segmentAfter(directory, lastBatch, lastEvent)
    const opened = createSegmentFile(segment.path)
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

  const settle = (group: Waiting[], firstBatch: number) => {
    for (const [index, { resolve }] of group.entries()) resolve(firstBatch + index)
    if (file && file.bytes >= segmentBytes) closeSegment()
    schedule()
  }

  const writeWaiting = () => {
    scheduled = false
    const group = waiting
    waiting = []
    const before = { batch: lastBatch, event: lastEvent }
    const takeBack = (error: unknown) => {
      lastBatch = before.batch
      lastEvent = before.event
      fail(group, error)
    }
    try {
      if (obstacle() !== undefined) throw obstacle()
      const target = file ?? openSegment()
      const bytesBefore = target.bytes
      for (const { batch } of group) {
        lastEvent = batch.events.at(-1)?.number ?? lastEvent
        lines.add(batchLine(++lastBatch, lastEvent, batch))
      }
      append(target)
      if (!strict) return settle(group, before.batch + 1)
      scheduled = true
      target.sync(bytesBefore, (error) => {
        scheduled = false
        if (error) takeBack(error)
        else settle(group, before.batch + 1)
      })
    } catch (error) {
      takeBack(error)
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
    lastBatch: () => lastBatch,
    lastEvent: () => lastEvent,
    eventsSince(number) {
      const first = segments[0]?.eventBefore ?? 0
      if (number > lastEvent || number < first) return undefined
      return segments
        .filter((_, index) => (segments[index + 1]?.eventBefore ?? lastEvent) > number)
        .flatMap((segment) => readLines(readSegment(segment)))
        .filter((line) => line.kind === 'batch' && line.lastEvent > number)
        .flatMap(eventsOf)
        .filter((event) => event.number > number)
    },
    close: closeSegment,
  }
}
