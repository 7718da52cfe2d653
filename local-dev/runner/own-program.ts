import { chmod, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Makes a folder with a `maestro` that is this very program, whatever is installed, and answers its path: first on
 * an agent's PATH, it is what the agent calls.
 */
export const ownProgramFolder = async (sessionDir: string, program: readonly string[]): Promise<string> => {
  const folder = join(sessionDir, '.bin')
  await mkdir(folder, { recursive: true })
  const draft = join(folder, `.maestro-${process.pid}`)
  await writeFile(draft, `#!/bin/sh\nexec ${program.map(quoted).join(' ')} "$@"\n`)
  await chmod(draft, 0o755)
  await rename(draft, join(folder, 'maestro'))
  return folder
}

/** A text as a word of a shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
