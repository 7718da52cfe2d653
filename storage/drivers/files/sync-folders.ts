import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs'

/**
 * Waits until the names in folders are on the disk: a file that was synced is still lost by a power failure that
 * its name does not survive. Windows cannot be asked for this.
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
