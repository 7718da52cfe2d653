import { mkdirSync, renameSync, statfsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { isObject } from '../../../schemas/fields'
import { parseJson } from '../../../schemas/json-text'
import type { DriverStatus, Put, WorkspaceDriver } from '../../driver'
import type { Logger } from '../../loading'
import {
  type DocumentWriter,
  isDocumentKey,
  listKeys,
  pathOfKey,
  prepareFolders,
  readDocument,
  writeDocuments,
} from './document-files'
import { openJournal } from './journal'
import { type Lock, lockDirectory } from './lock'
import { createLostDocuments, isLost } from './lost-documents'
import { recoverJournal, replay } from './recovery'
import { createUnwritten } from './unwritten'

interface Settings {
  /** Where the documents are: made if it is not there. */
  directory: string
  /** `strict` also waits for the disk. */
  durability: 'process' | 'strict'
  /** What writes the documents; default: this thread. */
  writer?: DocumentWriter
  logger: Logger
  /** The time, in Unix milliseconds. */
  clock: () => number
}

/**
 * One JSON file a document, for people and other programs, behind a journal: a change is durable when its line
 * is in the journal, and the files follow within 100 ms. Takes the directory for itself; throws
 * `DirectoryLockedError` if another server has it.
 */
export const filesDriver = ({ directory, durability, writer, logger, clock }: Settings): WorkspaceDriver => {
  const strict = durability === 'strict'
  mkdirSync(directory, { recursive: true })
  const lock = lockDirectory(directory)
  try {
    return openLocked(directory, strict, writer ?? inThisThread(directory, strict), lock, logger, clock)
  } catch (error) {
    lock.release()
    throw error
  }
}

const inThisThread = (directory: string, strict: boolean): DocumentWriter => ({
  write: async (changes) => writeDocuments(directory, changes, strict),
  close: async () => undefined,
})

const openLocked = (
  directory: string,
  strict: boolean,
  writer: DocumentWriter,
  lock: Lock,
  logger: Logger,
  clock: () => number,
): WorkspaceDriver => {
  let lost: Error | undefined
  lock.onLost((pid) => {
    lost = new Error(`${directory} was taken over by ${pid === null ? 'another server' : `process ${pid}`}`)
    logger.error({ directory, pid }, 'The data directory was taken over: nothing more is written to it')
  })
  prepareFolders(directory)
  const journalFolder = join(directory, '.journal')
  const recovered = recoverJournal(journalFolder, (details) =>
    logger.error(details, 'A line of the journal is damaged and is left out'),
  )
  const journal = openJournal({
    directory: journalFolder,
    strict,
    obstacle: () => lost ?? unwritten.failure(),
    ...recovered,
  })
  /** The last batch whose documents the files are to follow: one that still syncs is not yet among them. */
  let handedOver = recovered.lastBatch
  const unwritten = createUnwritten({
    writer: { ...writer, write: (changes) => (lost ? Promise.reject(lost) : writer.write(changes)) },
    lastBatch: () => handedOver,
    onWritten: journal.markFlushed,
    onFailure: (error) => logger.error({ err: error }, 'Documents could not be written; it is tried again'),
  })
  const findLost = createLostDocuments(journalFolder)
  const quarantined: DriverStatus['quarantined'][number][] = []

  const quarantine = (key: string, reason: string): string => {
    const path = pathOfKey(directory, key)
    const aside = `${path}.corrupt-${clock()}`
    renameSync(path, aside)
    quarantined.push({ file: relative(directory, aside), reason })
    return aside
  }

  /** The document that a journaled growth builds on. A file that is none is set aside: what grew is kept. */
  const grownFrom = (key: string): string | null => {
    try {
      const text = readDocument(directory, key)
      if (text !== null && !isObject(parseJson(text))) throw new Error('it is not a JSON object')
      return text
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      const file = quarantine(key, reason)
      logger.error({ file, reason }, 'A stored document cannot be read and was set aside')
      return null
    }
  }

  // What a crash kept from the files is served from memory at once, and the files follow as always.
  for (const [key, steps] of recovered.changes)
    unwritten.add(
      key,
      replay(steps, () => grownFrom(key)),
    )

  const store = async (
    puts: readonly Put[],
    removes: readonly string[],
    events: Parameters<typeof journal.append>[0]['events'],
  ) => {
    for (const key of [...puts.map((put) => put.key), ...removes]) pathOfKey(directory, key)
    handedOver = await journal.append({ puts, removes, events })
    for (const { key, json } of puts) unwritten.add(key, json)
    for (const key of removes) unwritten.add(key, null)
  }

  const read = (key: string): string | null => {
    if (!isDocumentKey(key)) return null
    const waiting = unwritten.get(key)
    if (waiting !== undefined) return waiting
    const text = readDocument(directory, key)
    const found = text !== null && isLost(text) ? findLost(key) : null
    if (found === null) return text
    logger.warn({ key }, 'A power failure left an empty file; the journal had what belongs in it')
    unwritten.add(key, found)
    return found
  }

  return {
    name: 'maestro-files',
    options: { directory },
    getItem: read,
    hasItem: (key) => read(key) !== null,
    getKeys() {
      const keys = new Set(listKeys(directory))
      for (const [key, json] of unwritten.keys()) {
        if (json === null) keys.delete(key)
        else keys.add(key)
      }
      return [...keys]
    },
    setItem: (key, value) => store([{ key, json: JSON.stringify(JSON.parse(value)) }], [], []),
    removeItem: (key) => (isDocumentKey(key) ? store([], [key], []) : undefined),
    commit: ({ puts, removes, events }) => store(puts, removes, events),
    log: {
      last: journal.lastEvent,
      since: journal.eventsSince,
    },
    quarantine,
    flush: unwritten.flush,
    status: () => ({ quarantined, freeBytes: freeBytes(directory) }),
    async dispose() {
      try {
        await unwritten.flush()
      } finally {
        unwritten.stop()
        journal.close()
        await writer.close()
        lock.release()
      }
    },
  }
}

const freeBytes = (directory: string): number | null => {
  try {
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize
  } catch {
    return null
  }
}
