import type { DocumentChange, DocumentWriter } from './document-files'

/** The files follow the journal after this time, in milliseconds; the contract allows 100. */
const delay = 40
/** After a failure it is tried again after this time, in milliseconds. */
const retryDelay = 500

interface Settings {
  writer: DocumentWriter
  /** The number of the last batch so far. */
  lastBatch(): number
  /** Everything up to this batch stands in the files. */
  onWritten(batch: number): void
  onFailure(error: unknown): void
}

/** The documents that the journal has and the files do not have yet. */
export interface Unwritten {
  /** A document's JSON, null if it is removed, undefined if the files are current. */
  get(key: string): string | null | undefined
  keys(): Iterable<DocumentChange>
  add(key: string, json: string | null): void
  /** Resolves when everything added so far is written. */
  flush(): Promise<void>
  /** What went wrong the last time; undefined as long as all is well. */
  failure(): unknown
  /** Gives up: what is not written now is written after the next start. */
  stop(): void
}

/** Lets the files follow: what changes several times within a moment is written once. */
export const createUnwritten = ({ writer, lastBatch, onWritten, onFailure }: Settings): Unwritten => {
  const documents = new Map<string, string | null>()
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> | undefined
  let failure: unknown
  let stopped = false

  const writeAll = async () => {
    const batch = lastBatch()
    const changes = [...documents]
    try {
      await writer.write(changes)
    } catch (error) {
      if (failure === undefined) onFailure(error)
      failure = error
      schedule(retryDelay)
      throw error
    }
    failure = undefined
    for (const [key, json] of changes) if (documents.get(key) === json) documents.delete(key)
    onWritten(batch)
  }

  /** One at a time: what comes in meanwhile is the next. */
  const write = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    writing ??= writeAll().finally(() => {
      writing = undefined
      if (documents.size > 0) schedule(delay)
    })
    return writing
  }

  const schedule = (milliseconds: number) => {
    if (stopped) return
    timer ??= setTimeout(() => {
      timer = undefined
      if (!writing) write().catch(() => undefined)
    }, milliseconds)
  }

  return {
    get: (key) => documents.get(key),
    keys: () => documents.entries(),
    add(key, json) {
      documents.set(key, json)
      if (!writing) schedule(delay)
    },
    async flush() {
      if (writing) await writing
      if (documents.size > 0) await write()
    },
    failure: () => failure,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
