import type { SqlStorage } from '@cloudflare/workers-types'
import { parseTrusted } from '../../../schemas/json-text'
import type { Put } from '../../driver'
import { idOf } from '../../items'
import { type Entities, type Kind, kindOfKey, kinds } from '../../kinds'
import type { Fields } from '../../kinds/kind'
import { lengthsIn, listStatesOf } from './stored-items'

/** The values by which a document is listed and found. */
interface IndexEntry {
  kind: string
  id: string
  created: number
  fields: Fields
}

const itemsInPage = 1000

/** Writes documents, and the indexes by which they are listed. To be called within a transaction. */
export const createRows = (sql: SqlStorage) => {
  const storedEntry = (key: string) =>
    sql
      .exec<{ kind: string; id: string; created: number; fields: string; lists: string | null }>(
        'SELECT kind, id, created, fields, lists FROM documents WHERE key = ?',
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

  const put = (document: Put) => {
    const { key, parts, appends } = document
    const json = parts ? parts.head : document.json
    const entry = indexEntryOf(key, json)
    const { kind, id, created } = entry
    const fields = JSON.stringify(entry.fields)
    const previous = storedEntry(key)
    const lists = parts ? listStatesOf(parts.lists) : null
    sql.exec(
      'INSERT OR REPLACE INTO documents (key, kind, id, created, fields, json, lists) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[key, kind, id, created, fields, json, lists],
    )
    putItems(key, previous?.lists ?? null, parts, appends)
    // Most changes leave the indexes as they are.
    if (previous?.fields === fields && previous.created === created) return
    if (previous) unindex({ ...previous, fields: parseTrusted(previous.fields) })
    index(entry)
  }

  /** What was appended to what is there; or else everything. */
  const putItems = (key: string, before: string | null, parts: Put['parts'], appends: Put['appends']) => {
    const lengths = lengthsIn(before)
    const isAppended =
      lengths !== undefined &&
      appends !== undefined &&
      Object.entries(appends.lists).every(([list, { before: items }]) => lengths.get(list) === items.length)
    if (lengths && !isAppended) sql.exec('DELETE FROM items WHERE key = ?', key)
    for (const [list, items] of Object.entries(parts?.lists ?? {})) {
      const from = isAppended ? (lengths.get(list) ?? 0) : 0
      for (let at = from; at < items.length; at += itemsInPage)
        for (const [index, text] of items.texts(at, at + itemsInPage).entries())
          sql.exec(
            'INSERT INTO items (key, list, position, id, json) VALUES (?, ?, ?, ?, ?)',
            ...[key, list, at + index, idOf(JSON.parse(text)) ?? null, text],
          )
    }
  }

  const remove = (key: string) => {
    const previous = storedEntry(key)
    if (!previous) return
    sql.exec('DELETE FROM documents WHERE key = ?', key)
    if (previous.lists !== null) sql.exec('DELETE FROM items WHERE key = ?', key)
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
