import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Manifests } from '../functions/env'
import { apiError } from '../schemas/errors'

/** Manifests as files: `{directory}/{sessionId}/manifest.json`. */
export const fileManifests = (directory: string): Manifests => {
  const folderOf = (sessionId: string) => join(directory, sessionId)
  const location = (sessionId: string) => join(folderOf(sessionId), 'manifest.json')
  return {
    location,
    async write(sessionId, manifest) {
      const draft = join(folderOf(sessionId), '.manifest.json')
      try {
        await mkdir(folderOf(sessionId), { recursive: true })
        await writeFile(draft, `${JSON.stringify(manifest, null, 2)}\n`)
        await rename(draft, location(sessionId))
      } catch (error) {
        throw apiError('STORAGE_UNAVAILABLE', `The manifest could not be written: ${reasonOf(error)}`)
      }
    },
    remove: (sessionId) => rm(folderOf(sessionId), { recursive: true, force: true }),
    async read(sessionId) {
      try {
        return await readFile(location(sessionId), 'utf8')
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
        throw error
      }
    },
  }
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
