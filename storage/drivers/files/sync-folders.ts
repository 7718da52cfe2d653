import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs'

/**
 * Waits until the names in these folders are on the disk (`fsync` of a directory): without it, a power failure may
 * lose a file that was synced itself. Windows has no such call.
 */
export const syncFolders = (...paths: readonly string[]): void => {
  if (process.platform === 'win32') return
  for (const path of paths.filter(existsSync)) {
    const folder = openSync(path, 'r')
    try {
      fsyncSync(folder)
    } finally {
      closeSync(folder)
    }
  }
}
