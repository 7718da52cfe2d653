import { byEntityKind, type EntityKind } from '../schemas/entities'
import type { Entry } from './entry'
import { byKind, type Kind } from './kinds'
import { type Fields, noValues, valuesOf } from './kinds/kind'
import { Ordered, type Position } from './ordered'
import { atOnce, type Steps } from './others-turn'
import { createTouched, type Lookup, placesOf, sharePlaces, type Touched } from './readiness'

/**
 * A filter: the field values that an entity must have, all of them. `{}` matches every entity of the kind. Tasks are also found
 * by `ready` and by `waits`, each alone: see `readiness.ts`.
 */
export type Where = Readonly<Record<string, string>>

/** A page of a list: at most `limit` entries, those after the cursor `after`. */
export interface Page {
  after?: Position | undefined
  limit?: number | undefined
  /** The last first: then those before `after`. */
  isNewestFirst?: boolean
}

/**
 * Everything that is stored, read synchronously: by id, or as a list by fields, oldest first unless a page says otherwise. The narrow interface
 * between rules and storage: in memory on Node, over SQLite in a Durable Object.
 */
export interface Documents {
  get<K extends Kind>(kind: K, id: string): Entry<K> | undefined
  list<K extends Kind>(kind: K, where?: Where, page?: Page): readonly Entry<K>[]
  count(kind: Kind, where?: Where): number
  /** Stores or replaces. */
  put<K extends Kind>(kind: K, entry: Entry<K>): void
  remove(kind: Kind, id: string): void
  /**
   * In memory: works out, in steps, what is ready, where nobody has asked for that yet. Who asks before it is done waits for
   * all of the rest.
   */
  indexReady?(): Steps
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

/** The place of an entity in the lists that it is in: its entry is replaced there in all of them at once. */
interface Place<K extends Kind> extends Position {
  entry: Entry<K>
  /** Of a task: where it is in the index of what is ready. */
  work: Fields | undefined
}

interface Table<K extends Kind> {
  byId: Map<string, Place<K>>
  /** field → value → the entries that have it; and under an empty name all of them */
  indexes: Map<string, Map<string, Ordered<Place<K>>>>
}

const indexOf = <K extends Kind>(table: Table<K>, field: string, value: string): Ordered<Place<K>> => {
  const values = table.indexes.get(field) ?? new Map<string, Ordered<Place<K>>>()
  const places = values.get(value) ?? new Ordered<Place<K>>()
  if (places.size === 0) table.indexes.set(field, values.set(value, places))
  return places
}

const allOf = <K extends Kind>(table: Table<K>): Ordered<Place<K>> => indexOf(table, '', '')

/** The values that a field has only before, of which a few are compared one by one. */
const valuesGone = (
  before: Fields[string] | undefined,
  after: Fields[string] | undefined,
): readonly string[] => {
  if (before === after) return noValues
  const from = valuesOf(before)
  const to = valuesOf(after)
  if (from.length === 0 || to.length === 0) return from
  const kept = to.length > 8 ? new Set(to) : undefined
  return from.filter((value) => !(kept ? kept.has(value) : to.includes(value)))
}

/** Puts a place into the indexes of these fields, where it is in those of `before`. */
const addToIndexes = <K extends Kind>(
  table: Table<K>,
  place: Place<K>,
  fields: Fields,
  before: Fields = {},
) => {
  for (const field in fields) {
    if (fields[field] === before[field]) continue
    for (const value of valuesGone(fields[field], before[field])) indexOf(table, field, value).put(place)
  }
}

/** Takes a place out of the indexes of these fields, but for those that `kept` has, too. */
const removeFromIndexes = <K extends Kind>(
  table: Table<K>,
  place: Place<K>,
  fields: Fields,
  kept: Fields = {},
) => {
  for (const field in fields) {
    if (fields[field] === kept[field]) continue
    for (const value of valuesGone(fields[field], kept[field])) {
      const places = table.indexes.get(field)?.get(value)
      places?.remove(place)
      if (places?.size === 0) table.indexes.get(field)?.delete(value)
    }
  }
}

/** The smallest index that holds all matches, and what else its entries must have. */
const smallestIndex = <K extends Kind>(
  table: Table<K>,
  where: Where,
): { places: Ordered<Place<K>>; rest: Where } => {
  let places = allOf(table)
  let by: string | undefined
  for (const field in where) {
    const candidates = table.indexes.get(field)?.get(where[field] ?? '') ?? new Ordered<Place<K>>()
    if (by !== undefined && candidates.size >= places.size) continue
    places = candidates
    by = field
  }
  const rest: Record<string, string> = { ...where }
  if (by !== undefined) delete rest[by]
  return { places, rest }
}

const isEmpty = (where: Where): boolean => {
  for (const _field in where) return false
  return true
}

/** Documents held in memory, with an index for every field. */
export const createMemoryDocuments = (): Documents => {
  const tables = byKind<{ [K in Kind]: Table<K> }>(() => ({ byId: new Map(), indexes: new Map() }))

  const put = <K extends Kind>(table: Table<K>, entry: Entry<K>) => {
    const found = table.byId.get(entry.id)
    if (found?.created === entry.created) {
      const { fields } = found.entry
      found.entry = entry
      removeFromIndexes(table, found, fields, entry.fields)
      addToIndexes(table, found, entry.fields, fields)
      return
    }
    if (found) remove(table, entry.id)
    // With room for `work`, which else is kept apart, and takes five times as much.
    const place: Place<K> = { created: entry.created, id: entry.id, entry, work: undefined }
    table.byId.set(entry.id, place)
    allOf(table).put(place)
    addToIndexes(table, place, entry.fields)
  }

  const remove = <K extends Kind>(table: Table<K>, id: string) => {
    const place = table.byId.get(id)
    if (!place) return
    table.byId.delete(id)
    allOf(table).remove(place)
    removeFromIndexes(table, place, place.entry.fields)
    if (place.work) removeFromIndexes(table, place, place.work)
  }

  /** Before somebody asks what is ready, nothing of that is kept: many never do. */
  let touched: Touched | undefined
  /** The tasks of which it is still to be worked out for the first time. */
  let unplaced: string[] = []
  const share = sharePlaces()
  const fieldsOf = (kind: Kind, id: string) => tables[kind].byId.get(id)?.entry.fields

  const lookup: Lookup = {
    fields: fieldsOf,
    count: (_kind, { unfinishedIn }) =>
      tables.tasks.indexes.get('unfinishedIn')?.get(unfinishedIn)?.size ?? 0,
  }

  /** Works out where a task stands. */
  const placeTask = (id: string) => {
    const place = tables.tasks.byId.get(id)
    if (!place) return
    const before = place.work
    const work = placesOf(lookup, id, place.entry.fields, share)
    if (work === before) return
    place.work = work
    if (before) removeFromIndexes(tables.tasks, place, before, work)
    addToIndexes(tables.tasks, place, work, before)
  }

  function* indexReady(): Steps {
    if (!touched) {
      touched = createTouched()
      // The oldest last: it is taken first, and so each comes to the end of its lists.
      unplaced = [...allOf(tables.tasks).after()].map(({ id }) => id).reverse()
    }
    for (let id = unplaced.pop(); id !== undefined; id = unplaced.pop()) {
      placeTask(id)
      yield
    }
  }

  /** Works out where the tasks stand that changes have touched. */
  const refresh = () => {
    atOnce(indexReady())
    const dependentsOf = (id: string) => list('tasks', { dependencies: id }).map((entry) => entry.id)
    for (const id of touched?.take(dependentsOf) ?? []) placeTask(id)
  }

  const note = (touched: Touched, kind: Kind, { id, fields, created }: Entry) => {
    const before = tables[kind].byId.get(id)
    if (before && before.created !== created) {
      // It gets another place.
      touched.note(kind, id, before.entry.fields, undefined)
      touched.note(kind, id, undefined, fields)
    } else touched.note(kind, id, before?.entry.fields, fields)
  }

  const refreshFor = (where: Where) => {
    if (where.ready !== undefined || where.waits !== undefined) refresh()
  }

  const list = <K extends Kind>(kind: K, where: Where = {}, page: Page = {}): readonly Entry<K>[] => {
    const table: Table<K> = tables[kind]
    const { places, rest } = smallestIndex(table, where)
    const found: Entry<K>[] = []
    const matchesAll = isEmpty(rest)
    const candidates = page.isNewestFirst
      ? places.before(page.after)
      : page.limit === undefined
        ? places.after(page.after)
        : places.from(page.after)
    for (const { entry } of candidates) {
      if (page.limit !== undefined && found.length >= page.limit) break
      if (matchesAll || matches(entry.fields, rest)) found.push(entry)
    }
    return found
  }

  const count = <K extends Kind>(kind: K, where: Where = {}): number => {
    const table: Table<K> = tables[kind]
    const { places, rest } = smallestIndex(table, where)
    if (isEmpty(rest)) return places.size
    let total = 0
    for (const { entry } of places.after()) if (matches(entry.fields, rest)) total++
    return total
  }

  return {
    get: (kind, id) => tables[kind].byId.get(id)?.entry,
    list(kind, where = {}, page) {
      refreshFor(where)
      return list(kind, where, page)
    },
    count(kind, where = {}) {
      refreshFor(where)
      return count(kind, where)
    },
    put(kind, entry) {
      if (touched) note(touched, kind, entry)
      put(tables[kind], entry)
    },
    remove(kind, id) {
      touched?.note(kind, id, fieldsOf(kind, id), undefined)
      remove(tables[kind], id)
    },
    indexReady,
  }
}

/** How many entities there are of each kind. */
export const countByKind = (documents: Documents): Record<EntityKind, number> =>
  byEntityKind<Record<EntityKind, number>>((kind) => documents.count(kind))
