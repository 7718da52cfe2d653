import type { Batch, Put } from '../../driver'
import type { LoggedEvent } from '../../event'
import { type BatchTexts, makeBatchTexts } from './batch-texts'
import { coalesceReads } from './coalesced-reads'
import { createDeltaRule } from './delta-rule'
import { lengthOf } from './document-text'
import { readEvents } from './event-log'
import { batchLine, checkpointLine, formatLine } from './journal-lines'
import { LeaseLostError, LockGoneError } from './lease'
import { createLineBuffer } from './line-buffer'
import type { Lock } from './lock'
import { createSegmentFile, type SegmentFile } from './segment-file'
import { dropSegment, listSegments, type Segment, segmentAfter } from './segments'

/** A segment is closed at this size: small enough to be read in some 10 ms. */
const maxSegmentBytes = 4 * 1024 * 1024
/** While nothing is being written, a segment of this size is closed, too: the next start has less to read. */
const maxIdleSegmentBytes = 256 * 1024
/** So much of documents' JSON, in characters, is written together, or one batch if that is larger. */
const maxWriteLength = 8 * 1024 * 1024
/** More bytes are not written in this thread: others would wait for the copying alone. */
const maxBytesInTurn = 1024 * 1024
/** How many of the last events are kept for clients that catch up: the contract promises 10,000. */
const retainedEvents = 10_000

interface JournalOptions {
  directory: string
  /** Also wait for `fdatasync`: a batch then survives a power failure. */
  strict: boolean
  /** The lease of the data directory: looked at before anything is written, and before it is acknowledged. */
  lock: Pick<Lock, 'assertHeld' | 'lease'>
  /** The error with which every batch is refused at present; undefined if batches are taken. */
  blockedBy(): unknown
  segments: Segment[]
  lastBatch: number
  lastEvent: number
  /** The number of the last batch whose documents, and those of all before it, are in the files. */
  lastCheckpoint: number
  maxGroupLength?: number
  /** What was stored and may be in the journal alone: all of it, if that is deleted while it is open. */
  pendingDocuments?(): Batch
  /** It was deleted, and begins anew. */
  onDeleted?(): void
}

/** The append-only log of every change and event: a write-ahead log of the documents' files. */
export interface Journal {
  /** Makes a large batch ready to be added, a part with every step. */
  prepare(batch: Batch): Iterable<void>
  /** Adds a batch; resolves with its number when it is durable. */
  append(batch: Batch): Promise<number>
  /** Records that the documents of all batches up to this one are in the files; deletes segments no longer needed. */
  checkpoint(batch: number): void
  /** Whether the file of a document, as it was last written, survives a power failure: what follows may build on it. */
  noteFile(key: string, isOnDisk: boolean): void
  /** The number of the last durable event. */
  lastEvent(): number
  /** The durable events after this number; undefined if they are not all there: too old, to come, or damaged. */
  eventsSince(number: number): Promise<LoggedEvent[] | undefined>
  close(): void
}

interface PendingBatch {
  batch: Batch
  resolve(number: number): void
  reject(error: unknown): void
}

/**
 * Opens the journal for writing, in a new segment. Group commit: batches that come in during one turn of the
 * event loop, or while the disk syncs, are written together. If a write fails, all waiting batches fail with it.
 */
