import type { Storage } from 'unstorage'
import type { Documents } from './documents'
import type { WorkspaceDriver } from './driver'
import { Entry } from './entry'
import { type Kind, kindOfKey } from './kinds'
import { valuesOf } from './kinds/kind'
import { entryOfParts, MisplacedError, readEntry } from './read-entry'
import { reasonOf } from './reason'
import { maySayOpen, settleTasks } from './rules/missed-ends'
import { completedLinks } from './rules/one-sided-links'

/** A structured log. */
export interface Logger {
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

/**
 * Reads everything that is stored. A document that was read and is not a valid entity is quarantined and logged; one
 * of an earlier version is migrated in memory, and on disk with its next change.
 */
export const loadDocuments = async (
  storage: Storage,
  driver: WorkspaceDriver,
  documents: Documents,
  logger: Logger,
): Promise<void> => {
  const open: string[] = []
  for (const key of await keysOf(storage, driver)) {
    const kind = kindOfKey(key)
    if (kind === undefined) continue
    const parts = driver.parts?.(key)
    const written = parts && entryOfParts(kind, key, parts)
    if (written) {
      documents.put(kind, written)
      continue
    }
    const value = valueAt(storage, driver, key, logger)
    const text = typeof value === 'string' ? value : await value
    const entry = text === null ? undefined : entryOrSetAside(driver, kind, key, text, logger)
    if (!entry) continue
    documents.put(kind, entry)
    if (kind === 'tasks' && text !== null && maySayOpen(text)) open.push(entry.id)
  }
  settleTasks(documents, open, (id) => isUnreadableSession(driver, id))
  repairLinks(documents, driver)
}

/** Our own drivers name documents as unstorage does, which takes a twentieth of a start to make sure of that. */
const keysOf = (storage: Storage, driver: WorkspaceDriver) =>
  driver.commit ? driver.getKeys('', {}) : storage.getKeys()

/** Null if there is nothing, or it cannot be read now, which says nothing about what is in it. */
const valueAt = (
  storage: Storage,
  driver: WorkspaceDriver,
  key: string,
  logger: Logger,
): string | Promise<string | null> => {
  const fail = (error: unknown) => {
    // A driver that tries again has told it itself.
    if (!driver.onReadable)
      logger.error({ key, reason: reasonOf(error) }, 'A document cannot be read now: it is left as it is')
    return null
  }
  try {
    // Straight from the driver where it answers at once: through unstorage, a read costs half as much again.
    const value = driver.getItem(key, {})
    return typeof value === 'string' ? value : storage.getItemRaw<string>(key).catch(fail)
  } catch (error) {
    return Promise.resolve(fail(error))
  }
}

/** The entity in a text; undefined if it is none, and was set aside, or is a copy, and was left. */
export const entryOrSetAside = <K extends Kind>(
  driver: WorkspaceDriver,
  kind: K,
  key: string,
  text: string,
  logger: Logger,
): Entry<K> | undefined => {
  try {
    return readEntry(kind, key, text)
  } catch (error) {
    if (error instanceof MisplacedError && driver.leaveCopy && isCopyKey(key, error.key)) {
      const reason = `It is a copy of ${error.key}, made by another program: compare them, keep one, and delete the other`
      logger.warn({ file: driver.leaveCopy(key, reason), reason }, 'A copy of a document is left where it is')
    } else quarantineDocument(driver, key, reasonOf(error), logger)
    return undefined
  }
}

/** Whether a document under this key is a copy of another: `ID-DESKTOP-1`, `ID_conflict`. */
const isCopyKey = (key: string, original: string): boolean =>
  key.startsWith(original) && /^[-_]/.test(key.slice(original.length))

const quarantineDocument = (driver: WorkspaceDriver, key: string, reason: string, logger: Logger) => {
  try {
    const file = driver.quarantine?.(key, reason) ?? key
    logger.error({ file, reason }, 'A stored document cannot be read and was set aside')
  } catch (error) {
    logger.error({ key, reason, err: error }, 'A stored document cannot be read, nor be set aside')
  }
}

/** Whether there may be a session that cannot be read now. */
export const isUnreadableSession = (driver: WorkspaceDriver, id: string): boolean =>
  driver.refusal?.([`sessions:${id}`]) !== undefined

/**
 * Makes sessions and tasks name each other where only one side does, in memory; a task's link to a session that does
 * not exist goes, but not one to a session that only cannot be read now.
 */
export const repairLinks = (documents: Documents, driver: WorkspaceDriver): void => {
  const linked = (kind: 'tasks' | 'sessions', field: string) =>
    documents.list(kind).map(({ id, fields }) => ({ id, names: valuesOf(fields[field]) }))
  const { tasks, sessions } = completedLinks(
    linked('tasks', 'sessionIds'),
    linked('sessions', 'taskIds'),
    (id) => isUnreadableSession(driver, id),
  )
  for (const [id, sessionIds] of tasks) {
    const entry = documents.get('tasks', id)
    if (entry) documents.put('tasks', new Entry('tasks', { ...entry.read(), sessionIds }))
  }
  for (const [id, taskIds] of sessions) {
    const entry = documents.get('sessions', id)
    if (entry)
      documents.put('sessions', Entry.grown('sessions', { ...entry.readHead(), taskIds }, entry, {}).entry)
  }
}
