import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { syncFolders } from './sync-folders'

/** A document to write, as JSON, or to remove (null). */
export type DocumentChange = readonly [key: string, json: string | null]

/** Writes documents into their files: in this thread or in another. */
export interface DocumentWriter {
  /** Resolves when all of them are written; rejects if one could not be. Idempotent: to be repeated then. */
  write(changes: readonly DocumentChange[]): Promise<void>
  close(): Promise<void>
}

const folders = ['projects', 'tasks', 'sessions', 'queues', 'templates']
const namePattern = /^[A-Za-z0-9_-]+$/
const keyPattern = /^(?:(?:projects|sessions|queues|templates):|tasks:[A-Za-z0-9_-]+:)[A-Za-z0-9_-]+$/

/** Whether this is the key of a document. No other key is ever made a path. */
export const isDocumentKey = (key: string): boolean => keyPattern.test(key)

/** The file of a document: `tasks:p:t` is `tasks/p/t.json`. Throws if it is not the key of a document. */
export const pathOfKey = (directory: string, key: string): string => {
  if (!isDocumentKey(key)) throw new Error(`"${key}" is not a key of a document`)
  return `${directory}${sep}${key.replaceAll(':', sep)}.json`
}

/**
 * Writes documents, each indented by two spaces and with a final newline, through a temporary file and a
 * rename: a reader sees the old document or the new one. With `strict`, each is on the disk before its name is.
 */
export const writeDocuments = (
  directory: string,
  changes: readonly DocumentChange[],
  strict: boolean,
): void => {
  const temporary = temporaryFolder(directory)
  mkdirSync(temporary, { recursive: true })
  const changedFolders = new Set<string>()
  changes.forEach(([key, json], index) => {
    const path = pathOfKey(directory, key)
    const folder = dirname(path)
    changedFolders.add(folder).add(dirname(folder))
    if (json === null) {
      rmSync(path, { force: true })
      return
    }
    const draft = join(temporary, String(index))
    try {
      writeWhole(draft, `${JSON.stringify(JSON.parse(json), null, 2)}\n`, strict)
      renameInto(draft, path)
    } catch (error) {
      rmSync(draft, { force: true })
      throw error
    }
  })
  if (strict) syncFolders(...changedFolders)
}

/** Where files are written before they are renamed into place. */
const temporaryFolder = (directory: string) => join(directory, '.writing')

/** Makes the folders for documents, and deletes the temporary files of an earlier run. */
export const prepareFolders = (directory: string): void => {
  rmSync(temporaryFolder(directory), { recursive: true, force: true })
  for (const folder of [...folders.map((name) => join(directory, name)), temporaryFolder(directory)])
    mkdirSync(folder, { recursive: true })
}

const writeWhole = (path: string, text: string, strict: boolean) => {
  const file = openSync(path, 'w')
  try {
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
    mkdirSync(dirname(path), { recursive: true })
    renameSync(draft, path)
  }
}

/** The keys of all documents in the files. Files with other names are ignored. */
export const listKeys = (directory: string): string[] =>
  folders.flatMap((folder) => keysBelow(join(directory, folder), folder, folder === 'tasks' ? 1 : 0))

const keysBelow = (path: string, key: string, depth: number): string[] =>
  entriesOf(path).flatMap((entry) => {
    if (depth > 0)
      return entry.isDirectory() && namePattern.test(entry.name)
        ? keysBelow(join(path, entry.name), `${key}:${entry.name}`, depth - 1)
        : []
    if (!entry.isFile() && !entry.isSymbolicLink()) return []
    const name = entry.name.endsWith('.json') ? entry.name.slice(0, -'.json'.length) : ''
    return namePattern.test(name) ? [`${key}:${name}`] : []
  })

const entriesOf = (path: string) => {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** The text of a document's file, or null. */
export const readDocument = (directory: string, key: string): string | null => {
  try {
    return readFileSync(pathOfKey(directory, key), 'utf8')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

const isMissing = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT'
