import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import type { SessionManifest } from '../../../functions/client/client'
import { privateFolderMode } from '../../../storage/drivers/files/private-files'
import { makeDirectory } from '../../lib/make-directory'
import { openTarget } from '../../transfer/target'

/** Writes a manifest, with its folder: a reader sees the whole file, or none. A device or a pipe is written to as it is. */
export const writeManifest = async (path: string, manifest: SessionManifest): Promise<void> => {
  makeDirectory(dirname(path), privateFolderMode)
  const target = await openTarget(path)
  await target.write(Readable.from([`${JSON.stringify(manifest, null, 2)}\n`]))
}
