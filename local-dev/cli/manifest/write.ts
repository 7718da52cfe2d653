import { rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { SessionManifest } from '../../../functions/client/client'
import { makeDirectory } from '../../lib/make-directory'

/** Writes a manifest, with its folder, through a rename: a reader sees the whole file, or none. */
export const writeManifest = async (path: string, manifest: SessionManifest): Promise<void> => {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}`)
  try {
    makeDirectory(dirname(path))
    await writeFile(temporary, `${JSON.stringify(manifest, null, 2)}\n`)
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}
