import type { SqlStorage } from '@cloudflare/workers-types'
import { type Fields, type Kind, kindOfKey, kinds } from '../../kinds'

/** How a document is found: worked out of its text. */
interface Place {
  kind: string
  id: string
  created: number
  fields: Fields
}

/** Writes documents, and the index by which they are listed. To be called within a transaction. */
export const createRows = (sql: SqlStorage) => {
  const before = (key: string) =>
    sql
      .exec<{ kind: string; id: string; created: number; fields: string }>(
        'SELECT kind, id, created, fields FROM documents WHERE key = ?',
        key,
      )
      .toArray()[0]

  const unindex = (place: Place) => {
    for (const [field, value] of valuesOf(place.fields))
      sql.exec(
        'DELETE FROM fields WHERE kind = ? AND field = ? AND value = ? AND created = ? AND id = ?',
        ...[place.kind, field, value, place.created, place.id],
      )
  }

  const index = (place: Place) => {
    for (const [field, value] of valuesOf(place.fields))
      sql.exec(
        'INSERT OR IGNORE INTO fields (kind, field, value, created, id) VALUES (?, ?, ?, ?, ?)',
        ...[place.kind, field, value, place.created, place.id],
      )
  }

  const put = (key: string, json: string) => {
    const place = placeOf(key, json)
    const { kind, id, created } = place
    const fields = JSON.stringify(place.fields)
    const old = before(key)
    sql.exec(
      'INSERT OR REPLACE INTO documents (key, kind, id, created, fields, json) VALUES (?, ?, ?, ?, ?, ?)',
      ...[key, kind, id, created, fields, json],
    )
    // Most changes leave the index as it is.
    if (old?.fields === fields && old.created === created) return
    if (old) unindex({ ...old, fields: JSON.parse(old.fields) })
    index(place)
  }

  const remove = (key: string) => {
    const old = before(key)
    if (!old) return
    sql.exec('DELETE FROM documents WHERE key = ?', key)
    unindex({ ...old, fields: JSON.parse(old.fields) })
  }

  return { put, remove }
}

const placeOf = (key: string, json: string): Place => {
  const kind = kindOfKey(key)
  const id = key.slice(key.lastIndexOf(':') + 1)
  return { kind: kind ?? '', id, ...(kind ? found(kind, json) : { created: 0, fields: {} }) }
}

const found = <K extends Kind>(kind: K, json: string) => {
  const document = JSON.parse(json)
  return { created: kinds[kind].createdAt(document), fields: kinds[kind].fields(document) }
}

const valuesOf = (fields: Fields): [field: string, value: string][] =>
  Object.entries(fields).flatMap(([field, value]) =>
    (typeof value === 'string' ? [value] : value).map((one): [string, string] => [field, one]),
  )
