import type { EventData } from '../schemas/events'
import type { Where } from './documents'
import type { Appends, Entry } from './entry'
import type { DataEvent, StagedEvent, StateEvent } from './event'
import type { IdPrefix } from './ids'
import type { Entities, Heads, ItemOf, Kind, ListOf } from './kinds'
import type { Fields } from './kinds/kind'
import type { Position } from './ordered'

/**
 * What a rule works on: a snapshot of everything that is stored, and what this change has staged on top. Nothing
 * of that is visible outside before the change is complete; if the rule throws, nothing happened.
 *
 * Documents read from it are not to be changed in place: a change is staged with `put`, as a new document. Their
 * append-only lists come empty, and what stands in these lists of a document that is put is appended: so a session of a
 * hundred thousand entries costs what one without any costs.
 */
export interface Transaction {
  /** The time of the change, in Unix milliseconds: one for everything in it. */
  readonly now: number
  newId(prefix: IdPrefix): string
  get<K extends Kind>(kind: K, id: string): Heads[K] | undefined
  has(kind: Kind, id: string): boolean
  /** The values by which an entity can be found: known without reading it, however large it is. */
  fields<K extends Kind>(kind: K, id: string): Fields | undefined
  /** Oldest first. */
  list<K extends Kind>(kind: K, where?: Where): Heads[K][]
  count(kind: Kind, where?: Where): number
  /** Oldest first, without reading them. */
  ids(kind: Kind, where?: Where): string[]
  /** The oldest that are stored, at most so many, those after a position: without reading them, and whatever this change has staged. */
  oldestIds(kind: Kind, limit: number, where?: Where, after?: Position): Position[]
  /** Whether an append-only list of an entity has an item of this id. */
  hasItem<K extends Kind>(kind: K, id: string, list: ListOf<K>, itemId: string): boolean
  /** The items of an append-only list of an entity, the newest first. */
  newestFirst<K extends Kind, List extends ListOf<K>>(
    kind: K,
    id: string,
    list: List,
  ): Iterable<ItemOf<K, List>>
  /** Stores an entity, or its new state: what is in its append-only lists is added to what was there. */
  put<K extends Kind>(kind: K, entity: Entities[K]): void
  /** Stores an entity as it is, and nothing of what was there. */
  replace<K extends Kind>(kind: K, entity: Entities[K]): void
  remove(kind: Kind, id: string): void
  /** Emits an event with the state of an entity at the end of this change, or when it is removed. Idempotent: emitted once. */
  emitState(name: StateEvent, id: string): void
  /** Emits an event with data of its own. To be called before the entities that it names are removed. */
  emitData<N extends DataEvent>(name: N, data: EventData<N>): void
  /** The entity as it will be stored. */
  entry<K extends Kind>(kind: K, id: string): Entry<K>
}

/** A finished change: the entries to store and to remove, and its events in order. */
export interface Staged {
  entries: readonly Entry[]
  /** How those of them grew that are long, and were there before. */
  appendsOf: ReadonlyMap<Entry, Appends>
  removed: readonly Entry[]
  events: readonly StagedEvent[]
  /** What events tell of that this change removes afterwards, as it was last. */
  told: readonly Entry[]
  /** The time of the change, in Unix milliseconds. */
  now: number
}
