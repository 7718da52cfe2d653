import type { Entry } from '../../entry'
import type { Kind } from '../../kinds'

/** A character may take two bytes, and an entry some room besides its text. In bytes. */
const weigh = (entry: Entry) => 2 * entry.json.length + 512

/** The entries that were last asked for or stored, as far as they fit into so many bytes. */
export const createEntryCache = (mostBytes: number) => {
  /** What was used last stands last. */
  const entries: { [K in Kind]: Map<string, Entry<K>> } = {
    projects: new Map(),
    tasks: new Map(),
    sessions: new Map(),
    queues: new Map(),
    templates: new Map(),
  }
  const order = new Map<string, Entry>()
  let bytes = 0

  const remove = (kind: Kind, id: string) => {
    const entry = order.get(`${kind}:${id}`)
    if (!entry) return
    bytes -= weigh(entry)
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
      bytes += weigh(entry)
      for (const oldest of order.values()) {
        if (bytes <= mostBytes) break
        remove(oldest.kind, oldest.id)
      }
    },
    remove,
  }
}
