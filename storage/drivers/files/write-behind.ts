import type { Put } from '../../driver'
import type { BlockedPath, DocumentChange } from './write-documents'

/** The documents' files are written so long after a change; the contract allows 100 ms. */
const debounceMs = 40
const retryDelayMs = 500

/** What makes its text when it is asked for. */
type Document = Pick<Put, 'json'>

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
  /** A document's JSON, null if it is removed, undefined if its file is current. */
  get(key: string): string | null | undefined
  keys(): Iterable<readonly [key: string, document: Document | null]>
  add(key: string, document: Document | null): void
  /** Resolves when everything added so far is written, but for documents that their path does not take. */
  flush(): Promise<void>
  /** The documents that their path does not take, by key; they are tried again. */
  blocked(): ReadonlyMap<string, BlockedPath>
  /** The error of the last write; undefined if it succeeded. */
  failure(): unknown
  /** Writes nothing more: the next start recovers from the journal what the files lack. */
  stop(): void
}

/**
 * Writes documents a moment after they change: a debounce whose timer starts with the first change and is not
 * restarted by later ones, so that a document that changes many times within it is written once. After each
 * write, `onCheckpoint` reports how far the files are. To write a document again is idempotent.
 */
export const createWriteBehind = ({
  write: writeFiles,
  lastBatch,
  onCheckpoint,
  onFailure,
  onBlocked,
}: WriteBehindOptions): WriteBehind => {
  const documents = new Map<string, Document | null>()
  let blocked: ReadonlyMap<string, BlockedPath> = new Map()
  let timer: NodeJS.Timeout | undefined
  let dueAt = 0
  let writing: Promise<void> | undefined
  let failure: unknown
  let stopped = false

  const writeAll = async () => {
    const batch = lastBatch()
    const changes = [...documents]
    let refused: readonly BlockedPath[]
    try {
      refused = await writeFiles(changes.map(([key, document]) => [key, document?.json ?? null]))
    } catch (error) {
      if (failure === undefined) onFailure(error)
      failure = error
      schedule(retryDelayMs)
      throw error
    }
    failure = undefined
    for (const path of refused) if (!blocked.has(path.key)) onBlocked(path)
    blocked = new Map(refused.map((path) => [path.key, path]))
    for (const [key, document] of changes)
      if (documents.get(key) === document && !blocked.has(key)) documents.delete(key)
    // Else the journal is what holds them: it keeps all since then.
    if (blocked.size === 0) onCheckpoint(batch)
  }

  /** One write at a time: changes that come in meanwhile are written by the next. */
  const write = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    writing ??= writeAll().finally(() => {
      writing = undefined
      if (documents.size > 0) schedule(documents.size > blocked.size ? debounceMs : retryDelayMs)
    })
    return writing
  }

  const schedule = (delayMs: number) => {
    const due = performance.now() + delayMs
    if (stopped || (timer && dueAt <= due)) return
    clearTimeout(timer)
    dueAt = due
    timer = setTimeout(() => {
      timer = undefined
      if (!writing) write().catch(() => undefined)
    }, delayMs)
  }

  return {
    get(key) {
      const document = documents.get(key)
      return document === null ? null : document?.json
    },
    keys: () => documents.entries(),
    add(key, document) {
      documents.set(key, document)
      if (!writing) schedule(debounceMs)
    },
    async flush() {
      if (writing) await writing
      if (documents.size > 0) await write()
    },
    blocked: () => blocked,
    failure: () => failure,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
