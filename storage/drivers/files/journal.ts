import { closeSync, fdatasync, ftruncateSync, openSync, writeSync } from 'node:fs'
import type { Batch } from '../../driver'
import type { LoggedEvent } from '../../event'
import { batchLine, eventsOf, flushedLine } from './journal-lines'
import { dropSegment, readLines, readSegment, type Segment, segmentAfter } from './segments'

/** A segment is closed at this size, in bytes: small enough to be read in some 10 ms. */
const segmentBytes = 4 * 1024 * 1024
/** How many of the last events are kept for those who catch up. */
const keptEvents = 10_000

interface Settings {
  directory: string
  /** Also wait until the disk has it: survives a power failure. */
  strict: boolean
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
 * while the disk syncs, are written together. After a failed write the file is cut back to what it held, and
 * everything that waits fails.
 */
export const openJournal = ({
  directory,
  strict,
  segments,
  lastBatch,
  lastEvent,
  flushed,
}: Settings): Journal => {
  let waiting: Waiting[] = []
  let scheduled = false
  let failing: unknown
  let file: { descriptor: number; bytes: number } | undefined

  const openSegment = (): { descriptor: number; bytes: number } => {
    const segment = segmentAfter(directory, lastBatch, lastEvent)
    if (segments.at(-1)?.path !== segment.path) segments.push(segment)
    file = { descriptor: openSync(segment.path, 'w'), bytes: 0 }
    write(flushedLine(flushed, lastEvent))
    return file
  }

  const closeSegment = () => {
    if (file) closeSync(file.descriptor)
    file = undefined
  }

  const write = (text: string) => {
    const target = file ?? openSegment()
    const bytes = Buffer.from(text)
    try {
      for (let written = 0; written < bytes.length; )
        written += writeSync(
          target.descriptor,
          bytes,
          written,
          bytes.length - written,
          target.bytes + written,
        )
    } catch (error) {
      cutBack(target)
      throw error
    }
    target.bytes += bytes.length
  }

  /** A file that cannot even be cut is left behind: what is torn at its end is not read again. */
  const cutBack = (target: { descriptor: number; bytes: number }) => {
    try {
      ftruncateSync(target.descriptor, target.bytes)
    } catch {
      closeSegment()
    }
  }

  const fail = (group: Waiting[], error: unknown) => {
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
    const before = { batch: lastBatch, event: lastEvent, bytes: file?.bytes }
    const takeBack = () => {
      lastBatch = before.batch
      lastEvent = before.event
    }
    try {
      const lines = group.map(({ batch }) => {
        lastEvent = batch.events.at(-1)?.number ?? lastEvent
        return batchLine(++lastBatch, lastEvent, batch)
      })
      // A new segment is named after what came before this group.
      if (!file) {
        const after = { batch: lastBatch, event: lastEvent }
        takeBack()
        openSegment()
        lastBatch = after.batch
        lastEvent = after.event
      }
      write(lines.join(''))
    } catch (error) {
      takeBack()
      fail(group, error)
      return
    }
    if (!strict || !file) {
      settle(group, before.batch + 1)
      return
    }
    const synced = file
    scheduled = true
    fdatasync(synced.descriptor, (error) => {
      scheduled = false
      if (!error) return settle(group, before.batch + 1)
      takeBack()
      synced.bytes = before.bytes ?? 0
      cutBack(synced)
      fail(group, error)
    })
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
        write(flushedLine(batch, lastEvent))
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
