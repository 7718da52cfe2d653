import type { SqlStorage } from '@cloudflare/workers-types'
import { parseTrusted } from '../../../schemas/json-text'
import type { Documents, Page, Where } from '../../documents'
import { Entry } from '../../entry'
import type { Kind } from '../../kinds'
import { createEntryCache } from './entry-cache'
import { storedParts } from './stored-items'

/** An eighth of the 128 MB that an object has for everything. */
const maxCacheBytes = 16 * 1024 * 1024
const maxCharactersOfEntry = 256 * 1024

type Row = { id: string; key: string; json: string; lists: string | null }

/**
 * Documents that are read from SQLite when they are asked for, with a bounded cache of the last ones. `put` and
 * `remove` change the cache alone: the commit that follows at once stores the change.
 */
export const createSqlDocuments = (sql: SqlStorage): Documents => {
  const cache = createEntryCache(maxCacheBytes)

  const get = <K extends Kind>(kind: K, id: string): Entry<K> | undefined => {
    const cached = cache.get(kind, id)
    if (cached) return cached
    const row = sql
      .exec<Row>('SELECT id, key, json, lists FROM documents WHERE kind = ? AND id = ?', kind, id)
      .toArray()[0]
    if (!row) return undefined
    const entry = readEntry(sql, kind, row)
    cache.put(kind, entry)
    return entry
  }

  /** Lists read through the cache, but add nothing to it: a long one would evict everything else. */
  const list = <K extends Kind>(kind: K, where: Where = {}, page: Page = {}): Entry<K>[] => {
    const found: Entry<K>[] = []
    const { text, bindings } = listQuery(kind, where, page)
    for (const row of sql.exec<Row>(text, ...bindings))
      found.push(cache.get(kind, row.id) ?? readEntry(sql, kind, row))
    return found
  }

  const count = (kind: Kind, where: Where = {}): number => {
    const { text, bindings } = countQuery(kind, where)
    return sql.exec<{ count: number }>(text, ...bindings).one().count
  }

  /** What was appended stays in memory with an entry: one that has much of it is read again. */
  const put = <K extends Kind>(kind: K, entry: Entry<K>) => {
    if (entry.charactersInMemory > maxCharactersOfEntry && entry.isLong) cache.remove(kind, entry.id)
    else cache.put(kind, entry)
  }

  return { get, list, count, put, remove: cache.remove }
}

/** No validation: the text was made, and checked, by the change that stored it. */
const readEntry = <K extends Kind>(sql: SqlStorage, kind: K, row: Row): Entry<K> => {
  const parts = storedParts(sql, row.key, row)
  return new Entry(kind, parseTrusted(row.json), parts ? { parts } : { compact: row.json })
}

interface Query {
  text: string
  bindings: (string | number)[]
}

const listQuery = (kind: Kind, where: Where, { after, limit, isNewestFirst = false }: Page): Query => {
  const { from, document, condition, bindings } = selection(kind, where)
  const [beyond, direction] = isNewestFirst ? ['<', 'DESC'] : ['>', 'ASC']
  const rest = after === undefined ? '' : `AND (listed.created, listed.id) ${beyond} (?, ?)`
  const position = after === undefined ? [] : [after.created, after.id]
  return {
    text: `SELECT ${document}.id, ${document}.key, ${document}.json, ${document}.lists FROM ${from} WHERE ${condition} ${rest}
      ORDER BY listed.created ${direction}, listed.id ${direction} LIMIT ?`,
    bindings: [...bindings, ...position, limit ?? -1],
  }
}

const countQuery = (kind: Kind, where: Where): Query => {
  const { source, condition, bindings } = selection(kind, where)
  return { text: `SELECT count(*) AS count FROM ${source} WHERE ${condition}`, bindings }
}

/**
 * Selects documents by one index, `listed`, that is read in the order of lists, and looks each of its rows up in
 * the indexes of the other fields.
 */
const selection = (kind: Kind, where: Where) => {
  // Endpoints name their most selective filter last.
  const [narrowest, ...others] = Object.entries(where).reverse()
  if (!narrowest) {
    const source = 'documents AS listed'
    return { source, from: source, document: 'listed', condition: 'listed.kind = ?', bindings: [kind] }
  }
  const source = 'fields AS listed'
  const byField = 'listed.kind = ? AND listed.field = ? AND listed.value = ?'
  return {
    source,
    from: `${source} CROSS JOIN documents AS document ON document.kind = listed.kind AND document.id = listed.id`,
    document: 'document',
    condition: [byField, ...others.map(() => alsoHasField)].join(' AND '),
    bindings: [kind, ...narrowest, ...others.flat()],
  }
}

const alsoHasField = `EXISTS (SELECT 1 FROM fields AS other WHERE other.kind = listed.kind
  AND other.field = ? AND other.value = ? AND other.created = listed.created AND other.id = listed.id)`
