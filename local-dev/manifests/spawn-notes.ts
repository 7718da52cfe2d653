/** Which sessions are being spawned, in a file: at the next start, what a crash left of them is found by it. */
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../../storage/drivers/files/error-code'
import { privateFile, privateFolderMode } from '../../storage/drivers/files/private-files'
import { makeDirectory } from '../lib/make-directory'
import { isMissingFile } from '../lib/reason'

export interface SpawnNotes {
  folder: string
  /** Notes that a session is being spawned. Throws where that cannot be stored. */
  begin(sessionId: string): void
  /** The session is stored, or nothing of it is left. It goes from the file with what is noted next. */
  end(sessionId: string): void
  /** The sessions that are noted, also by the servers before this one. */
  read(): string[]
  /** Forgets in the file, too, what has ended. */
  tidy(): void
}

/** So long the file may get: a thousand spawns. What has ended goes from it then. */
const maxBytes = 64 * 1024

/**
 * A line each, `{id} begun` and later `{id} ended`, after a line break and not before one: where one was cut off, the
 * next still begins anew, and a piece of an id is not taken for one. `sessionDir`: where the folder may lie.
 */
export const openSpawnNotes = (folder: string, sessionDir: string): SpawnNotes => {
  const [file, draft] = [join(folder, 'ids.txt'), join(folder, '.ids.txt')]
  const noted = new Set<string>()
  let ended: string[] = []
  let bytes = 0
  let allowedBytes = maxBytes

  const append = (text: string) => {
    const opened = openSync(file, constants.O_WRONLY | constants.O_APPEND)
    try {
      writeFileSync(opened, text)
    } finally {
      closeSync(opened)
    }
    bytes += text.length
  }

  /** By way of a draft: at no time is one missing that has not ended. */
  const replace = () => {
    const text = [...noted].map((id) => `\n${id} begun`).join('')
    writeFileSync(draft, text, privateFile)
    renameSync(draft, file)
    bytes = text.length
    allowedBytes = Math.max(maxBytes, 2 * bytes)
    ended = []
  }

  return {
    folder,
    begin(sessionId) {
      noted.add(sessionId)
      try {
        if (bytes > allowedBytes) return replace()
        append(`${ended.map((id) => `\n${id} ended`).join('')}\n${sessionId} begun`)
        ended = []
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error
        makeDirectory(sessionDir, privateFolderMode)
        makeFolder(folder)
        replace()
      }
    },
    end(sessionId) {
      if (noted.delete(sessionId)) ended.push(sessionId)
    },
    read() {
      for (const id of notesByName(folder)) noted.add(id)
      for (const line of linesOf(file)) {
        const [, id = '', what] = /^([\w-]+) (begun|ended)$/.exec(line) ?? []
        if (what === 'begun') noted.add(id)
        if (what === 'ended') noted.delete(id)
      }
      return [...noted]
    },
    tidy() {
      if (noted.size > 0) replace()
      else for (const path of [file, draft]) rmSync(path, { force: true })
      for (const id of notesByName(folder)) rmSync(join(folder, id), { force: true })
    },
  }
}

/** Servers before this one noted each session by an empty file of its name. */
const notesByName = (folder: string): string[] =>
  noneIfMissing(() => readdirSync(folder)).filter((name) => /^[\w-]+$/.test(name))

const linesOf = (file: string): string[] => noneIfMissing(() => readFileSync(file, 'utf8').split('\n'))

const noneIfMissing = (read: () => string[]): string[] => {
  try {
    return read()
  } catch (error) {
    if (isMissingFile(error)) return []
    throw error
  }
}

/** What it lies in is there, or away for a moment: begun anew, it would be in the way when it comes back. */
const makeFolder = (path: string) => {
  try {
    mkdirSync(path, privateFolderMode)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}
