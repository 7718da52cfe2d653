import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { SessionManifest } from '../../../functions/client/client'

/** Writes a manifest, with its folder: whoever reads finds all of it, or nothing. */
export const writeManifest = async (path: string, manifest: SessionManifest): Promise<void> => {
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}`)
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(draft, `${JSON.stringify(manifest, null, 2)}\n`)
    await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
}
