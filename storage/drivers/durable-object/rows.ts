import type { SqlStorage } from '@cloudflare/workers-types'
import { parseTrusted } from '../../../schemas/json-text'
import type { Put } from '../../driver'
import { idOf } from '../../items'
import { type Entities, type Kind, kindOfKey, kinds } from '../../kinds'
import type { Fields } from '../../kinds/kind'
import { createTouched, placesOf } from '../../readiness'
import { lengthsIn, listStatesOf } from './stored-items'

/** The values by which a document is listed and found. */
interface IndexEntry {
  kind: Kind | ''
  id: string
  created: number
  fields: Fields
}

/** What is known of a stored document besides its text. */
type StoredRow = {
  key: string
  kind: string
  id: string
  created: number
  fields: string
  lists: string | null
  /** Its places in the index of what is ready. */
  work: string | null
}

const itemsInPage = 1000

/** Writes documents, and the indexes by which they are listed. To be called within a transaction. */
export const createRows = (sql: SqlStorage) => {
  const storedEntry = (key: string) =>
    sql
      .exec<StoredRow>('SELECT key, kind, id, created, fields, lists, work FROM documents WHERE key = ?', key)
      .toArray()[0]

  const storedById = (kind: Kind, id: string) =>
    sql
      .exec<StoredRow>(
        'SELECT key, kind, id, created, fields, lists, work FROM documents WHERE kind = ? AND id = ?',
        ...[kind, id],
      )
      .toArray()[0]

  const touched = createTouched()

  const unindexFields = ({ kind, created, id }: StoredRow, fields: Fields) => {
    for (const [field, value] of valuesOf(fields))
      sql.exec(
        'DELETE FROM fields WHERE kind = ? AND field = ? AND value = ? AND created = ? AND id = ?',
        ...[kind, field, value, created, id],
      )
  }

  const unindex = (row: StoredRow, andPlaces: boolean) => {
    unindexFields(row, parseTrusted(row.fields))
    if (andPlaces && row.work !== null) unindexFields(row, parseTrusted(row.work))
  }

  const index = (entry: Omit<IndexEntry, 'kind'> & { kind: string }) => {
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
    const isInPlace = previous?.created === created
    sql.exec(
      'INSERT OR REPLACE INTO documents (key, kind, id, created, fields, json, lists, work) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ...[key, kind, id, created, fields, json, lists, isInPlace ? previous.work : null],
    )
    putItems(key, previous?.lists ?? null, parts, appends)
    // Most changes leave the indexes as they are.
    if (isInPlace && previous.fields === fields) return
    if (previous) unindex(previous, !isInPlace)
    index(entry)
    if (kind !== '')
      touched.note(kind, id, previous && isInPlace ? parseTrusted(previous.fields) : undefined, entry.fields)
  }

  /** Works out where the tasks stand that were touched since the last time. To be called at the end of a transaction. */
  const refresh = () => {
    for (const id of touched.take(dependentsOf)) {
      const row = storedById('tasks', id)
      if (!row) continue
      const places = placesOf(lookup, id, parseTrusted(row.fields))
      const work = JSON.stringify(places)
      if (work === row.work) continue
      if (row.work !== null) unindexFields(row, parseTrusted(row.work))
      index({ ...row, fields: places })
      sql.exec('UPDATE documents SET work = ? WHERE key = ?', work, row.key)
    }
  }

  const lookup = {
    fields(kind: Kind, id: string): Fields | undefined {
      const row = storedById(kind, id)
      return row && parseTrusted<Fields>(row.fields)
    },
    count: (kind: Kind, { unfinishedIn }: { unfinishedIn: string }) =>
      withValue(kind, 'unfinishedIn', unfinishedIn, 1).length,
  }

  const withValue = (kind: Kind, field: string, value: string, limit = -1): string[] =>
    sql
      .exec<{ id: string }>(
        'SELECT id FROM fields WHERE kind = ? AND field = ? AND value = ? LIMIT ?',
        ...[kind, field, value, limit],
      )
      .toArray()
      .map(({ id }) => id)

  const dependentsOf = (id: string) => withValue('tasks', 'dependencies', id)

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

  const reindex = (key: string, json: string) => {
    const row = storedEntry(key)
    const { kind, fields } = indexEntryOf(key, json)
    if (!row || kind === '') return
    unindexFields(row, parseTrusted(row.fields))
    index({ ...row, fields })
    sql.exec('UPDATE documents SET fields = ? WHERE key = ?', JSON.stringify(fields), key)
    touched.note(kind, row.id, undefined, fields)
  }

  const remove = (key: string) => {
    const previous = storedEntry(key)
    if (!previous) return
    sql.exec('DELETE FROM documents WHERE key = ?', key)
    if (previous.lists !== null) sql.exec('DELETE FROM items WHERE key = ?', key)
    unindex(previous, true)
    const kind = kindOfKey(key)
    if (kind) touched.note(kind, previous.id, parseTrusted(previous.fields), undefined)
  }

  return { put, reindex, remove, refresh }
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
