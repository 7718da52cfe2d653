/** Where this machine keeps what is stored: files, or a PostgreSQL database. */
import { hostname } from 'node:os'
import type { Log } from '../../functions/services/log'
import type { Config } from '../../schemas/config'
import type { WorkspaceDriver } from '../../storage/driver'
import { filesDriver } from '../../storage/drivers/files/driver'
import { privateFolderMode } from '../../storage/drivers/files/private-files'
import { makeDirectory } from '../lib/make-directory'
import { reasonOf } from '../lib/reason'
import { createWriterThread } from './writer-thread'

/** Throws `DirectoryLockedError` if another server has the files, or an error that says what is wrong with the database. */
export const openDriver = async (config: Config, log: Log): Promise<WorkspaceDriver> => {
  const { databaseUrl: url, dataDir: directory, durability } = config
  if (config.databaseType === 'postgres' && url !== undefined) {
    // Loaded only where it is used: nobody else waits for it.
    const { openPostgresDriver } = await import('../../storage/drivers/postgres/driver')
    return openPostgresDriver({ url, self: { pid: process.pid, hostname: hostname() }, logger: log })
  }
  try {
    makeDirectory(directory, privateFolderMode)
  } catch (cause) {
    throw new Error(`DATA_DIR=${JSON.stringify(directory)}: ${reasonOf(cause)}`, { cause })
  }
  const writer = createWriterThread(directory, durability === 'strict')
  return filesDriver({ directory, durability, writer, logger: log, clock: Date.now })
}
