import type { Documents, Where } from './documents'
import type { Entry } from './entry'
import type { Heads, Kind } from './kinds'

/** Reads of stored entities, which must not be changed in place. Their append-only lists are empty. */
interface Reads {
  get<K extends Kind>(kind: K, id: string): Heads[K] | undefined
  list<K extends Kind>(kind: K, where?: Where): Heads[K][]
  read<K extends Kind>(entry: Entry<K>): Heads[K]
}

/** Most queries and changes are about a kind or two: what is known of the others is not even made. */
type Known = { [K in Kind]?: Map<string, Heads[K]> }

/**
 * Parses each entity once, however often it is asked for: a task that waits for thousands of others would else be parsed
 * again for each of them. For the length of one synchronous query or change.
 */
export const readOnce = (documents: Documents): Reads => {
  const known: Known = {}

  const knownOf = <K extends Kind>(kind: K): Map<string, Heads[K]> => {
    const before: Known[K] = known[kind]
    if (before) return before
    const made: NonNullable<Known[K]> = new Map()
    known[kind] = made
    return made
  }

  const read = <K extends Kind>(entry: Entry<K>): Heads[K] => {
    const before = knownOf(entry.kind)
    const document = before.get(entry.id) ?? entry.readHead()
    before.set(entry.id, document)
    return document
  }

  const get = <K extends Kind>(kind: K, id: string): Heads[K] | undefined => {
    const document = knownOf(kind).get(id)
    if (document) return document
    const entry = documents.get(kind, id)
    return entry && read(entry)
  }

  return {
    get,
    read,
    list: (kind, where) => documents.list(kind, where).map(read),
  }
}
