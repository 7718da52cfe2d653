import type { Entry } from './entry'
import { byEntityKind, byKind, type EntityKind, type Kind } from './kinds'
import type { Fields } from './kinds/kind'
import { Ordered, type Position } from './ordered'

/** A filter: the field values that an entity must have, all of them. `{}` matches every entity of the kind. */
export type Where = Readonly<Record<string, string>>

/** A page of a list: at most `limit` entries, those after the cursor `after`. */
export interface Page {
  after?: Position | undefined
  limit?: number | undefined
}

/**
 * Everything that is stored, read synchronously: by id, or as a list by fields, oldest first. The narrow interface
 * between rules and storage: in memory on Node, over SQLite in a Durable Object.
 */
export interface Documents {
  get<K extends Kind>(kind: K, id: string): Entry<K> | undefined
  list<K extends Kind>(kind: K, where?: Where, page?: Page): readonly Entry<K>[]
  count(kind: Kind, where?: Where): number
  /** Stores or replaces. */
  put<K extends Kind>(kind: K, entry: Entry<K>): void
  remove(kind: Kind, id: string): void
}

/** Whether an entity with these fields passes a filter. */
export const matches = (fields: Fields, where: Where): boolean => {
  for (const field in where) {
    const value = fields[field]
    const wanted = where[field]
    if (value !== wanted && (typeof value !== 'object' || wanted === undefined || !value.includes(wanted)))
      return false
  }
  return true
}

interface Table<K extends Kind> {
  byId: Map<string, Entry<K>>
  /** field → value → the entries that have it; and under an empty name all of them */
  indexes: Map<string, Map<string, Ordered<Entry<K>>>>
}

/** The values of a field: one, several, or none. */
export const valuesOf = (value: string | readonly string[] | undefined): readonly string[] =>
  typeof value === 'string' ? [value] : (value ?? [])

const indexOf = <K extends Kind>(table: Table<K>, field: string, value: string): Ordered<Entry<K>> => {
  const values = table.indexes.get(field) ?? new Map<string, Ordered<Entry<K>>>()
  const entries = values.get(value) ?? new Ordered<Entry<K>>()
  if (entries.size === 0) table.indexes.set(field, values.set(value, entries))
  return entries
}

const allOf = <K extends Kind>(table: Table<K>): Ordered<Entry<K>> => indexOf(table, '', '')

const addToIndexes = <K extends Kind>(table: Table<K>, entry: Entry<K>) => {
  for (const field in entry.fields)
    for (const value of valuesOf(entry.fields[field])) indexOf(table, field, value).put(entry)
}

/** Removes an entry from the indexes, but for those that the one which replaces it is also in. */
const removeFromIndexes = <K extends Kind>(table: Table<K>, entry: Entry<K>, replacement?: Entry<K>) => {
  for (const field in entry.fields) {
    const before = entry.fields[field]
    const after = replacement?.fields[field]
    if (before === after) continue
    const kept = new Set(valuesOf(after))
    for (const value of valuesOf(before)) {
      if (kept.has(value)) continue
      const entries = table.indexes.get(field)?.get(value)
      entries?.remove(entry)
      if (entries?.size === 0) table.indexes.get(field)?.delete(value)
    }
  }
}

/** The smallest index that holds all matches, and what else its entries must have. */
const smallestIndex = <K extends Kind>(
  table: Table<K>,
  where: Where,
): { entries: Ordered<Entry<K>>; rest: Where } => {
  let entries = allOf(table)
  let by: string | undefined
  for (const field in where) {
    const candidates = table.indexes.get(field)?.get(where[field] ?? '') ?? new Ordered<Entry<K>>()
    if (by !== undefined && candidates.size >= entries.size) continue
    entries = candidates
    by = field
  }
  const rest: Record<string, string> = { ...where }
  if (by !== undefined) delete rest[by]
  return { entries, rest }
}

const isEmpty = (where: Where): boolean => {
  for (const _field in where) return false
  return true
}

/** Documents held in memory, with an index for every field. */
export const createMemoryDocuments = (): Documents => {
  const tables = byKind<{ [K in Kind]: Table<K> }>(() => ({ byId: new Map(), indexes: new Map() }))

  const put = <K extends Kind>(table: Table<K>, entry: Entry<K>) => {
    const previous = table.byId.get(entry.id)
    const moved = previous && previous.created !== entry.created
    if (previous) removeFromIndexes(table, previous, moved ? undefined : entry)
    if (moved) allOf(table).remove(previous)
    table.byId.set(entry.id, entry)
    allOf(table).put(entry)
    addToIndexes(table, entry)
  }

  const remove = <K extends Kind>(table: Table<K>, id: string) => {
    const entry = table.byId.get(id)
    if (!entry) return
    table.byId.delete(id)
    allOf(table).remove(entry)
    removeFromIndexes(table, entry)
  }

  const list = <K extends Kind>(kind: K, where: Where = {}, page: Page = {}): readonly Entry<K>[] => {
    const table: Table<K> = tables[kind]
    const { entries, rest } = smallestIndex(table, where)
    if (page.limit === undefined) {
      const found = entries.after(page.after)
      return isEmpty(rest) ? found : found.filter((entry) => matches(entry.fields, rest))
    }
    const found: Entry<K>[] = []
    for (const entry of entries.from(page.after)) {
      if (found.length >= page.limit) break
      if (matches(entry.fields, rest)) found.push(entry)
    }
    return found
  }

  const count = <K extends Kind>(kind: K, where: Where = {}): number => {
    const table: Table<K> = tables[kind]
    const { entries, rest } = smallestIndex(table, where)
    if (isEmpty(rest)) return entries.size
    let total = 0
    for (const entry of entries.after()) if (matches(entry.fields, rest)) total++
    return total
  }

  return {
    get: (kind, id) => tables[kind].byId.get(id),
    list,
    count,
    put: (kind, entry) => put(tables[kind], entry),
    remove: (kind, id) => remove(tables[kind], id),
  }
}

/** How many entities there are of each kind. */
export const countByKind = (documents: Documents): Record<EntityKind, number> =>
  byEntityKind<Record<EntityKind, number>>((kind) => documents.count(kind))
