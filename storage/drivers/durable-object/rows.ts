import type { SqlStorage } from '@cloudflare/workers-types'
import { parseTrusted } from '../../../schemas/json-text'
import { type Entities, type Kind, kindOfKey, kinds } from '../../kinds'
import type { Fields } from '../../kinds/kind'

/** The values by which a document is listed and found. */
interface IndexEntry {
  kind: string
  id: string
  created: number
  fields: Fields
}

/** Writes documents, and the indexes by which they are listed. To be called within a transaction. */
export const createRows = (sql: SqlStorage) => {
  const storedEntry = (key: string) =>
    sql
      .exec<{ kind: string; id: string; created: number; fields: string }>(
        'SELECT kind, id, created, fields FROM documents WHERE key = ?',
        key,
      )
      .toArray()[0]

  const unindex = (entry: IndexEntry) => {
    for (const [field, value] of valuesOf(entry.fields))
      sql.exec(
        'DELETE FROM fields WHERE kind = ? AND field = ? AND value = ? AND created = ? AND id = ?',
        ...[entry.kind, field, value, entry.created, entry.id],
      )
  }

  const index = (entry: IndexEntry) => {
    for (const [field, value] of valuesOf(entry.fields))
      sql.exec(
        'INSERT OR IGNORE INTO fields (kind, field, value, created, id) VALUES (?, ?, ?, ?, ?)',
        ...[entry.kind, field, value, entry.created, entry.id],
      )
  }

  const put = (key: string, json: string) => {
    const entry = indexEntryOf(key, json)
    const { kind, id, created } = entry
    const fields = JSON.stringify(entry.fields)
    const previous = storedEntry(key)
    sql.exec(
      'INSERT OR REPLACE INTO documents (key, kind, id, created, fields, json) VALUES (?, ?, ?, ?, ?, ?)',
      ...[key, kind, id, created, fields, json],
    )
    // Most changes leave the indexes as they are.
    if (previous?.fields === fields && previous.created === created) return
    if (previous) unindex({ ...previous, fields: parseTrusted(previous.fields) })
    index(entry)
  }

  const remove = (key: string) => {
    const previous = storedEntry(key)
    if (!previous) return
    sql.exec('DELETE FROM documents WHERE key = ?', key)
    unindex({ ...previous, fields: parseTrusted(previous.fields) })
  }

  return { put, remove }
}

const indexEntryOf = (key: string, json: string): IndexEntry => {
  const kind = kindOfKey(key)
  const id = key.slice(key.lastIndexOf(':') + 1)
  return { kind: kind ?? '', id, ...(kind ? indexedValuesOf(kind, json) : { created: 0, fields: {} }) }
}

const indexedValuesOf = <K extends Kind>(kind: K, json: string) => {
  const document = parseTrusted<Entities[K]>(json)
  return { created: kinds[kind].createdAt(document), fields: kinds[kind].fields(document) }
}

const valuesOf = (fields: Fields): [field: string, value: string][] =>
  Object.entries(fields).flatMap(([field, value]) =>
    (typeof value === 'string' ? [value] : value).map((one): [string, string] => [field, one]),
  )
