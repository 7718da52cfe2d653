import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Manifests } from '../functions/services/app-services'
import { apiError } from '../schemas/errors'
import { withoutByteOrderMark } from '../schemas/json-text'
import { makeDirectory } from './lib/make-directory'
import { isMissingFile, reasonOf } from './lib/reason'

/**
 * Manifests as files: `{directory}/{sessionId}/manifest.json`. With `strict` one counts as written when it would
 * survive a power failure.
 */
export const fileManifests = (directory: string, strict: boolean): Manifests => {
  const folderOf = (sessionId: string) => join(directory, sessionId)
  const location = (sessionId: string) => join(folderOf(sessionId), 'manifest.json')
  return {
    location,
    async write(sessionId, manifest) {
      try {
        makeDirectory(folderOf(sessionId))
        await writeAtomically(location(sessionId), `${JSON.stringify(manifest, null, 2)}\n`, strict)
        if (strict) await syncFolder(directory)
      } catch (error) {
        throw apiError('STORAGE_UNAVAILABLE', `The manifest could not be written: ${reasonOf(error)}`)
      }
    },
    remove: (sessionId) => rm(folderOf(sessionId), { recursive: true, force: true, maxRetries: 3 }),
    async read(sessionId) {
      try {
        return withoutByteOrderMark(await readFile(location(sessionId), 'utf8'))
      } catch (error) {
        if (isMissingFile(error)) return undefined
        throw error
      }
    },
  }
}

/** Through a temporary file and a rename: a reader sees the whole file, or none. */
const writeAtomically = async (path: string, text: string, strict: boolean) => {
  const temporary = join(dirname(path), '.manifest.json')
  const file = await open(temporary, 'w')
  try {
    await file.writeFile(text)
    if (strict) await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  if (strict) await syncFolder(dirname(path))
}

/** A new name is on the disk when its folder is. */
const syncFolder = async (path: string) => {
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
