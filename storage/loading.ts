import type { Storage } from 'unstorage'
import type * as z from 'zod'
import { parseJson } from '../schemas/json-text'
import { parseDescribed } from '../schemas/problems'
import { type Documents, valuesOf } from './documents'
import type { WorkspaceDriver } from './driver'
import { Entry } from './entry'
import { type Kind, kindOfKey, kinds } from './kinds'

/** A structured log. */
export interface Logger {
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

/**
 * Reads everything that is stored. A document that is not a valid entity is quarantined and logged; one of an
 * earlier version is migrated in memory, and on disk with its next change.
 */
export const loadDocuments = async (
  storage: Storage,
  driver: WorkspaceDriver,
  documents: Documents,
  logger: Logger,
): Promise<void> => {
  for (const key of await storage.getKeys()) {
    const kind = kindOfKey(key)
    if (kind === undefined) continue
    try {
      // Straight from the driver where it answers at once: through unstorage, a read costs half as much again.
      const value = driver.getItem(key, {})
      const text = typeof value === 'string' ? value : await storage.getItemRaw<string>(key)
      if (text !== null) documents.put(kind, readEntry(kind, key, text))
    } catch (error) {
      quarantineDocument(driver, key, error instanceof Error ? error.message : String(error), logger)
    }
  }
  repairLinks(documents)
}

const quarantineDocument = (driver: WorkspaceDriver, key: string, reason: string, logger: Logger) => {
  try {
    const file = driver.quarantine?.(key, reason) ?? key
    logger.error({ file, reason }, 'A stored document cannot be read and was set aside')
  } catch (error) {
    logger.error({ key, reason, err: error }, 'A stored document cannot be read, nor be set aside')
  }
}

/** Parses a stored document, migrating one of an earlier version. Throws an error that says what is wrong. */
export const readEntry = <K extends Kind>(kind: K, key: string, text: string): Entry<K> => {
  const rules = kinds[kind]
  const stored = parseJson(text)
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored))
    throw new Error('it is not a JSON object')
  const document = { ...stored }
  const current = rules.isOutdated(document) ? undefined : rules.schema.safeParse(document)
  const entry = current?.success
    ? new Entry(kind, current.data, { text })
    : new Entry(kind, parseEntity(rules.schema, rules.migrate(document)))
  if (entry.key !== key) throw new Error(`it belongs under ${entry.key}`)
  return entry
}

const parseEntity = <T>(schema: z.ZodType<T>, document: Record<string, unknown>): T => {
  const result = parseDescribed(schema, document)
  if (result.success) return result.data
  throw new Error(result.error.issues.map((issue) => issue.message).join('; '))
}

/**
 * Sessions and tasks name each other. A link that only one side names is added to the other; a task's link to a
 * session that does not exist is removed.
 */
const repairLinks = (documents: Documents) => {
  const sessionsOf = rememberedSets()
  for (const session of documents.list('sessions'))
    for (const taskId of valuesOf(session.fields.taskIds)) {
      const entry = documents.get('tasks', taskId)
      if (!entry || sessionsOf(taskId, entry.fields.sessionIds).has(session.id)) continue
      sessionsOf(taskId).add(session.id)
      const task = entry.read()
      documents.put('tasks', new Entry('tasks', { ...task, sessionIds: [...task.sessionIds, session.id] }))
    }
  const tasksOf = rememberedSets()
  for (const task of [...documents.list('tasks')]) {
    const named = valuesOf(task.fields.sessionIds)
    const sessionIds = named.filter((id) => documents.get('sessions', id))
    if (sessionIds.length < named.length)
      documents.put('tasks', new Entry('tasks', { ...task.read(), sessionIds }))
    for (const sessionId of sessionIds) {
      const entry = documents.get('sessions', sessionId)
      if (!entry || tasksOf(sessionId, entry.fields.taskIds).has(task.id)) continue
      tasksOf(sessionId).add(task.id)
      const session = entry.read()
      documents.put('sessions', new Entry('sessions', { ...session, taskIds: [...session.taskIds, task.id] }))
    }
  }
}

/** The lists of links as sets, by the id of who has them: each is made once, however many ask for it. */
const rememberedSets = () => {
  const sets = new Map<string, Set<string>>()
  return (id: string, list?: string | readonly string[]): Set<string> => {
    const set = sets.get(id) ?? new Set(valuesOf(list))
    sets.set(id, set)
    return set
  }
}
