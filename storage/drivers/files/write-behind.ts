import type { Batch, Put } from '../../driver'
import { type DocumentText, delayOf } from './document-text'
import type { BlockedPath, DocumentChange } from './write-documents'

const retryDelayMs = 500
/** What would be due so soon is written along: else there would be a write for every few documents. */
const slackMs = 30
/** After so many it is noted how far the files are: a start after a crash writes those once more of which it was not. */
const maxWrittenAtOnce = 250

interface WriteBehindOptions {
  /** Resolves with those that their path does not take; rejects if none can be written. */
  write(changes: readonly DocumentChange[]): Promise<readonly BlockedPath[]>
  /** The number of the last batch whose documents were added. */
  lastBatch(): number
  /** The documents of all batches up to this one are in the files. */
  onCheckpoint(batch: number): void
  onFailure(error: unknown): void
  /** A path begins not to take its document. */
  onBlocked(path: BlockedPath): void
}

/** A write-behind buffer: the documents that are in the journal and not yet in their files. */
export interface WriteBehind {
  /** A document, null if it is removed, undefined if its file is current. */
  get(key: string): DocumentText | null | undefined
  keys(): Iterable<DocumentChange>
  /** All of them as one batch, each whole. */
  asBatch(): Batch
  /** `since`: the first batch of which the file lacks something. */
  add(key: string, document: DocumentText | null, since?: number): void
  /**
   * Resolves when everything added so far is written, but for documents that their path does not take; with `withinMs`, what
   * is due so soon.
   */
  flush(withinMs?: number): Promise<void>
  /** The documents that their path does not take, by key; they are tried again. */
  blocked(): ReadonlyMap<string, BlockedPath>
  /** The error of the last write; undefined if it succeeded. */
  failure(): unknown
  /** Writes nothing more: the next start recovers from the journal what the files lack. */
  stop(): void
}

interface Pending extends DocumentChange {
  since: number
  /** When it is to be written, by the clock of `performance.now()`. */
  dueAt: number
}

/**
 * Writes documents a moment after they change, long ones less often: a debounce whose timer starts with the first change
 * and is not restarted by later ones, so that a document that changes many times within it is written once. After each
 * write, `onCheckpoint` reports how far the files are. To write a document again is idempotent.
 */
export const createWriteBehind = ({
  write: writeFiles,
  lastBatch,
  onCheckpoint,
  onFailure,
  onBlocked,
}: WriteBehindOptions): WriteBehind => {
  const documents = new Map<string, Pending>()
  /** Those that are being written, as long as they are. */
  const underWrite = new Map<string, Pending>()
  const blocked = new Map<string, BlockedPath>()
  let checkpoint = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let timerAt = 0
  let writing: Promise<void> | undefined
  let failure: unknown
  let stopped = false

  const put = (key: string, document: DocumentText | null, since: number, dueAt: number): Pending => {
    const pending = documents.get(key) ?? { key, document, since, dueAt }
    pending.document = document
    pending.since = Math.min(pending.since, since)
    pending.dueAt = Math.min(pending.dueAt, dueAt)
    documents.set(key, pending)
    return pending
  }

  /** What could not be written waits again, unless it has changed meanwhile. */
  const putBack = ({ key, document, since }: Pending) => {
    const later = documents.get(key)
    put(key, later ? later.document : document, since, performance.now() + retryDelayMs)
  }

  const takeDue = (upTo: number): Pending[] => {
    const due: Pending[] = []
    for (const [key, pending] of documents)
      if (pending.dueAt <= upTo) {
        due.push(pending)
        underWrite.set(key, pending)
        documents.delete(key)
      }
    return due
  }

  const writeDue = async (upTo: number) => {
    const batch = lastBatch()
    const due = takeDue(upTo)
    for (let at = 0; at < due.length; at += maxWrittenAtOnce) {
      const part = due.slice(at, at + maxWrittenAtOnce)
      let refused: readonly BlockedPath[]
      try {
        refused = await writeFiles(part)
      } catch (error) {
        underWrite.clear()
        for (const pending of due.slice(at)) putBack(pending)
        if (failure === undefined) onFailure(error)
        failure = error
        throw error
      }
      failure = undefined
      tellBlocked(part, refused)
      tellCheckpoint(batch)
    }
  }

  const tellBlocked = (written: readonly Pending[], refused: readonly BlockedPath[]) => {
    for (const path of refused) {
      const pending = underWrite.get(path.key)
      if (pending) putBack(pending)
      if (!blocked.has(path.key)) onBlocked(path)
    }
    for (const { key } of written) {
      underWrite.delete(key)
      blocked.delete(key)
    }
    for (const path of refused) blocked.set(path.key, path)
  }

  /** What is not written yet, the journal has: it keeps all since then. */
  const tellCheckpoint = (batch: number) => {
    let reached = batch
    for (const { since } of underWrite.values()) reached = Math.min(reached, since - 1)
    for (const { since } of documents.values()) reached = Math.min(reached, since - 1)
    if (reached < checkpoint || (reached === checkpoint && documents.size + underWrite.size > 0)) return
    checkpoint = reached
    onCheckpoint(reached)
  }

  /** One write at a time: changes that come in meanwhile are written by the next. */
  const write = (upTo: number): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    writing ??= writeDue(upTo).finally(() => {
      writing = undefined
      let next = Number.POSITIVE_INFINITY
      for (const { dueAt } of documents.values()) next = Math.min(next, dueAt)
      schedule(next)
    })
    return writing
  }

  const schedule = (at: number) => {
    if (stopped || at === Number.POSITIVE_INFINITY || (timer && timerAt <= at)) return
    clearTimeout(timer)
    timerAt = at
    timer = setTimeout(
      () => {
        timer = undefined
        if (!writing) write(at + slackMs).catch(() => undefined)
      },
      Math.max(0, at - performance.now()),
    )
  }

  return {
    get(key) {
      const pending = documents.get(key) ?? underWrite.get(key)
      return pending?.document
    },
    *keys() {
      yield* [...underWrite.values(), ...documents.values()]
    },
    asBatch() {
      const puts: Put[] = []
      const removes: string[] = []
      for (const [key, { document }] of new Map([...underWrite, ...documents])) {
        if (document) puts.push(putOf(key, document))
        else removes.push(key)
      }
      return { puts, removes, events: [] }
    },
    add(key, document, since = lastBatch()) {
      const { dueAt } = put(key, document, since, performance.now() + delayOf(document))
      if (!writing) schedule(dueAt)
    },
    async flush(withinMs = Number.POSITIVE_INFINITY) {
      const upTo = performance.now() + withinMs
      if (writing) await writing
      if (documents.size > 0) await write(upTo)
    },
    blocked: () => blocked,
    failure: () => failure,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

const putOf = (key: string, document: DocumentText): Put => ({
  key,
  get json() {
    return document.json
  },
  ...(document.parts && { parts: document.parts }),
})
