import type { Entry } from '../../entry'
import { byKind, type Kind } from '../../kinds'

/** An estimate of an entry's memory: two bytes for a character, and some for the object around the text. */
const bytesOf = (entry: Entry) => 2 * entry.charactersInMemory + 512

/** A least-recently-used cache of entries, bounded by their estimated size. */
export const createEntryCache = (maxBytes: number) => {
  const entries = byKind<{ [K in Kind]: Map<string, Entry<K>> }>(() => new Map())
  /** From the least to the most recently used. */
  const order = new Map<string, Entry>()
  let bytes = 0

  const remove = (kind: Kind, id: string) => {
    const entry = order.get(`${kind}:${id}`)
    if (!entry) return
    bytes -= bytesOf(entry)
    order.delete(`${kind}:${id}`)
    entries[kind].delete(id)
  }

  return {
    get<K extends Kind>(kind: K, id: string): Entry<K> | undefined {
      const known: Map<string, Entry<K>> = entries[kind]
      const entry = known.get(id)
      if (entry && order.delete(`${kind}:${id}`)) order.set(`${kind}:${id}`, entry)
      return entry
    },
    put<K extends Kind>(kind: K, entry: Entry<K>) {
      remove(kind, entry.id)
      const known: Map<string, Entry<K>> = entries[kind]
      known.set(entry.id, entry)
      order.set(`${kind}:${entry.id}`, entry)
      bytes += bytesOf(entry)
      for (const oldest of order.values()) {
        if (bytes <= maxBytes) break
        remove(oldest.kind, oldest.id)
      }
    },
    remove,
  }
}
