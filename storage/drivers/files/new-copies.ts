import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { storedKinds } from '../../kinds'
import { isCopyName } from './copies'
import { depthOf, folderOf } from './document-paths'

/** A sync program needs seconds to bring a file, and a person longer to look. */
const lookEveryMs = 60_000

/**
 * Looks from time to time, and not in this thread, for copies that sync programs make while the server runs; calls back with
 * the path of each, again and again. Returns what ends that.
 */
export const watchCopies = (directory: string, onCopy: (path: string) => void): (() => void) => {
  let stopped = false
  let timer: NodeJS.Timeout

  const look = async () => {
    for (const kind of storedKinds) await lookInto(join(directory, folderOf(kind)), depthOf(kind))
    if (!stopped) schedule()
  }

  const lookInto = async (folder: string, depth: number): Promise<void> => {
    // What cannot be read now is looked at the next time.
    const entries: Dirent[] = stopped ? [] : await readdir(folder, { withFileTypes: true }).catch(() => [])
    const names = new Set(entries.map(({ name }) => name))
    for (const entry of entries)
      if (isCopyName(entry.name, names) && !isDocumentName(entry.name, depth))
        onCopy(join(folder, entry.name))
      else if (depth > 0 && entry.isDirectory()) await lookInto(join(folder, entry.name), depth - 1)
  }

  const schedule = () => {
    timer = setTimeout(look, lookEveryMs).unref()
  }
  schedule()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}

/** Whether a document, or a folder of documents, has such a name: what is in it then tells whose it is, at the next start. */
const isDocumentName = (name: string, depth: number): boolean =>
  depth > 0 ? /^[A-Za-z0-9_-]+$/.test(name) : /^[A-Za-z0-9_-]+\.json$/.test(name)
