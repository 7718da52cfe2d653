import type { SqlStorage } from '@cloudflare/workers-types'
import * as z from 'zod'
import { type DigestState, Items, type KeptItems } from '../../items'
import { kindOfKey, kinds } from '../../kinds'
import { joinParts, type Parts } from '../../parts'

/** What a document's row says of its lists whose items are rows of their own. */
const ListState = z.object({
  length: z.int(),
  characters: z.int(),
  chain: z.string(),
  start: z.int(),
})
const ListStates = z.record(z.string(), ListState)

interface DocumentRow {
  json: string
  /** Null: the document is whole in its row. */
  lists: string | null
}

/** What a document's row says of these lists. */
export const listStatesOf = (lists: Parts['lists']): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(lists).map(([name, items]) => {
        const { length, characters, digestState } = items
        return [name, { length, characters, ...digestState } satisfies z.infer<typeof ListState>]
      }),
    ),
  )

/** The lengths of the lists that are in rows of their own, by name; undefined if the document is whole. */
export const lengthsIn = (lists: string | null): Map<string, number> | undefined =>
  lists === null
    ? undefined
    : new Map(Object.entries(ListStates.parse(JSON.parse(lists))).map(([name, { length }]) => [name, length]))

/** A stored document in parts, the items of which are read when they are asked for; undefined if it is whole. */
export const storedParts = (
  sql: SqlStorage,
  key: string,
  { json, lists }: DocumentRow,
): Parts | undefined => {
  if (lists === null) return undefined
  const states = ListStates.parse(JSON.parse(lists))
  const names = kinds[kindOfKey(key) ?? 'sessions'].appendOnly
  return {
    head: json,
    lists: Object.fromEntries(
      names.flatMap((name) => {
        const state = states[name]
        return state ? [[name, Items.keptAs(keptItems(sql, key, name, state))]] : []
      }),
    ),
  }
}

const keptItems = (
  sql: SqlStorage,
  key: string,
  list: string,
  { length, characters, chain, start }: z.infer<typeof ListState>,
): KeptItems => {
  const digest: DigestState = { chain, start }
  return {
    length,
    characters,
    digest,
    texts: (from, to) =>
      Array.from(
        sql.exec<{ json: string }>(
          'SELECT json FROM items WHERE key = ? AND list = ? AND position >= ? AND position < ? ORDER BY position',
          ...[key, list, from, Math.min(to, length)],
        ),
        (row) => row.json,
      ),
    has: (id) =>
      sql
        .exec(
          'SELECT 1 FROM items WHERE key = ? AND list = ? AND id = ? AND position < ? LIMIT 1',
          ...[key, list, id, length],
        )
        .toArray().length > 0,
  }
}

/** A whole document as JSON; undefined if there is none under this key. */
export const readWhole = (sql: SqlStorage, key: string): string | undefined => {
  const row = sql
    .exec<{ json: string; lists: string | null }>('SELECT json, lists FROM documents WHERE key = ?', key)
    .toArray()[0]
  const parts = row && storedParts(sql, key, row)
  return parts ? joinParts(parts) : row?.json
}
