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
import { kindNames } from '../../kinds'
import { isMissing, pathOfKey } from './document-files'
import { codeOf, createHolderCheck, type Lease, LeaseLostError } from './lock-file'
import { privateFileMode, privateFolder } from './private-files'
import { syncFolders } from './sync-folders'

/** A document to write, as JSON, or to remove (null). */
export type DocumentChange = readonly [key: string, json: string | null]

/** A document whose own path does not let it be written. */
export interface BlockedPath {
  key: string
  /** The error of the file system. */
  reason: string
}

/** Writes documents into their files: in this thread or in another. */
export interface DocumentWriter {
  /**
   * Writes them while the lease is held, and resolves with those whose path does not take them. Rejects if the disk
   * takes none at present. Idempotent: to be repeated then.
   */
  write(changes: readonly DocumentChange[], lease: Lease): Promise<readonly BlockedPath[]>
  close(): Promise<void>
}

/** What no other path would be spared: the disk is full or read-only, or the process has no descriptors left. */
const diskWideCodes = new Set<unknown>(['ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'ENFILE'])

/**
 * Writes documents, each indented by two spaces and with a final newline, through a temporary file and a
 * rename: a reader sees the old document or the new one. With `strict`, each is on the disk before its name is.
 *
 * A server that was frozen wakes anywhere in here. Whoever took its directory over has deleted its temporary files,
 * so that a rename which was about to happen fails; and before each rename, the lease is looked at.
 * @throws LeaseLostError if another server has the directory; the error of a disk that takes nothing.
 */
export const writeDocuments = (
  directory: string,
  changes: readonly DocumentChange[],
  strict: boolean,
  lease: Lease,
): BlockedPath[] => {
  const temporary = temporaryFolder(directory)
  mkdirSync(temporary, privateFolder)
  const isHeld = createHolderCheck(lease)
  const changedFolders = new Set<string>()
  const blocked: BlockedPath[] = []
  changes.forEach(([key, json], index) => {
    const path = pathOfKey(directory, key)
    const draft = join(temporary, `${lease.id}-${index}`)
    const write =
      json === null
        ? undefined
        : () => writeWhole(draft, `${JSON.stringify(JSON.parse(json), null, 2)}\n`, modeOf(path), strict)
    try {
      write?.()
      if (!isHeld()) throw new LeaseLostError(directory)
      try {
        if (write) renameInto(draft, path)
        else removeFile(path, draft)
      } catch (error) {
        if (diskWideCodes.has(codeOf(error))) throw error
        if (!isHeld()) throw new LeaseLostError(directory)
        blocked.push({ key, reason: error instanceof Error ? error.message : String(error) })
        rmSync(draft, { force: true })
        return
      }
      changedFolders.add(dirname(path)).add(dirname(dirname(path)))
    } catch (error) {
      rmSync(draft, { force: true })
      throw error
    }
  })
  if (strict) syncFolders(...changedFolders)
  return blocked
}

/** Where files are written before they are renamed into place. */
const temporaryFolder = (directory: string) => join(directory, '.writing')

/** Makes the folders for documents, and deletes the temporary files of an earlier run, or of a frozen server. */
export const prepareFolders = (directory: string): void => {
  rmSync(temporaryFolder(directory), { recursive: true, force: true })
  for (const folder of [...kindNames.map((name) => join(directory, name)), temporaryFolder(directory)])
    mkdirSync(folder, privateFolder)
}

/** A file that somebody has opened to others stays so. What is wrong with a path shows when it is written. */
const modeOf = (path: string): number => {
  try {
    return (statSync(path, { throwIfNoEntry: false })?.mode ?? privateFileMode) & 0o777
  } catch {
    return privateFileMode
  }
}

const writeWhole = (path: string, text: string, mode: number, strict: boolean) => {
  const file = openSync(path, 'w', privateFileMode)
  try {
    if (mode !== privateFileMode) fchmodSync(file, mode)
    const bytes = Buffer.from(text)
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
    if (strict) fsyncSync(file)
  } finally {
    closeSync(file)
  }
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
