import { writeFileSync } from 'node:fs'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Manifests } from '../../functions/services/app-services'
import { apiError } from '../../schemas/errors'
import { withoutByteOrderMark } from '../../schemas/json-text'
import { privateFile, privateFileMode, privateFolderMode } from '../../storage/drivers/files/private-files'
import { makeDirectory } from '../lib/make-directory'
import { isMissingFile, reasonOf } from '../lib/reason'

/** What a manifest is called until it is whole. */
export const draftName = '.manifest.json'

interface FileManifestsOptions {
  /** Manifests are `{directory}/{sessionId}/manifest.json`. */
  directory: string
  /** A manifest counts as written when it would survive a power failure. */
  strict: boolean
  /** Where it is noted which sessions are being spawned. No other server looks there. */
  notes: string
}

/** Manifests as files. */
export const fileManifests = ({ directory, strict, notes }: FileManifestsOptions): Manifests => {
  const folderOf = (sessionId: string) => join(directory, sessionId)
  const location = (sessionId: string) => join(folderOf(sessionId), 'manifest.json')
  const unavailable = (what: string, error: unknown) =>
    apiError('STORAGE_UNAVAILABLE', `${what}: ${reasonOf(error)}`)
  return {
    location,
    begin(sessionId) {
      try {
        makeDirectory(notes, privateFolderMode)
        writeFileSync(join(notes, sessionId), '', privateFile)
      } catch (error) {
        throw unavailable('The session cannot be spawned', error)
      }
    },
    keep: (sessionId) => rm(join(notes, sessionId), { force: true }),
    async write(sessionId, manifest) {
      try {
        makeDirectory(folderOf(sessionId), privateFolderMode)
        await writeAtomically(location(sessionId), `${JSON.stringify(manifest, null, 2)}\n`, strict)
        if (strict) await syncFolder(directory)
      } catch (error) {
        throw unavailable('The manifest could not be written', error)
      }
    },
    async remove(sessionId) {
      await rm(folderOf(sessionId), { recursive: true, force: true, maxRetries: 3 })
      await rm(join(notes, sessionId), { force: true })
    },
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
  const temporary = join(dirname(path), draftName)
  const file = await open(temporary, 'w', privateFileMode)
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
