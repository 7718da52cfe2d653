import memory from 'unstorage/drivers/memory'
import type { Batch, WorkspaceDriver } from '../driver'
import type { LoggedEvent } from '../event'

/** Keeps everything in memory, and nothing longer than the process lives: for tests and trying out. */
export const memoryDriver = (): WorkspaceDriver => {
  const driver = memory()
  const log: LoggedEvent[] = []
  return {
    ...driver,
    name: 'maestro-memory',
    async commit({ puts, removes, events }: Batch) {
      for (const { key, json } of puts) driver.setItem?.(key, json, {})
      for (const key of removes) driver.removeItem?.(key, {})
      log.push(...events)
    },
    log: {
      last: () => log.length,
      since: async (number) => (number > log.length ? undefined : log.slice(number)),
    },
  }
}
