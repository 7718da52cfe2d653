import type { SqlStorage } from '@cloudflare/workers-types'
import { type Put, putOf } from '../../driver'
import { kindOfKey } from '../../kinds'
import { readEntry } from '../../read-entry'
import { reasonOf } from '../../reason'

/**
 * The format of an object's tables and documents. 1 is that of version 0.1.0, which wrote no number; in 3 sessions say
 * which one asked for them, and are found by it; in 4 the items of a long document's lists are rows of their own; in 5
 * tasks are found by whether they are ready.
 */
const currentFormat = 5

/** How many documents are read at a time. */
const batchSize = 500

type Row = { key: string; json: string; lists: string | null }

interface Stored {
  put(document: Put): void
  /** Finds a document anew by what is in it, which stays as it is. */
  reindex(key: string, json: string): void
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
export const migrateDocuments = (sql: SqlStorage, { put, reindex, quarantine }: Stored): void => {
  if (formatOf(sql) === currentFormat) return

  const migrate = ({ key, json, lists }: Row) => {
    const kind = kindOfKey(key)
    if (kind === undefined) return
    // The rest of it is in rows of its own, so it is of format 4 at least.
    if (lists !== null) return reindex(key, json)
    try {
      const current = readEntry(kind, key, json)
      if (current.isLong || current.json !== json) put(putOf(current))
      else if (kind === 'tasks' || kind === 'sessions') reindex(key, json)
    } catch (error) {
      quarantine(key, json, reasonOf(error))
    }
  }

  for (let after = ''; ; ) {
    const rows = sql
      .exec<Row>(
        'SELECT key, json, lists FROM documents WHERE key > ? ORDER BY key LIMIT ?',
        after,
        batchSize,
      )
      .toArray()
    rows.forEach(migrate)
    const last = rows.at(-1)
    if (!last) break
    after = last.key
  }
  sql.exec('INSERT OR REPLACE INTO format (single, format) VALUES (1, ?)', currentFormat)
}
