import type { StoredChange } from './journal-lines'
import { recoverJournal } from './recovery'
import { type Replayed, replay } from './replay'

/**
 * Whether a file has its name but not its content: empty, or full of zeros. A server that is killed never leaves
 * one; a machine that loses power does, where the disk had the file's name and not yet its content.
 */
export const isBlankFile = (text: string): boolean => text === '' || text.charCodeAt(0) === 0

/** Finds a document in the segments that are kept; `{ json: null }` if it is in none. They are read with the first lookup. */
export const createJournalLookup = (journalFolder: string): ((key: string) => Replayed) => {
  let changes: ReadonlyMap<string, readonly StoredChange[]> | undefined
  return (key) => {
    changes ??= recoverJournal(journalFolder, () => undefined, true).changes
    return replay(changes.get(key) ?? [], () => undefined)
  }
}
