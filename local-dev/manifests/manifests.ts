import { constants, renameSync, writeFileSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Manifests } from '../../functions/services/app-services'
import { apiError } from '../../schemas/errors'
import { withoutByteOrderMark } from '../../schemas/json-text'
import { codeOf } from '../../storage/drivers/files/error-code'
import { privateFile, privateFileMode, privateFolderMode } from '../../storage/drivers/files/private-files'
import { manifestNotFound } from '../../storage/rules/restart'
import { makeDirectory } from '../lib/make-directory'
import { reasonOf } from '../lib/reason'
import type { SpawnNotes } from './spawn-notes'

/** What a manifest is called until it is whole. */
export const draftName = '.manifest.json'

interface FileManifestsOptions {
  /** Manifests are `{directory}/{sessionId}/manifest.json`. */
  directory: string
  /** A manifest counts as written when it would survive a power failure. */
  strict: boolean
  /** Which sessions are being spawned. No other server looks there. */
  notes: SpawnNotes
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
        notes.begin(sessionId)
      } catch (error) {
        throw unavailable('The session cannot be spawned', error)
      }
    },
    keep: notes.end,
    async write(sessionId, manifest) {
      try {
        makeDirectory(folderOf(sessionId), privateFolderMode)
        const text = `${JSON.stringify(manifest, null, 2)}\n`
        if (!strict && text.length <= maxAtOnce) return writeAtOnce(location(sessionId), text)
        await writeAtomically(location(sessionId), text, strict)
        if (strict) await syncFolder(directory)
      } catch (error) {
        throw unavailable('The manifest could not be written', error)
      }
    },
    async remove(sessionId) {
      await rm(folderOf(sessionId), { recursive: true, force: true, maxRetries: 3 })
      notes.end(sessionId)
    },
    async read(sessionId) {
      try {
        const text = await readFileAt(location(sessionId))
        if (text !== undefined) return withoutByteOrderMark(text)
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined
        if (!isNoPath.has(codeOf(error))) throw unavailable('The manifest cannot be read now', error)
      }
      throw manifestNotFound(sessionId, `${location(sessionId)} is no file`)
    },
  }
}

/** What the system says where there is something else than a file, or than its folder: that does not pass by itself. */
const isNoPath = new Set<unknown>(['EISDIR', 'ENOTDIR', 'ELOOP', 'ENXIO'])

/** Undefined if it is no file: a pipe in its place would be waited for. */
const readFileAt = async (path: string): Promise<string | undefined> => {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    return (await file.stat()).isFile() ? await file.readFile('utf8') : undefined
  } finally {
    await file.close()
  }
}

/** In characters. To hand so little to another thread, four times, takes longer than to write it. */
const maxAtOnce = 64 * 1024

const writeAtOnce = (path: string, text: string) => {
  const temporary = join(dirname(path), draftName)
  writeFileSync(temporary, text, privateFile)
  renameSync(temporary, path)
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
