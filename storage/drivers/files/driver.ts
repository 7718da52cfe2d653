import { mkdirSync, renameSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Batch, DriverStatus, WorkspaceDriver } from '../../driver'
import type { Logger } from '../../loading'
import type { Parts } from '../../parts'
import { reasonOf } from '../../reason'
import { createKeyCheck, keysOf } from './batch-keys'
import { isDocumentKey, pathOfKey } from './document-paths'
import { createDocumentReader } from './document-reader'
import { asDocument, documentOfParts, isLong, maxQuickCharacters } from './document-text'
import { createFileSync } from './file-sync'
import { journalFolderOf, readFormat, upgradeFormat } from './format'
import { freeBytes } from './free-bytes'
import { openJournal } from './journal'
import type { StoredChange } from './journal-lines'
import { isBlankFile } from './journal-lookup'
import { LeaseLostError } from './lease'
import { type Lock, lockDirectory } from './lock'
import { privateFolder } from './private-files'
import { recoverJournal } from './recovery'
import { needsBase } from './replay'
import { createRestoration } from './restoration'
import { openSealedDocuments } from './sealed-documents'
import { secretFile } from './secret-file'
import { detachNewestSegment, dropDrafts } from './segments'
import { createWriteBehind } from './write-behind'
import { type DocumentWriter, prepareFolders } from './write-documents'
import { writerInThisThread } from './writer-in-this-thread'

interface FilesDriverOptions {
  /** The data directory: created if it does not exist. */
  directory: string
  /** `process`: a change survives the end of the process; `strict`: a power failure, too. */
  durability: 'process' | 'strict'
  /** Writes the documents' files; default: in this thread. */
  writer?: DocumentWriter
  logger: Logger
  /** The time, in Unix milliseconds. */
  clock: () => number
}

/**
 * One JSON file a document, for people and other programs, behind a journal: a change is durable when its line
 * is in the journal, and the files are written within 100 ms (write-behind). Holds the lease of the directory
 * until it is disposed; throws `DirectoryLockedError` if another server has it, `LaterFormatError` if a later version has
 * written it.
 */
export const filesDriver = ({
  directory,
  durability,
  writer,
  logger,
  clock,
}: FilesDriverOptions): WorkspaceDriver => {
  const strict = durability === 'strict'
  readFormat(directory)
  mkdirSync(directory, privateFolder)
  const lock = lockDirectory(directory)
  try {
    return openLocked(directory, strict, writer ?? writerInThisThread(directory, strict), lock, logger, clock)
  } catch (error) {
    lock.release()
    throw error
  }
}

