import {
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { openFolders, pathOfKey } from './document-paths'
import type { DocumentText } from './document-text'
import { codeOf, isMissing } from './error-code'
import { createIndenter } from './indent'
import { createHolderAssertion, type Lease } from './lease'
import { privateFileMode, privateFolder } from './private-files'
import { sealFolder, type UnwrittenSeal, writeSeal } from './seal-file'
import { syncFolders } from './sync-folders'

/** A document to write, or to remove (null). */
export interface DocumentChange {
  key: string
  document: DocumentText | null
}

/** A document whose own path does not let it be written. */
export interface BlockedPath {
  key: string
  /** The error of the file system. */
  reason: string
}

/** Writes documents into their files: in this thread (`writer-in-this-thread.ts`) or in another. */
export interface DocumentWriter {
  /**
   * Writes them while the lease is held, and resolves with those whose path does not take them. Rejects if the disk
   * takes none at present. Idempotent: to be repeated then. A long document is on the disk then.
   */
  write(changes: readonly DocumentChange[], lease: Lease): Promise<readonly BlockedPath[]>
  /** Resolves when what is in the files of these documents is on the disk. */
  sync(keys: readonly string[]): Promise<void>
  close(): Promise<void>
}

/** What no other path would be spared: the disk is full or read-only, or the process has no descriptors left. */
const diskWideCodes = new Set<unknown>(['ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'ENFILE'])

/** Documents that are written together. After an error it is to be abandoned. */
export interface DocumentBatch {
  write(key: string, json: string): void
  remove(key: string): void
  /** A long document, piece by piece; `seal`: where it is held in parts. */
  begin(key: string, seal?: UnwrittenSeal): void
  add(piece: string): void
  end(): void
  /** Those whose path did not take them. */
  finish(): BlockedPath[]
  abandon(): void
}

/**
 * Writes documents, each indented by two spaces and with a final newline, through a temporary file and a
 * rename: a reader sees the old document or the new one. With `strict`, each is on the disk before its name is; a long
 * one always.
 *
 * A server that was frozen wakes anywhere in here. Whoever took its directory over has deleted its temporary files,
 * so that a rename which was about to happen fails; and before each rename, the lease is looked at.
 * @throws LeaseLostError if another server has the directory, LockGoneError while it is away; the error of a disk that takes
 * nothing.
 */
export const createDocumentBatch = (directory: string, strict: boolean, lease: Lease): DocumentBatch => {
  const temporary = temporaryFolder(directory)
  const assertHeld = createHolderAssertion(directory, lease)
  assertHeld()
  mkdirSync(temporary, privateFolder)
  const foldersToSync = new Set<string>()
  const blocked: BlockedPath[] = []
  let index = 0
  let draft = ''
  let long: LongFile | undefined

  const nextDraft = () => {
    draft = join(temporary, `${lease.id}-${index++}`)
    return draft
  }

  /** Whether its path takes it. */
  const place = (key: string, path: string, move: () => void, isSynced: boolean): boolean => {
    assertHeld()
    try {
      move()
    } catch (error) {
      if (diskWideCodes.has(codeOf(error))) throw error
      assertHeld()
      blocked.push({ key, reason: error instanceof Error ? error.message : String(error) })
      rmSync(draft, { force: true })
      return false
    }
    if (isSynced) foldersToSync.add(dirname(path)).add(dirname(dirname(path)))
    return true
  }

  return {
    write(key, json) {
      const path = pathOfKey(directory, key)
      const file = openDraft(nextDraft(), modeOf(path))
      try {
        writeText(file, `${JSON.stringify(JSON.parse(json), null, 2)}\n`)
        if (strict) fsyncSync(file)
      } finally {
        closeSync(file)
      }
      place(key, path, () => renameInto(draft, path), strict)
    },
    remove(key) {
      nextDraft()
      const path = pathOfKey(directory, key)
      place(key, path, () => removeFile(path, draft), strict)
    },
    begin(key, seal) {
      const path = pathOfKey(directory, key)
      const file = openDraft(nextDraft(), modeOf(path))
      long = { key, path, file, seal, indent: createIndenter(), written: { size: 0, checksum: 0 } }
    },
    add(piece) {
      if (long) addTo(long, long.indent(piece))
    },
    end() {
      if (!long) return
      addTo(long, '\n')
      const { key, path, file, seal, written } = long
      fsyncSync(file)
      closeSync(file)
      long = undefined
      const isPlaced = place(key, path, () => renameInto(draft, path), true)
      if (isPlaced && seal) writeSeal(directory, key, { ...seal, ...written })
    },
    finish() {
      syncFolders(...foldersToSync)
      return blocked
    },
    abandon() {
      if (long) closeSync(long.file)
      long = undefined
      rmSync(draft, { force: true })
    },
  }
}

/** Waits until what is in the files of these documents, and their names, are on the disk. */
export const syncDocuments = (directory: string, keys: readonly string[]): void => {
  const folders = new Set<string>()
  for (const key of keys) {
    const path = pathOfKey(directory, key)
    const file = openSync(path, 'r+')
    try {
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    folders.add(dirname(path)).add(dirname(dirname(path)))
  }
  syncFolders(...folders)
}

/** Where files are written before they are renamed into place. */
const temporaryFolder = (directory: string) => join(directory, '.writing')

/** Makes the folders for documents, and deletes the temporary files of an earlier run, or of a frozen server. */
export const prepareFolders = (directory: string): void => {
  rmSync(temporaryFolder(directory), { recursive: true, force: true })
  for (const folder of [...openFolders, basename(temporaryFolder(directory)), sealFolder])
    mkdirSync(join(directory, folder), privateFolder)
}

/** A file that somebody has opened to others stays so. What is wrong with a path shows when it is written. */
const modeOf = (path: string): number => {
  try {
    return (statSync(path, { throwIfNoEntry: false })?.mode ?? privateFileMode) & 0o777
  } catch {
    return privateFileMode
  }
}

const openDraft = (path: string, mode: number): number => {
  const file = openSync(path, 'w', privateFileMode)
  if (mode !== privateFileMode) fchmodSync(file, mode)
  return file
}

/** A long document that is being written. */
interface LongFile {
  key: string
  path: string
  file: number
  seal: UnwrittenSeal | undefined
  indent: (piece: string) => string
  written: { size: number; checksum: number }
}

const addTo = (long: LongFile, text: string) => {
  const bytes = Buffer.from(text)
  writeBytes(long.file, bytes)
  long.written = {
    size: long.written.size + bytes.length,
    checksum: crc32(bytes, long.written.checksum),
  }
}

const writeText = (file: number, text: string) => writeBytes(file, Buffer.from(text))

const writeBytes = (file: number, bytes: Buffer) => {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
}

/** The folder of a project's tasks is made with its first task. */
const renameInto = (draft: string, path: string) => {
  try {
    renameSync(draft, path)
  } catch (error) {
    if (!isMissing(error)) throw error
    mkdirSync(dirname(path), privateFolder)
    renameSync(draft, path)
  }
}

/** Through the temporary folder, too, which is not there any more where another server took over. */
const removeFile = (path: string, draft: string) => {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (!found) return
  if (found.isDirectory()) throw new Error(`EISDIR: a folder is in the place of ${basename(path)}`)
  renameSync(path, draft)
  rmSync(draft, { force: true })
}
