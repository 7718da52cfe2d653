import type { Batch } from '../../driver'
import type { LoggedEvent } from '../../event'
import {
  type HeldDocument,
  heldOf,
  jsonOf,
  type Lengths,
  lengthsBefore,
  lengthsOf,
  listNamesOf,
} from './held-document'
import type { Lease } from './lease'

/** What becomes of a document. */
interface DocumentChange {
  held: HeldDocument
  /** What the database has of its lists already, of a long one that only grew; undefined: all of it is stored. */
  from?: Lengths | undefined
}

/** Batches that are stored together. */
export interface Group {
  /** The last state of every document that changes; null: it is removed. */
  documents: ReadonlyMap<string, DocumentChange | null>
  events: readonly LoggedEvent[]
}

/** `contents`: what the database holds before. */
export const groupOf = (batches: readonly Batch[], contents: ReadonlyMap<string, HeldDocument>): Group => {
  const documents = new Map<string, DocumentChange | null>()
  for (const { puts, removes } of batches) {
    for (const put of puts) {
      const earlier = documents.get(put.key)
      const before = earlier === undefined ? contents.get(put.key) : earlier?.held
      const grown = lengthsBefore(put, before)
      const from = grown && earlier ? earlier.from : grown
      documents.set(put.key, { held: heldOf(put), from })
    }
    for (const key of removes) documents.set(key, null)
  }
  return { documents, events: batches.flatMap(({ events }) => events) }
}

/**
 * One statement: one transaction and one round trip. The epoch is a fencing token: the statement has no effect
 * unless the lease is still ours, and the row that it updates first stays locked until it ends.
 */
const storeStatement = `
  WITH
    owner AS MATERIALIZED (UPDATE maestro.server SET commits = $2 WHERE epoch = $1 RETURNING true),
    put AS (
      INSERT INTO maestro.documents (key, json, lists)
      SELECT key, json, lists FROM unnest($3::text[], $4::text[], $5::text[]) AS given (key, json, lists)
      WHERE EXISTS (SELECT FROM owner)
      ON CONFLICT (key) DO UPDATE SET json = excluded.json, lists = excluded.lists
    ),
    removed AS (DELETE FROM maestro.documents WHERE key = ANY ($6::text[]) AND EXISTS (SELECT FROM owner)),
    logged AS (
      INSERT INTO maestro.events (number, json)
      SELECT number, json FROM unnest($7::bigint[], $8::text[]) AS given (number, json)
      WHERE EXISTS (SELECT FROM owner)
    ),
    cut AS (
      DELETE FROM maestro.items USING unnest($9::text[], $10::text[], $11::bigint[]) AS kept (key, list, length)
      WHERE items.key = kept.key AND items.list = kept.list AND items.position >= kept.length
        AND EXISTS (SELECT FROM owner)
    ),
    added AS (
      INSERT INTO maestro.items (key, list, position, json)
      SELECT key, list, position, json
      FROM unnest($12::text[], $13::text[], $14::bigint[], $15::text[]) AS given (key, list, position, json)
      WHERE EXISTS (SELECT FROM owner)
      ON CONFLICT (key, list, position) DO UPDATE SET json = excluded.json
    )
  SELECT FROM owner`

/** Columns of rows that are stored together. */
type Rows<Column extends string, Value> = Record<Column, Value[]>

/**
 * Stores a group, all of it or nothing; `commits` is the commit counter after it. Throws, and has stored nothing,
 * if another server has the lease by now.
 */
export const storeGroup = async (
  { connection, epoch }: Lease,
  { documents, events }: Group,
  commits: number,
): Promise<void> => {
  const put: Rows<'keys' | 'texts', string> & Rows<'lists', string | null> = {
    keys: [],
    texts: [],
    lists: [],
  }
  const removed: string[] = []
  const cut: Rows<'keys' | 'lists', string> & Rows<'lengths', number> = { keys: [], lists: [], lengths: [] }
  const added: Rows<'keys' | 'lists' | 'texts', string> & Rows<'positions', number> = {
    ...{ keys: [], lists: [], positions: [], texts: [] },
  }

  for (const [key, change] of documents) {
    const parts = change && 'parts' in change.held ? change.held.parts : undefined
    if (!change) removed.push(key)
    else {
      put.keys.push(key)
      put.texts.push(parts ? parts.head : jsonOf(change.held))
      put.lists.push(parts ? JSON.stringify(lengthsOf(parts)) : null)
    }
    for (const list of listNamesOf(key)) {
      const items = parts?.lists[list]
      cut.keys.push(key)
      cut.lists.push(list)
      cut.lengths.push(items?.length ?? 0)
      const first = change?.from?.[list] ?? 0
      for (const [at, text] of (items?.texts(first) ?? []).entries()) {
        added.keys.push(key)
        added.lists.push(list)
        added.positions.push(first + at)
        added.texts.push(text)
      }
    }
  }
  const rows = await connection.query(storeStatement, [
    ...[epoch, commits, put.keys, put.texts, put.lists, removed],
    events.map(({ number }) => number),
    events.map((event) => JSON.stringify(event)),
    ...[cut.keys, cut.lists, cut.lengths],
    ...[added.keys, added.lists, added.positions, added.texts],
  ])
  if (rows.length === 0) throw new Error('another server has the database')
}

/**
 * Rolls back a group that was stored although its callers got a failure: its documents become those of
 * `contents` again, and the events after `lastEvent` go. Idempotent: to be repeated if it fails.
 */
export const rollBackGroup = async (
  lease: Lease,
  group: Group,
  contents: ReadonlyMap<string, HeldDocument>,
  { commits, lastEvent }: { commits: number; lastEvent: number },
): Promise<void> => {
  await lease.connection.query('DELETE FROM maestro.events WHERE number > $1', [lastEvent])
  const before = [...group.documents].map(([key, change]): [string, DocumentChange | null] => {
    const held = contents.get(key)
    const isAsBefore = held && 'parts' in held && change?.from !== undefined
    return [key, held ? { held, from: isAsBefore ? lengthsOf(held.parts) : undefined } : null]
  })
  await storeGroup(lease, { documents: new Map(before), events: [] }, commits)
}
