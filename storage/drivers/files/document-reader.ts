import { lstatSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { withoutByteOrderMark } from '../../../schemas/json-text'
import { cannotBeRead } from '../../driver'
import type { Logger } from '../../loading'
import { reasonOf } from '../../reason'
import { copyReason } from './copies'
import { findFiles, isFileThere, readDocument, readPlain } from './document-files'
import { pathOfKey } from './document-paths'
import { watchCopies } from './new-copies'

/** How long after an attempt to read what could not be read the next one begins. */
const retryDelayMs = 1000
/** What can be read again is passed on together, but not later than this. */
const maxCollectingMs = 250

interface DocumentReaderOptions {
  directory: string
  logger: Logger
  /** The document in a file that could not be read until now, and holds this text, or is gone (null). */
  complete(key: string, text: string | null): string | null
  /** These documents could not be read, and can be. They are refused to be changed until `release` is called. */
  onReadable(texts: ReadonlyMap<string, string>, release: () => void): void
}

/** Reads documents' files, and watches over those that cannot be read, or are not to be touched. */
export interface DocumentReader {
  /** The keys of all files that are documents by their names. */
  keys(): string[]
  /** The text of a document, null if there is none. Throws if it cannot be read now; that is tried again. */
  read(key: string): string | null
  /** The same; undefined if it cannot be read now. */
  readIfPossible(key: string): string | null | undefined
  /** Leaves a document as it is, for a reason that `problems` tells; returns its path. */
  leave(key: string, reason: string): string
  /** Why a document may not be changed; undefined if it may be. */
  refusal(key: string): string | undefined
  /** Why a document of this kind and id, if there is one, cannot be read now. */
  unreadable(kind: string, id: string): string | undefined
  /** Why a document under this key, or under one that begins so if it ends with `:`, cannot be read now. */
  unreadableUnder(prefix: string): string | undefined
  /** What is left where it is, with the reason, for `DriverStatus`. */
  problems(): { file: string; reason: string }[]
  stop(): void
}

export const createDocumentReader = ({
  directory,
  logger,
  complete,
  onReadable,
}: DocumentReaderOptions): DocumentReader => {
  /** Why documents cannot be read, by key. */
  const unreadable = new Map<string, string>()
  /** Those of them that can be read, and are not taken in yet. */
  const offered = new Set<string>()
  /** Why documents are left as they are, by key. */
  const left = new Map<string, string>()
  /** Other files that are left, by path. */
  const others = new Map<string, string>()
  /** The keys of files that were found in this turn: at the next one they may be something else. */
  let plain: ReadonlySet<string> = new Set()
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  const note = (key: string, error: unknown) => {
    const file = pathOfKey(directory, key)
    if (!unreadable.has(key))
      logger.error(
        { file, reason: reasonOf(error) },
        'A document cannot be read now: its file is left as it is, it is not changed, and reading is tried again',
      )
    unreadable.set(key, reasonOf(error))
    timer ??= setTimeout(retryAll, retryDelayMs).unref()
  }

  /** One after the other, and not in this thread: on a disk that is away, each may take its time to fail. */
  const retryAll = async () => {
    let texts = new Map<string, string>()
    let since = performance.now()
    for (const key of [...unreadable.keys()].filter((key) => !offered.has(key))) {
      const text = await retry(key)
      if (stopped) return
      if (typeof text === 'string') texts.set(key, text)
      if (performance.now() - since < maxCollectingMs) continue
      offer(texts)
      texts = new Map()
      since = performance.now()
    }
    offer(texts)
    timer = unreadable.size > 0 ? setTimeout(retryAll, retryDelayMs).unref() : undefined
  }

  const offer = (texts: ReadonlyMap<string, string>) => {
    if (texts.size === 0) return
    for (const key of texts.keys()) offered.add(key)
    onReadable(texts, () => {
      for (const key of texts.keys()) {
        offered.delete(key)
        unreadable.delete(key)
      }
    })
  }

  /** The document, null if it is gone; undefined if it still cannot be read. */
  const retry = async (key: string): Promise<string | null | undefined> => {
    const file = pathOfKey(directory, key)
    try {
      const text = isFileThere(file) ? withoutByteOrderMark(await readFile(file, 'utf8')) : null
      if (stopped) return undefined
      const document = complete(key, text)
      if (document === null) unreadable.delete(key)
      logger.warn(
        { file },
        document === null ? 'A document that could not be read is gone' : 'A document can be read again',
      )
      return document
    } catch (error) {
      unreadable.set(key, reasonOf(error))
      return undefined
    }
  }

  const read = (key: string): string | null => {
    try {
      return (plain.has(key) ? readPlain(directory, key) : undefined) ?? readDocument(directory, key)
    } catch (error) {
      note(key, error)
      throw error
    }
  }

  const refusal = (key: string): string | undefined => {
    const reason = unreadable.get(key)
    if (reason !== undefined)
      return `${pathOfKey(directory, key)} cannot be read now (${reason}): mend that path, it is then read by itself`
    return left.has(key) ? `${pathOfKey(directory, key)} is another program's: ${left.get(key)}` : undefined
  }

  const problem = (key: string, reason: string) => ({ file: nameOf(pathOfKey(directory, key)), reason })
  const nameOf = (path: string) => relative(directory, path)

  const leaveOther = (path: string, reason: string) => {
    if (!others.has(path))
      logger.warn({ file: path, reason }, 'A file beside the documents is left where it is')
    others.set(path, reason)
  }

  const stopWatching = watchCopies(directory, (path) => leaveOther(path, copyReason))

  return {
    keys() {
      const found = findFiles(directory)
      for (const { path, reason } of found.others) leaveOther(path, reason)
      plain = found.plain
      setImmediate(() => {
        plain = new Set()
      })
      return found.keys
    },
    read,
    readIfPossible(key) {
      try {
        return read(key)
      } catch {
        return undefined
      }
    },
    leave(key, reason) {
      left.set(key, reason)
      return pathOfKey(directory, key)
    },
    unreadable(kind, id) {
      for (const key of unreadable.keys())
        if (key.startsWith(`${kind}:`) && key.endsWith(`:${id}`)) return refusal(key)
      return undefined
    },
    unreadableUnder(prefix) {
      for (const key of unreadable.keys())
        if (key === prefix || (prefix.endsWith(':') && key.startsWith(prefix))) return refusal(key)
      return undefined
    },
    refusal,
    problems: () => [
      ...[...unreadable].map(([key, reason]) => problem(key, `${cannotBeRead}: ${reason}`)),
      ...[...left]
        .filter(([key]) => isThere(pathOfKey(directory, key)))
        .map(([key, reason]) => problem(key, reason)),
      ...[...others]
        .filter(([path]) => isThere(path))
        .map(([path, reason]) => ({ file: nameOf(path), reason })),
    ],
    stop() {
      stopped = true
      clearTimeout(timer)
      stopWatching()
    },
  }
}

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined
