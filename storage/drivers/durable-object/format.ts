import type { SqlStorage } from '@cloudflare/workers-types'
import { type Put, putOf } from '../../driver'
import { kindOfKey } from '../../kinds'
import { readEntry } from '../../read-entry'
import { reasonOf } from '../../reason'

/**
 * The format of an object's tables and documents. 1 is that of version 0.1.0, which wrote no number; in 3 sessions say
 * which one asked for them, and are found by it; in 4 the items of a long document's lists are rows of their own.
 */
const currentFormat = 4

/** How many documents are read at a time. */
const batchSize = 500

type Row = { key: string; json: string }

interface Stored {
  put(document: Put): void
  quarantine(key: string, json: string, reason: string): void
}

/** Throws if a later version has written this object. To be called before anything in it is touched. */
export const refuseLaterFormat = (sql: SqlStorage): void => {
  const format = formatOf(sql)
  if (format > currentFormat)
    throw new Error(
      `This workspace was written by a later Maestro Server (format ${format}, this one knows ${currentFormat}): deploy that version. Nothing was changed`,
    )
}

const formatOf = (sql: SqlStorage): number => {
  const hasNumber = sql.exec(`SELECT name FROM sqlite_master WHERE name = 'format'`).toArray().length > 0
  if (!hasNumber) return 1
  return sql.exec<{ format: number }>('SELECT format FROM format').toArray()[0]?.format ?? 1
}

/**
 * Brings the documents of an earlier format up to date; one that is no valid entity is set aside. To be called within a
 * transaction: all of them, or none.
 */
export const migrateDocuments = (sql: SqlStorage, { put, quarantine }: Stored): void => {
  if (formatOf(sql) === currentFormat) return

  const migrate = ({ key, json }: Row) => {
    const kind = kindOfKey(key)
    if (kind === undefined) return
    try {
      const current = readEntry(kind, key, json)
      if (current.isLong || current.json !== json) put(putOf(current))
    } catch (error) {
      quarantine(key, json, reasonOf(error))
    }
  }

  for (let after = ''; ; ) {
    const rows = sql
      .exec<Row>('SELECT key, json FROM documents WHERE key > ? ORDER BY key LIMIT ?', after, batchSize)
      .toArray()
    rows.forEach(migrate)
    const last = rows.at(-1)
    if (!last) break
    after = last.key
  }
  sql.exec('INSERT OR REPLACE INTO format (single, format) VALUES (1, ?)', currentFormat)
}
