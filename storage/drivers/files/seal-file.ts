import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { privateFile } from './private-files'
import type { Seal } from './seal'

/** A seal before its document is in its file. */
export type UnwrittenSeal = Omit<Seal, 'size' | 'checksum'>

/** The folder of the seals in the data directory. */
export const sealFolder = '.seals'

export const sealPathOf = (directory: string, key: string) =>
  join(directory, sealFolder, `${key.replaceAll(':', '.')}.json`)

/** A document that is not sealed is only slower to read. */
export const writeSeal = (directory: string, key: string, seal: Seal): void => {
  try {
    writeFileSync(sealPathOf(directory, key), JSON.stringify(seal), privateFile)
  } catch {
    removeSeal(directory, key)
  }
}

export const removeSeal = (directory: string, key: string): void => {
  try {
    rmSync(sealPathOf(directory, key), { force: true })
  } catch {
    // It does not fit its document any more, and says so itself.
  }
}
