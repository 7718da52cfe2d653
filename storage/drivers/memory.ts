import type { Batch, Put, WorkspaceDriver } from '../driver'
import type { LoggedEvent } from '../event'

/** Keeps everything in memory, and nothing longer than the process lives: for tests and trying out. */
export const memoryDriver = (): WorkspaceDriver => {
  const documents = new Map<string, Pick<Put, 'json'>>()
  const log: LoggedEvent[] = []
  return {
    name: 'maestro-memory',
    getItem: (key) => documents.get(key)?.json ?? null,
    hasItem: (key) => documents.has(key),
    getKeys: () => [...documents.keys()],
    setItem: (key, json) => void documents.set(key, { json }),
    removeItem: (key) => void documents.delete(key),
    async commit({ puts, removes, events }: Batch) {
      for (const put of puts) documents.set(put.key, put)
      for (const key of removes) documents.delete(key)
      log.push(...events)
    },
    log: {
      last: () => log.length,
      since: async (number) => (number > log.length ? undefined : log.slice(number)),
    },
  }
}