export const openJournal = ({
  directory,
  strict,
  lock,
  blockedBy,
  segments,
  lastBatch,
  lastEvent,
  lastCheckpoint,
  maxGroupLength = maxWriteLength,
  pendingDocuments,
  onDeleted,
}: JournalOptions): Journal => {
  const lines = createLineBuffer()
  const prepared = new WeakMap<Batch, BatchTexts>()
  let pending: PendingBatch[] = []
  let scheduled = false
  let failing: unknown
  /** Nothing else is added then: after a crash it would stand behind a line that is not whole. */
  let isWritingAside = false
  let file: SegmentFile | undefined
  /** The last one that was written to, open or not. */
  let newest: SegmentFile | undefined
  /** What a deleted journal held is to be written first. */
  let owesPending = false
  const deltas = createDeltaRule(() => segments[0]?.batchBefore ?? lastBatch)
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
    const opened = createSegmentFile(segment.path, strict, lock)
    if (segments.at(-1)?.path !== segment.path) segments.push(segment)
    file = opened
    newest = opened
    lines.add([formatLine])
    lines.add([checkpointLine(lastCheckpoint, lastEvent)])
    append(opened)
    return opened
  }

  const closeSegment = () => {
    file?.close()
    file = undefined
  }

  /**
   * Where to write. People move and delete folders of a running server, and a file that is open can be written to then, for
   * nobody. Throws if the journal is not the one that was written.
   */
  const segmentToWrite = (): SegmentFile => {
    const place = newest?.place() ?? 'itself'
    if (place === 'itself') return file ?? openSegment()
    if (place === 'other' || (place === 'nothing' && listSegments(directory).length > 0))
      throw new Error(
        `${directory} is not as this server left it: put it back as it was, or start this server again`,
      )
    closeSegment()
    if (place === 'nothing') {
      segments = []
      owesPending = true
      onDeleted?.()
    }
    return openSegment()
  }

  const fail = (group: PendingBatch[], error: unknown) => {
    if (file?.isTorn()) closeSegment()
    deltas.forget(group.map(({ batch }) => batch))
    // All callers are rejected before a new change can be built on the state that is being rolled back.
    failing = error
    setImmediate(() => {
      failing = undefined
    })
    for (const { reject } of [...group, ...pending]) reject(error)
    pending = []
  }

  const acknowledge = (group: PendingBatch[]) => {
    owesPending = false
    for (const { batch, resolve } of group) {
      lastEvent = batch.events.at(-1)?.number ?? lastEvent
      resolve(++lastBatch)
    }
    if (file && file.bytes >= maxSegmentBytes) closeSegment()
    schedule()
  }

  /** What was written after another server had read this journal will not be found by anybody. */
  const acknowledgeIfHeld = (group: PendingBatch[], target: SegmentFile, bytesBefore: number) => {
    try {
      lock.assertHeld()
    } catch (error) {
      if (error instanceof LockGoneError) target.truncate(bytesBefore)
      return fail(group, error)
    }
    acknowledge(group)
  }

  const writeGroup = () => {
    scheduled = false
    const group = takeGroup(pending, maxGroupLength)
    try {
      if (blockedBy() !== undefined) throw blockedBy()
      lock.assertHeld()
      const target = segmentToWrite()
      if (owesPending && pendingDocuments) group.unshift(ofNobody(pendingDocuments()))
      const bytesBefore = target.bytes
      let number = lastBatch
      let event = lastEvent
      for (const { batch } of group) {
        event = batch.events.at(-1)?.number ?? event
        const inBatch = ++number
        const deltaOf = (put: Put) => deltas.deltaOf(put, inBatch)
        lines.add(batchLine(inBatch, event, batch, deltaOf, prepared.get(batch)))
      }
      const written = () => {
        if (!strict) return acknowledgeIfHeld(group, target, bytesBefore)
        scheduled = true
        target.sync(bytesBefore, (error) => {
          scheduled = false
          if (error) fail(group, error)
          else acknowledgeIfHeld(group, target, bytesBefore)
        })
      }
      if (lines.bytes().length <= maxBytesInTurn) {
        append(target)
        return written()
      }
      const bytes = lines.take()
      scheduled = true
      isWritingAside = true
      target.appendAside(bytes, (error) => {
        scheduled = false
        isWritingAside = false
        if (error) fail(group, error)
        else written()
      })
    } catch (error) {
      fail(group, error)
    }
  }

  const schedule = () => {
    if (scheduled || pending.length === 0) return
    scheduled = true
    setImmediate(writeGroup)
  }

  return {
    *prepare(batch) {
      prepared.set(batch, yield* makeBatchTexts(batch))
    },
    append: (batch) =>
      new Promise((resolve, reject) => {
        if (failing !== undefined) return reject(failing)
        pending.push({ batch, resolve, reject })
        schedule()
      }),
    checkpoint(batch) {
      lastCheckpoint = batch
      try {
        lock.assertHeld()
        if (newest && newest.place() !== 'itself') return
        const target = file ?? openSegment()
        if (!isWritingAside) {
          lines.add([checkpointLine(batch, lastEvent)])
          append(target)
        }
        if (
          batch === lastBatch &&
          pending.length === 0 &&
          !scheduled &&
          target.bytes >= maxIdleSegmentBytes
        ) {
          closeSegment()
          openSegment()
        }
      } catch (error) {
        if (error instanceof LeaseLostError || error instanceof LockGoneError) return
        // Without this checkpoint, a start after a crash writes some files once more, which is idempotent.
      }
      const isNeeded = (_: Segment, index: number): boolean => {
        const next = segments[index + 1]
        return !next || next.batchBefore > batch || next.eventBefore > lastEvent - retainedEvents
      }
      for (const segment of segments.filter((segment, index) => !isNeeded(segment, index)))
        dropSegment(segment)
      segments = segments.filter(isNeeded)
    },
    noteFile: deltas.noteFile,
    lastEvent: () => lastEvent,
    async eventsSince(number) {
      const isKnown = number >= (segments[0]?.eventBefore ?? lastEvent) && number <= lastEvent
      return isKnown ? eventsSince(number) : undefined
    },
    close: closeSegment,
  }
}

/** A batch that nobody waits for. */
const ofNobody = (batch: Batch): PendingBatch => ({
  batch,
  resolve: () => undefined,
  reject: () => undefined,
})

/** Takes the oldest batches, as many as may be written together. */
const takeGroup = (pending: PendingBatch[], maxLength: number): PendingBatch[] => {
  let length = 0
  const end = pending.findIndex(({ batch }) => {
    for (const put of batch.puts) length += put.appends ? put.appends.head.length : lengthOf(put)
    return length > maxLength
  })
  return pending.splice(0, end === -1 ? pending.length : Math.max(1, end))
}
