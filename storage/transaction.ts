import type { EventData } from '../schemas/events'
import { type Documents, matches, type Where } from './documents'
import { Entry } from './entry'
import type { DataEvent, StagedEvent, StateEvent } from './event'
import { roomsOfDataEvent, roomsOfStateEvent } from './event-rooms'
import type { IdPrefix, NewId } from './ids'
import { byKind, type Entities, type Kind, kinds, storedKinds } from './kinds'
import type { Fields } from './kinds/kind'
import { readOnce } from './read-once'

/**
 * What a rule works on: a snapshot of everything that is stored, and what this change has staged on top. Nothing
 * of that is visible outside before the change is complete; if the rule throws, nothing happened.
 *
 * Documents read from it are not to be changed in place: a change is staged with `put`, as a new document.
 */
export interface Transaction {
  /** The time of the change, in Unix milliseconds: one for everything in it. */
  readonly now: number
  newId(prefix: IdPrefix): string
  get<K extends Kind>(kind: K, id: string): Entities[K] | undefined
  has(kind: Kind, id: string): boolean
  /** The values by which an entity can be found: known without reading it, however large it is. */
  fields<K extends Kind>(kind: K, id: string): Fields | undefined
  /** Oldest first. */
  list<K extends Kind>(kind: K, where?: Where): Entities[K][]
  count(kind: Kind, where?: Where): number
  /** The oldest that are stored, at most so many: without reading them, and whatever this change has staged. */
  oldestIds(kind: Kind, limit: number): { id: string; created: number }[]
  put<K extends Kind>(kind: K, entity: Entities[K]): void
  remove(kind: Kind, id: string): void
  /** Emits an event with the state of an entity at the end of this change. Idempotent: emitted once. */
  emitState(name: StateEvent, id: string): void
  /** Emits an event with data of its own. To be called before the entities that it names are removed. */
  emitData<N extends DataEvent>(name: N, data: EventData<N>): void
  /** The entity as it will be stored. */
  entry<K extends Kind>(kind: K, id: string): Entry<K>
}

/** A finished change: the entries to store and to remove, and its events in order. */
export interface Staged {
  entries: readonly Entry[]
  removed: readonly Entry[]
  events: readonly StagedEvent[]
  /** The time of the change, in Unix milliseconds. */
  now: number
}

/** An entity as staged; its entry is made when it is first needed. */
interface Draft<K extends Kind> {
  document: Entities[K]
  entry?: Entry<K>
}
type Drafts = { [K in Kind]: Map<string, Draft<K> | undefined> }

/** A change under way. */
interface Change {
  transaction: Transaction
  /** How many entities it stores or removes so far. */
  size(): number
  /** Does much of what `finish` would do, a part with every step. */
  prepare(): Generator<void, void>
  /** What was staged. */
  finish(): Staged
}

/** So many entries are made in a step. */
const entriesInStep = 250

/** Starts a change on top of what is stored. */
export const beginTransaction = (documents: Documents, now: number, newId: NewId): Change => {
  const drafts = byKind<Drafts>(() => new Map())
  const events: StagedEvent[] = []
  const stagedStates = new Set<string>()
  const stored = readOnce(documents)

  const get = <K extends Kind>(kind: K, id: string): Entities[K] | undefined => {
    const staged: Drafts[K] = drafts[kind]
    return staged.has(id) ? staged.get(id)?.document : stored.get(kind, id)
  }

  const fields = <K extends Kind>(kind: K, id: string): Fields | undefined => {
    const staged: Drafts[K] = drafts[kind]
    if (!staged.has(id)) return documents.get(kind, id)?.fields
    const draft = staged.get(id)
    return draft && kinds[kind].fields(draft.document)
  }

  const list = <K extends Kind>(kind: K, where: Where = {}): Entities[K][] => {
    const staged: Drafts[K] = drafts[kind]
    const found: Entities[K][] = []
    for (const entry of documents.list(kind, where)) if (!staged.has(entry.id)) found.push(stored.read(entry))
    for (const draft of staged.values())
      if (draft && matches(kinds[kind].fields(draft.document), where)) found.push(draft.document)
    return found.sort((a, b) => kinds[kind].createdAt(a) - kinds[kind].createdAt(b))
  }

  const entry = <K extends Kind>(kind: K, id: string): Entry<K> => {
    const staged: Drafts[K] = drafts[kind]
    const draft = staged.get(id)
    if (draft) {
      draft.entry ??= new Entry(kind, draft.document)
      return draft.entry
    }
    const before = documents.get(kind, id)
    if (!before || staged.has(id)) throw new Error(`there is no entity ${id} among the ${kind}`)
    return before
  }

  /** The project of an entity, also of one that this change removes: the event of that still goes to its rooms. */
  const projectOf = (kind: 'tasks' | 'sessions', id: string | undefined): string | undefined => {
    if (id === undefined) return undefined
    const draft = drafts[kind].get(id)
    if (draft) return draft.document.projectId
    const projectId = documents.get(kind, id)?.fields.projectId
    return typeof projectId === 'string' ? projectId : undefined
  }

  const size = () => storedKinds.reduce((total, kind) => total + drafts[kind].size, 0)

  function* prepare() {
    let made = 0
    for (const kind of storedKinds)
      for (const [id, draft] of drafts[kind]) {
        if (draft) entry(kind, id)
        if (++made % entriesInStep === 0) yield
      }
  }

  const finish = (): Staged => {
    const entries: Entry[] = []
    const removed: Entry[] = []
    for (const kind of storedKinds)
      for (const [id, draft] of drafts[kind]) {
        if (draft) entries.push(entry(kind, id))
        else {
          const before = documents.get(kind, id)
          if (before) removed.push(before)
        }
      }
    return { entries, removed, events, now }
  }

  const transaction: Transaction = {
    now,
    newId: (prefix) => newId(prefix, now),
    get,
    fields,
    has: (kind, id) =>
      drafts[kind].has(id) ? drafts[kind].get(id) !== undefined : !!documents.get(kind, id),
    list,
    count: (kind, where) =>
      drafts[kind].size === 0 ? documents.count(kind, where) : list(kind, where).length,
    oldestIds: (kind, limit) =>
      documents.list(kind, {}, { limit }).map(({ id, created }) => ({ id, created })),
    put(kind, entity) {
      const staged: Drafts[typeof kind] = drafts[kind]
      staged.set(kinds[kind].id(entity), { document: entity })
    },
    remove: (kind, id) => void drafts[kind].set(id, undefined),
    emitState(name, id) {
      if (stagedStates.has(`${name} ${id}`)) return
      stagedStates.add(`${name} ${id}`)
      events.push({ name, id, rooms: roomsOfStateEvent(name, id, projectOf) })
    },
    emitData: (name, data) =>
      void events.push({ name, data, rooms: roomsOfDataEvent(name, data, projectOf) }),
    entry,
  }
  return { transaction, size, prepare, finish }
}
