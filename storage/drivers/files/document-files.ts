import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'

/** The folders of documents. */
export const folders = ['projects', 'tasks', 'sessions', 'queues', 'templates']
const namePattern = /^[A-Za-z0-9_-]+$/
const keyPattern = /^(?:(?:projects|sessions|queues|templates):|tasks:[A-Za-z0-9_-]+:)[A-Za-z0-9_-]+$/

/** Whether this is the key of a document. No other key is ever made a path. */
export const isDocumentKey = (key: string): boolean => keyPattern.test(key)

/** The file of a document: `tasks:p:t` is `tasks/p/t.json`. Throws if it is not the key of a document. */
export const pathOfKey = (directory: string, key: string): string => {
  if (!isDocumentKey(key)) throw new Error(`"${key}" is not a key of a document`)
  return `${directory}${sep}${key.replaceAll(':', sep)}.json`
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

export const isMissing = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'
