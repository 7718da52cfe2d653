import { type Dirent, existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { withoutByteOrderMark } from '../../../schemas/json-text'
import { cannotBeRead } from '../../driver'
import { storedKinds } from '../../kinds'
import { reasonOf } from '../../reason'
import { copyReason, isCopyName } from './copies'
import { depthOf, folderOf, namePattern, pathOfKey } from './document-paths'
import { isMissing } from './error-code'

/** What iCloud Drive leaves in the place of a file that it has moved off the disk. */
const placeholderPattern = /^\.([A-Za-z0-9_-]+)\.json\.icloud$/

/** What the folders of documents hold. Files of other names are not ours, and not in it. */
interface FoundFiles {
  /** The keys of all documents. */
  keys: string[]
  /** Those of them that are files, and no link or anything else. */
  plain: Set<string>
  /** What is left where it is, though it may hold documents: copies that sync programs made, links that lead nowhere. */
  others: { path: string; reason: string }[]
}

/** Looks through the folders of documents. Throws if one cannot be read. */
export const findFiles = (directory: string): FoundFiles => {
  const found: FoundFiles = { keys: [], plain: new Set(), others: [] }
  for (const kind of storedKinds) addFilesBelow(join(directory, folderOf(kind)), kind, depthOf(kind), found)
  return found
}

const addFilesBelow = (path: string, key: string, depth: number, found: FoundFiles): void => {
  const entries = entriesOf(path)
  let names: ReadonlySet<string> | undefined
  for (const entry of entries) {
    const { name } = entry
    const stem = depth > 0 ? name : stemOf(name)
    if (stem === undefined || !namePattern.test(stem)) {
      names ??= new Set(entries.map((one) => one.name))
      if (isCopyName(name, names)) found.others.push({ path: join(path, name), reason: copyReason })
      continue
    }
    const innerKey = `${key}:${stem}`
    if (depth === 0) {
      found.keys.push(innerKey)
      if (entry.isFile() && name.endsWith('.json')) found.plain.add(innerKey)
    } else
      try {
        const inner = join(path, name)
        if (isFolder(entry, inner)) addFilesBelow(inner, innerKey, depth - 1, found)
      } catch (error) {
        if (!entry.isSymbolicLink()) throw error
        found.others.push({ path: join(path, name), reason: `${cannotBeRead}: ${reasonOf(error)}` })
      }
  }
}

const stemOf = (name: string): string | undefined =>
  name.endsWith('.json') ? name.slice(0, -'.json'.length) : placeholderPattern.exec(name)?.[1]

/** A link to a folder counts as one. */
const isFolder = (entry: Dirent, path: string): boolean =>
  entry.isDirectory() || (entry.isSymbolicLink() && statSync(path).isDirectory())

const entriesOf = (path: string): Dirent[] => {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/**
 * The text of a document's file, without a byte order mark; null if there is none. Throws if there is one that cannot
 * be read now, which says nothing about what is in it.
 */
export const readDocument = (directory: string, key: string): string | null => {
  const path = pathOfKey(directory, key)
  return isFileThere(path) ? readText(path) : null
}

/** The same of what was a file a moment ago, which spares ten thousand of them a look at what they are; undefined if it is gone. */
export const readPlain = (directory: string, key: string): string | undefined => {
  try {
    return readText(pathOfKey(directory, key))
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** One object for all: of a name alone, Node makes options anew with each file, which takes a fifth of the time of reading it. */
const asUtf8 = { encoding: 'utf8', flag: 'r' } as const

const readText = (path: string): string => withoutByteOrderMark(readFileSync(path, asUtf8))

/** Whether a document's file is there. Throws if something else is in its place: a pipe that is read never ends. */
export const isFileThere = (path: string): boolean => {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) return requireAbsence(path)
  if (!found.isFile()) throw new Error(found.isDirectory() ? 'a folder is in its place' : 'it is not a file')
  return true
}

const requireAbsence = (path: string): false => {
  if (lstatSync(path, { throwIfNoEntry: false })) throw new Error('it is a link that leads nowhere')
  if (existsSync(join(dirname(path), `.${basename(path)}.icloud`)))
    throw new Error(
      'iCloud Drive has moved it off this disk: open its folder in Finder, or have it kept there',
    )
  return false
}
