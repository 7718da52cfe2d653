import type { StoredChange } from './journal-lines'
import { recoverJournal, replay } from './recovery'

/**
 * Whether a file is there without what was written into it. A server that dies never leaves that; a machine that
 * loses power does, where the disk had the file's name and not yet its content.
 */
export const isLost = (text: string): boolean => text === '' || text.charCodeAt(0) === 0

/** Finds such documents in what is kept of the journal, which is read when the first is asked for. */
export const createLostDocuments = (journalFolder: string): ((key: string) => string | null) => {
  let changes: ReadonlyMap<string, readonly StoredChange[]> | undefined
  return (key) => {
    changes ??= recoverJournal(journalFolder, () => undefined, true).changes
    return replay(changes.get(key) ?? [], () => null)
  }
}
