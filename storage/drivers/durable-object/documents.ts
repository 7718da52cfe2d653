import type { SqlStorage } from '@cloudflare/workers-types'
import type { Documents, Page, Where } from '../../documents'
import { Entry } from '../../entry'
import type { Kind } from '../../kinds'
import { createEntryCache } from './entry-cache'

/** An object has 128 MB for everything. In bytes. */
const cacheSize = 16 * 1024 * 1024

type Row = { id: string; json: string }

/**
 * Documents that are read from SQLite when they are asked for. What is put or removed here is stored by the
 * commit that follows at once: until then it is only remembered, if at all.
 */
export const createSqlDocuments = (sql: SqlStorage): Documents => {
  const cache = createEntryCache(cacheSize)

  const get = <K extends Kind>(kind: K, id: string): Entry<K> | undefined => {
    const known = cache.get(kind, id)
    if (known) return known
    const row = sql
      .exec<Row>('SELECT id, json FROM documents WHERE kind = ? AND id = ?', kind, id)
      .toArray()[0]
    if (!row) return undefined
    const entry = readEntry(kind, row.json)
    cache.put(kind, entry)
    return entry
  }

  /** A long list would push everything else out of the cache, so it leaves nothing there. */
  const list = <K extends Kind>(kind: K, where: Where = {}, page: Page = {}): Entry<K>[] => {
    const found: Entry<K>[] = []
    const { text, bindings } = listQuery(kind, where, page)
    for (const { id, json } of sql.exec<Row>(text, ...bindings))
      found.push(cache.get(kind, id) ?? readEntry(kind, json))
    return found
  }

  const count = (kind: Kind, where: Where = {}): number => {
    const { text, bindings } = countQuery(kind, where)
    return sql.exec<{ count: number }>(text, ...bindings).one().count
  }

  return { get, list, count, put: cache.put, remove: cache.remove }
}

/** The text was made, and checked, by the change that stored it. */
const readEntry = <K extends Kind>(kind: K, json: string): Entry<K> =>
  new Entry(kind, JSON.parse(json), { compact: json })

interface Query {
  text: string
  bindings: (string | number)[]
}

const listQuery = (kind: Kind, where: Where, { after, limit }: Page): Query => {
  const { from, document, condition, bindings } = selection(kind, where)
  const rest = after === undefined ? '' : 'AND (place.created, place.id) > (?, ?)'
  const position = after === undefined ? [] : [after.created, after.id]
  return {
    text: `SELECT ${document}.id, ${document}.json FROM ${from} WHERE ${condition} ${rest}
      ORDER BY place.created, place.id LIMIT ?`,
    bindings: [...bindings, ...position, limit ?? -1],
  }
}

const countQuery = (kind: Kind, where: Where): Query => {
  const { place, condition, bindings } = selection(kind, where)
  return { text: `SELECT count(*) AS count FROM ${place} WHERE ${condition}`, bindings }
}

/** Which documents: one index, read in the order of lists, whose every row is looked up in the other ones. */
const selection = (kind: Kind, where: Where) => {
  // Filters that an endpoint names last leave the fewest.
  const [narrowest, ...others] = Object.entries(where).reverse()
  if (!narrowest) {
    const place = 'documents AS place'
    return { place, from: place, document: 'place', condition: 'place.kind = ?', bindings: [kind] }
  }
  const place = 'fields AS place'
  return {
    place,
    from: `${place} CROSS JOIN documents AS document ON document.kind = place.kind AND document.id = place.id`,
    document: 'document',
    condition: ['place.kind = ? AND place.field = ? AND place.value = ?', ...others.map(() => alsoHas)].join(
      ' AND ',
    ),
    bindings: [kind, ...narrowest, ...others.flat()],
  }
}

const alsoHas = `EXISTS (SELECT 1 FROM fields AS other WHERE other.kind = place.kind
  AND other.field = ? AND other.value = ? AND other.created = place.created AND other.id = place.id)`