const openLocked = (
  directory: string,
  strict: boolean,
  writer: DocumentWriter,
  lock: Lock,
  logger: Logger,
  clock: () => number,
): WorkspaceDriver => {
  let lockLost: Error | undefined
  lock.onLost((pid) => {
    lockLost = new LeaseLostError(directory, pid)
    writeBehind?.stop()
    logger.error({ directory, pid }, `Nothing more is written: ${lockLost.message}`)
  })
  upgradeFormat(directory)
  prepareFolders(directory)
  const journalFolder = journalFolderOf(directory)
  dropDrafts(journalFolder)
  if (lock.wasTakenOver) detachNewestSegment(journalFolder)
  const recovered = recoverJournal(journalFolder, (details) =>
    logger.error(details, 'A line of the journal is damaged: its change is left out'),
  )
  const journal = openJournal({
    directory: journalFolder,
    strict,
    lock,
    blockedBy: () => lockLost ?? writeBehind.failure(),
    pendingDocuments: () => writeBehind.asBatch(),
    onDeleted: () =>
      logger.error(
        { directory: journalFolder },
        'The journal was deleted while this server ran: it begins anew with what the files may lack, and clients read everything again',
      ),
    ...recovered,
  })
  /** Files of long documents, of which an earlier run may not have waited until they were on the disk. */
  const toSync = createFileSync(
    (keys) => writer.sync(keys),
    (key) => journal.noteFile(key, true),
  )
  /** Append deltas whose document cannot be read now: until then the journal keeps them. */
  const waiting = new Map<string, readonly StoredChange[]>()
  /** The last batch whose documents are in the write-behind buffer: one that still syncs is not. */
  let lastEnqueuedBatch = recovered.lastBatch
  const writeBehind = createWriteBehind({
    async write(changes) {
      lock.assertHeld()
      const blocked = await writer.write(changes, lock.lease)
      const refused = new Set(blocked.map(({ key }) => key))
      for (const { key, document } of changes)
        if (!refused.has(key)) journal.noteFile(key, document !== null && (strict || isLong(document)))
      return blocked
    },
    lastBatch: () => lastEnqueuedBatch,
    onCheckpoint(batch) {
      if (waiting.size === 0) journal.checkpoint(batch)
    },
    onFailure: (error) => logger.error({ err: error }, 'Documents could not be written; it is tried again'),
    onBlocked: ({ key, reason }) =>
      logger.error(
        { file: pathOfKey(directory, key), reason },
        'A document does not get into its file: the journal keeps it, it is tried again, and it is not changed until then',
      ),
  })
  const quarantined: DriverStatus['quarantined'][number][] = []

  const quarantine = (key: string, reason: string): string => {
    const path = pathOfKey(directory, key)
    const aside = `${path}.corrupt-${clock()}`
    renameSync(path, aside)
    quarantined.push({ file: relative(directory, aside), reason })
    return aside
  }

  const restoration = createRestoration({ directory, journalFolder, quarantine, logger })
  let tellReadable: Parameters<NonNullable<WorkspaceDriver['onReadable']>>[0] | undefined

  const reader = createDocumentReader({
    directory,
    logger,
    complete(key, text) {
      const steps = waiting.get(key)
      if (!steps) return fillIfBlank(key, text)
      const json = restoration.apply(key, steps, text)
      waiting.delete(key)
      writeBehind.add(key, asDocument(json), 0)
      return json
    },
    onReadable: (texts, release) => tellReadable?.(texts, release),
  })

  const fillIfBlank = (key: string, text: string | null): string | null => {
    const found = text !== null && isBlankFile(text) ? restoration.ofBlankFile(key) : null
    if (found !== null) writeBehind.add(key, asDocument(found), 0)
    return found ?? text
  }

  const sealed = openSealedDocuments(directory)
  // What a crash kept from the files is served from the write-behind buffer, which also writes it.
  for (const [key, steps] of recovered.changes) {
    const grown = needsBase(steps) ? sealed.takeGrown(key, steps) : undefined
    if (grown) {
      writeBehind.add(key, documentOfParts(grown), recovered.lastCheckpoint + 1)
      continue
    }
    const text = needsBase(steps) ? reader.readIfPossible(key) : null
    if (text === undefined) waiting.set(key, steps)
    else writeBehind.add(key, asDocument(restoration.apply(key, steps, text)), recovered.lastCheckpoint + 1)
  }

  const refusal = (keys: readonly string[]): string | undefined => {
    const paths = writeBehind.blocked()
    for (const key of keys) {
      const reason = reader.refusal(key)
      if (reason !== undefined) return reason
      const blocked = paths.get(key)
      if (blocked)
        return `${pathOfKey(directory, key)} cannot be written now (${blocked.reason}): mend that path`
    }
    return undefined
  }

  const keyCheck = createKeyCheck()

  const prepare = function* (batch: Batch) {
    yield* keyCheck.checkInSteps(batch)
    yield* journal.prepare(batch)
  }

  const store = async (batch: Batch) => {
    const { puts, removes } = batch
    keyCheck.check(batch)
    const reason = refusal(keysOf(batch))
    if (reason !== undefined) throw new Error(reason)
    lastEnqueuedBatch = await journal.append(batch)
    for (const put of puts) writeBehind.add(put.key, put)
    for (const key of removes) writeBehind.add(key, null)
  }

  const read = (key: string): string | null => {
    if (!isDocumentKey(key)) return null
    const buffered = writeBehind.get(key)
    if (buffered !== undefined) return buffered?.json ?? null
    const text = fillIfBlank(key, reader.read(key))
    if (text !== null && text.length > maxQuickCharacters && writeBehind.get(key) === undefined)
      toSync.add(key)
    return text
  }

  /** A long document that nobody has changed since it was written. */
  const parts = (key: string): Parts | undefined => {
    const buffered = writeBehind.get(key)
    if (buffered !== undefined) return buffered?.parts
    const found = sealed.take(key)
    if (found) toSync.add(key)
    return found
  }

  const fileOf = (key: string) => relative(directory, pathOfKey(directory, key))

  return {
    name: 'maestro-files',
    options: { directory },
    getItem: read,
    parts,
    hasItem: (key) => read(key) !== null,
    getKeys() {
      const keys = new Set(reader.keys())
      for (const { key, document } of writeBehind.keys()) {
        if (document === null) keys.delete(key)
        else keys.add(key)
      }
      return [...keys]
    },
    setItem: (key, value) =>
      store({ puts: [{ key, json: JSON.stringify(JSON.parse(value)) }], removes: [], events: [] }),
    removeItem: (key) => (isDocumentKey(key) ? store({ puts: [], removes: [key], events: [] }) : undefined),
    prepare,
    commit: store,
    log: {
      last: journal.lastEvent,
      since: journal.eventsSince,
    },
    quarantine,
    leaveCopy: reader.leave,
    onReadable(callback) {
      tellReadable = callback
    },
    secret: secretFile(join(directory, '.session-key')),
    flush: writeBehind.flush,
    refusal,
    unreadable: reader.unreadable,
    unreadableUnder: reader.unreadableUnder,
    unavailable() {
      try {
        lock.assertHeld()
      } catch (error) {
        return reasonOf(error)
      }
      const reason = writeBehind.failure()
      return reason === undefined ? undefined : reasonOf(reason)
    },
    status: () => ({
      quarantined,
      problems: [
        ...reader.problems(),
        ...[...writeBehind.blocked().values()].map(({ key, reason }) => ({
          file: fileOf(key),
          reason: `It cannot be written: ${reason}`,
        })),
        ...restoration.losses().map(({ key, reason }) => ({ file: fileOf(key), reason })),
      ],
      freeBytes: freeBytes(directory),
    }),
    async dispose() {
      try {
        if (!lockLost) await writeBehind.flush()
      } finally {
        writeBehind.stop()
        reader.stop()
        journal.close()
        await writer.close()
        lock.release()
      }
    },
  }
}
