/**
 * Where the file of a document is. The thread that writes files loads this and no schema: what `storage/kinds` says of
 * partitions is said again here (test/storage/document-paths.test.ts compares them).
 */
import { sep } from 'node:path'
import type { Kind } from '../../kinds'

interface Place {
  /** What is not for people and other programs has a name that begins with a dot. */
  folder: string
  /** How many folders lie between this one and its documents. */
  depth: 0 | 1
}

const places: Readonly<Record<Kind, Place>> = {
  projects: { folder: 'projects', depth: 0 },
  tasks: { folder: 'tasks', depth: 1 },
  sessions: { folder: 'sessions', depth: 0 },
  queues: { folder: 'queues', depth: 0 },
  templates: { folder: 'templates', depth: 0 },
  requests: { folder: 'requests', depth: 1 },
  messages: { folder: 'messages', depth: 1 },
  answers: { folder: '.answers', depth: 0 },
  beats: { folder: '.beats', depth: 0 },
  retired: { folder: '.retired', depth: 0 },
}

/** The folder of a kind. */
export const folderOf = (kind: Kind): string => places[kind].folder

/** How many folders lie between a kind's own and its documents. */
export const depthOf = (kind: Kind): number => places[kind].depth

/** The folders that are there from the start: those that people look into. */
export const openFolders: readonly string[] = Object.values(places)
  .map(({ folder }) => folder)
  .filter((folder) => !folder.startsWith('.'))

/** A name within a key: it is one of a folder, or of a file without `.json`. */
export const namePattern = /^[A-Za-z0-9_-]+$/
const name = namePattern.source.slice(1, -1)

const isKind = (name: string): name is Kind => Object.hasOwn(places, name)

/** Whether this is the key of a document. No other key is ever made a path. */
export const isDocumentKey = (key: string): boolean => kindOfDocument(key) !== undefined

/** Throws if this is not the key of a document; else returns its kind. */
export const requireDocumentKey = (key: string): Kind => {
  const kind = kindOfDocument(key)
  if (kind === undefined) throw new Error(`"${key}" is not a key of a document`)
  return kind
}

/** The file of a document: `tasks:p:t` is `tasks/p/t.json`. Throws if it is not the key of a document. */
export const pathOfKey = (directory: string, key: string): string => {
  const kind = requireDocumentKey(key)
  return `${directory}${sep}${folderOf(kind)}${key.slice(kind.length).replaceAll(':', sep)}.json`
}

/** What follows the kind in a key, by the number of folders in between. */
const restPatterns = { 0: new RegExp(`^:${name}$`), 1: new RegExp(`^:${name}:${name}$`) }

const kindOfDocument = (key: string): Kind | undefined => {
  const kind = key.slice(0, key.indexOf(':'))
  return isKind(kind) && restPatterns[places[kind].depth].test(key.slice(kind.length)) ? kind : undefined
}
