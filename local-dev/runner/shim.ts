import { chmod, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { privateFolderMode } from '../../storage/drivers/files/private-files'
import { makeDirectory } from '../lib/make-directory'
import { shellQuote } from '../lib/shell-word'

/**
 * Makes a folder with a `maestro` that runs this very program, whatever is installed, and returns its path: first on
 * an agent's PATH, it is what the agent calls.
 */
export const createShimFolder = async (sessionDir: string, program: readonly string[]): Promise<string> => {
  const folder = join(sessionDir, '.bin')
  makeDirectory(folder, privateFolderMode)
  const temporary = join(folder, `.maestro-${process.pid}`)
  await writeFile(temporary, `#!/bin/sh\nexec ${program.map(shellQuote).join(' ')} "$@"\n`)
  await chmod(temporary, 0o700)
  await rename(temporary, join(folder, 'maestro'))
  return folder
}
