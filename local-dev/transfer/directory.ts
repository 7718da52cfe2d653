import { existsSync, readdirSync } from 'node:fs'
import { cannotBeRead, type WorkspaceDriver } from '../../storage/driver'
import { memoryDriver } from '../../storage/drivers/memory'
import { createIds } from '../../storage/ids'
import { importDocuments, transferLines } from '../../storage/rules/transfer'
import { openWorkspace } from '../../storage/workspace'
import { homeFolder } from '../lib/home'
import { readConfig } from '../server/config'
import { createLog } from '../server/log'
import { openDriver } from '../server/open-driver'
import type { Purpose, TransferLocation } from './location'

/**
 * A data directory. Throws `DirectoryLockedError` while a server has it, and where it is not there but something is
 * to be read. Only an import makes it.
 */
export const openDirectory = async (directory: string, purpose: Purpose): Promise<TransferLocation> => {
  const isThere = isDataDirectory(directory)
  if (purpose === 'export' && !isThere)
    throw new Error(`There is no data directory at ${directory}: give what the server has as DATA_DIR`)
  const read = readConfig(
    { ...process.env, DATA_DIR: directory, DATABASE_TYPE: '', LOG_LEVEL: 'warn' },
    homeFolder(),
  )
  if ('problems' in read) throw new Error(read.problems.join('\n'))
  const log = createLog(read.config, 2)
  const driver: WorkspaceDriver =
    purpose === 'dry run' && !isThere ? memoryDriver() : await openDriver(read.config, log)
  const workspace = await openWorkspace({ driver, clock: Date.now, newId: createIds(), logger: log })
  const unread = (workspace.status().problems ?? []).filter(({ reason }) => reason.startsWith(cannotBeRead))
  if (purpose === 'export' && unread.length > 0) {
    await workspace.close()
    const files = unread.map(({ file, reason }) => `${file}: ${reason}`).join('\n')
    throw new Error(`Not all of ${directory} can be read, so nothing is exported. Mend this first:\n${files}`)
  }
  return {
    async *lines() {
      yield* await workspace.read((documents) => [...transferLines(documents)])
    },
    importBatch: (lines, options) => workspace.change((tx) => importDocuments(tx, lines, options)),
    close: workspace.close,
  }
}

/** Whether a server has kept documents here. Throws for what is no directory, or cannot be read. */
const isDataDirectory = (directory: string): boolean => {
  const names = existsSync(directory) ? readdirSync(directory) : []
  // Without the journal it may be a copy of the documents alone.
  return (
    names.includes('.format') ||
    names.includes('.journal') ||
    ['projects', 'tasks', 'sessions'].every((name) => names.includes(name))
  )
}
