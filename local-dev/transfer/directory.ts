import { homedir } from 'node:os'
import { createIds } from '../../storage/ids'
import { importDocuments, transferLines } from '../../storage/rules/transfer'
import { openWorkspace } from '../../storage/workspace'
import { readConfig } from '../config'
import { createLog } from '../log'
import { openDriver } from '../open-driver'
import type { TransferLocation } from './location'

/** A data directory. Throws `DirectoryLockedError` while a server has it. */
export const openDirectory = async (directory: string): Promise<TransferLocation> => {
  const read = readConfig(
    { ...process.env, DATA_DIR: directory, DATABASE_TYPE: '', LOG_LEVEL: 'warn' },
    homedir(),
  )
  if ('problems' in read) throw new Error(read.problems.join('\n'))
  const log = createLog(read.config)
  const driver = await openDriver(read.config, log)
  const workspace = await openWorkspace({ driver, clock: Date.now, newId: createIds(), logger: log })
  return {
    async *lines() {
      yield* await workspace.read((documents) => [...transferLines(documents)])
    },
    importBatch: (lines, options) => workspace.change((tx) => importDocuments(tx, lines, options)),
    close: workspace.close,
  }
}
