/** What commands that work on this machine know of it. */
import { homedir } from 'node:os'
import { readConfig } from '../config'
import { UsageError } from './exit'

/** The configuration of a server that would be started here. Throws `UsageError` with every problem. */
export const configuration = () => {
  const read = readConfig(process.env, homedir())
  if ('problems' in read) throw new UsageError(read.problems.join('; '))
  return read.config
}

/** How to call this very program: Node, and its file. */
export const ownProgram = (): string[] => [process.execPath, process.argv[1] ?? '']
