/** A change under way: what it has staged, on top of what is stored. */
import { parseTrusted } from '../schemas/json-text'
import { type Documents, matches, type Where } from './documents'
import { type Appends, Entry } from './entry'
import { kindOfEvent, type StagedEvent } from './event'
import { roomsOfDataEvent, roomsOfStateEvent } from './event-rooms'
import type { NewId } from './ids'
import { type Items, idOf } from './items'
import { type Entities, type Heads, type ItemOf, type Kind, kinds, type ListOf, storedKinds } from './kinds'
import type { Fields } from './kinds/kind'
import { type ItemsByList, takeApart, textsOf } from './parts'
import { readOnce } from './read-once'
import type { Staged, Transaction } from './transaction'

/** An entity as staged; its entry is made when it is first needed. */
interface Draft<K extends Kind> {
  /** Its append-only lists are empty. */
  document: Entities[K]
  head: Heads[K]
  /** What is added to these lists. */
  added: ItemsByList
  /** What has them so far; undefined: they begin empty. */
  before: Entry<K> | undefined
  entry?: Entry<K>
}
interface Found<K extends Kind> {
  id: string
  created: number
  found: Entry<K> | Draft<K>
}
/** By id; undefined: it is removed. Kinds of which nothing is staged are absent: most changes are about one or two. */
type Drafts = { [K in Kind]?: Map<string, Draft<K> | undefined> }
const noDrafts: ReadonlyMap<string, never> = new Map<string, never>()

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

const itemsInPage = 200

const nothing: ItemsByList = {}

/** Whether the append-only lists of an entity are empty. */
const isHead = <K extends Kind>(kind: K, entity: object): entity is Heads[K] =>
  kinds[kind].appendOnly.every((list) => {
    const items: unknown = Reflect.get(entity, list)
    return Array.isArray(items) && items.length === 0
  })

/** The items of a list as it was, and those that are added to it. */
function* newestOf<Item>(items: Items | undefined, added: readonly string[]): Generator<Item> {
  for (const text of added.toReversed()) yield parseTrusted<Item>(text)
  for (let end = items?.length ?? 0; end > 0; end -= itemsInPage)
    for (const text of items?.texts(Math.max(0, end - itemsInPage), end).toReversed() ?? [])
      yield parseTrusted<Item>(text)
}

/** Makes the entries of what is staged, a part with every step. */
function* makeEntries(
  stagedOf: (kind: Kind) => ReadonlyMap<string, unknown>,
  makeEntry: (kind: Kind, id: string) => unknown,
): Generator<void, void> {
  let made = 0
  for (const kind of storedKinds)
    for (const [id, draft] of stagedOf(kind)) {
      if (draft) makeEntry(kind, id)
      if (++made % entriesInStep === 0) yield
    }
}

