/** The configuration and the program of this machine. */

import { homeFolder } from '../lib/home'
import { readConfig } from '../server/config'
import { UsageError } from './exit'

/** The configuration of a server that would be started here. Throws `UsageError` with every problem. */
export const localConfig = (variables: NodeJS.ProcessEnv = process.env) => {
  const read = readConfig(variables, homeFolder())
  if ('problems' in read) throw new UsageError(read.problems.join('; '))
  return read.config
}

/** The command that runs this very program: Node, and its file. */
export const ownCommand = (): string[] => [process.execPath, process.argv[1] ?? '']
