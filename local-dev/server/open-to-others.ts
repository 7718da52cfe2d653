import { statSync } from 'node:fs'
import { dirname } from 'node:path'

/** The directories that other users of this machine can look into: they may be listed, and so may be got to. */
export const openToOthers = (directories: readonly string[]): string[] =>
  process.platform === 'win32' ? [] : directories.filter((path) => hasMode(path, 0o044) && isReachable(path))

const isReachable = (path: string): boolean =>
  hasMode(path, 0o011) && (dirname(path) === path || isReachable(dirname(path)))

const hasMode = (path: string, bits: number): boolean => {
  try {
    return (statSync(path).mode & bits) !== 0
  } catch {
    // What is not there, or cannot be looked at, shows nothing; whoever uses it is told why it cannot be.
    return false
  }
}