/** Starts a change on top of what is stored. */
export const beginTransaction = (documents: Documents, now: number, newId: NewId): Change => {
  const drafts: Drafts = {}
  const appendsOf = new Map<Entry, Appends>()
  const events: StagedEvent[] = []
  const stagedStates = new Set<string>()
  const told: Entry[] = []
  const stored = readOnce(documents)

  const stagedOf = <K extends Kind>(kind: K): ReadonlyMap<string, Draft<K> | undefined> => {
    const staged: Drafts[K] = drafts[kind]
    return staged ?? noDrafts
  }

  const setDraft = <K extends Kind>(kind: K, id: string, draft: Draft<K> | undefined) => {
    const before: Drafts[K] = drafts[kind]
    const staged: NonNullable<Drafts[K]> = before ?? new Map()
    if (!before) drafts[kind] = staged
    staged.set(id, draft)
  }

  const get = <K extends Kind>(kind: K, id: string): Heads[K] | undefined => {
    const staged = stagedOf(kind)
    return staged.has(id) ? staged.get(id)?.head : stored.get(kind, id)
  }

  const stage = <K extends Kind>(
    kind: K,
    entity: Entities[K],
    before: Entry<K> | undefined,
    addedBefore: ItemsByList = {},
  ) => {
    const { appendOnly, id } = kinds[kind]
    // Most have no such lists, and a change may put tens of thousands.
    if (appendOnly.length === 0 && isHead(kind, entity)) {
      setDraft(kind, id(entity), { document: entity, head: entity, added: nothing, before })
      return
    }
    const { head: document, items } = takeApart(entity, appendOnly)
    const added: Record<string, readonly unknown[]> = { ...addedBefore }
    for (const list of appendOnly) added[list] = [...(added[list] ?? []), ...(items[list] ?? [])]
    if (isHead(kind, document)) setDraft(kind, id(entity), { document, head: document, added, before })
  }

  const put = <K extends Kind>(kind: K, entity: Entities[K]) => {
    const staged = stagedOf(kind)
    const id = kinds[kind].id(entity)
    const draft = staged.get(id)
    const before = staged.has(id) ? draft?.before : documents.get(kind, id)
    stage(kind, entity, before, draft?.added)
  }

  const hasItem = <K extends Kind>(kind: K, id: string, list: ListOf<K>, itemId: string): boolean => {
    const { before, added } = grownOf(kind, id)
    return (
      before?.items(list).has(itemId) === true || added[list]?.some((item) => idOf(item) === itemId) === true
    )
  }

  const newestFirst = <K extends Kind, List extends ListOf<K>>(kind: K, id: string, list: List) => {
    const { before, added } = grownOf(kind, id)
    return newestOf<ItemOf<K, List>>(before?.items(list), textsOf(added[list]))
  }

  /** An entity's lists as stored, and what is added to them. */
  const grownOf = <K extends Kind>(kind: K, id: string): Pick<Draft<K>, 'before' | 'added'> => {
    const staged = stagedOf(kind)
    if (!staged.has(id)) return { before: documents.get(kind, id), added: {} }
    return staged.get(id) ?? { before: undefined, added: {} }
  }

  const fields = <K extends Kind>(kind: K, id: string): Fields | undefined => {
    const staged = stagedOf(kind)
    if (!staged.has(id)) return documents.get(kind, id)?.fields
    const draft = staged.get(id)
    return draft && kinds[kind].fields(draft.document)
  }

  /** Oldest first: each as it is stored, or as this change has staged it. */
  const find = <K extends Kind>(kind: K, where: Where): Found<K>[] => {
    const staged = stagedOf(kind)
    const all: Found<K>[] = []
    for (const entry of documents.list(kind, where))
      if (!staged.has(entry.id)) all.push({ id: entry.id, created: entry.created, found: entry })
    for (const [id, draft] of staged)
      if (draft && matches(kinds[kind].fields(draft.document), where))
        all.push({ id, created: kinds[kind].createdAt(draft.document), found: draft })
    return all.sort((a, b) => a.created - b.created)
  }

  const list = <K extends Kind>(kind: K, where: Where = {}): Heads[K][] =>
    find(kind, where).map(({ found }) => (found instanceof Entry ? stored.read(found) : found.head))

  const ids = <K extends Kind>(kind: K, where: Where = {}): string[] => find(kind, where).map(({ id }) => id)

  /** Without reading what is stored. */
  const count = <K extends Kind>(kind: K, where: Where = {}): number => {
    const staged = stagedOf(kind)
    let total = documents.count(kind, where)
    for (const [id, draft] of staged) {
      const before = documents.get(kind, id)
      if (before && matches(before.fields, where)) total--
      if (draft && matches(kinds[kind].fields(draft.document), where)) total++
    }
    return total
  }

  const entry = <K extends Kind>(kind: K, id: string): Entry<K> => {
    const staged = stagedOf(kind)
    const draft = staged.get(id)
    if (draft?.entry) return draft.entry
    if (draft) {
      const grown = Entry.grown(kind, draft.document, draft.before, draft.added)
      draft.entry = grown.entry
      if (grown.appends) appendsOf.set(grown.entry, grown.appends)
      return grown.entry
    }
    const before = documents.get(kind, id)
    if (!before || staged.has(id)) throw new Error(`there is no entity ${id} among the ${kind}`)
    return before
  }

  /** The project of an entity, also of one that this change removes: the event of that still goes to its rooms. */
  const projectOf = (kind: 'tasks' | 'sessions', id: string | undefined): string | undefined => {
    if (id === undefined) return undefined
    const draft = stagedOf(kind).get(id)
    if (draft) return draft.document.projectId
    const projectId = documents.get(kind, id)?.fields.projectId
    return typeof projectId === 'string' ? projectId : undefined
  }

  const size = () => storedKinds.reduce((total, kind) => total + stagedOf(kind).size, 0)

  const finish = (): Staged => {
    const entries: Entry[] = []
    const removed: Entry[] = []
    for (const kind of storedKinds)
      for (const [id, draft] of stagedOf(kind)) {
        if (draft) entries.push(entry(kind, id))
        else {
          const before = documents.get(kind, id)
          if (before) removed.push(before)
        }
      }
    return { entries, appendsOf, removed, events, told, now }
  }

  const transaction: Transaction = {
    now,
    newId: (prefix) => newId(prefix, now),
    get,
    fields,
    has: (kind, id) =>
      stagedOf(kind).has(id) ? stagedOf(kind).get(id) !== undefined : !!documents.get(kind, id),
    list,
    count,
    ids,
    oldestIds: (kind, limit, where = {}, after) =>
      documents.list(kind, where, { limit, after }).map(({ id, created }) => ({ id, created })),
    hasItem,
    newestFirst,
    put,
    replace: (kind, entity) => stage(kind, entity, undefined),
    remove(kind, id) {
      const { created, updated } = kinds[kind].stateEvents ?? {}
      if (stagedStates.has(`${updated} ${id}`) || stagedStates.has(`${created} ${id}`))
        told.push(entry(kind, id))
      setDraft(kind, id, undefined)
    },
    emitState(name, id) {
      if (stagedStates.has(`${name} ${id}`)) return
      stagedStates.add(`${name} ${id}`)
      const fieldsOf = () => fields(kindOfEvent(name), id) ?? {}
      events.push({ name, id, rooms: roomsOfStateEvent(name, id, projectOf, fieldsOf) })
    },
    emitData: (name, data) =>
      void events.push({ name, data, rooms: roomsOfDataEvent(name, data, projectOf) }),
    entry,
  }
  return { transaction, size, prepare: () => makeEntries(stagedOf, entry), finish }
}
