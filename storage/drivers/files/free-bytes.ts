import { statfsSync } from 'node:fs'

/** Room on the disk of a folder, in bytes; null if that is not known. */
export const freeBytes = (directory: string): number | null => {
  try {
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize
  } catch {
    return null
  }
}
