import { isObject } from '../../../schemas/fields'
import { parseJson } from '../../../schemas/json-text'
import type { Logger } from '../../loading'
import { reasonOf } from '../../reason'
import { pathOfKey } from './document-paths'
import type { StoredChange } from './journal-lines'
import { createJournalLookup, isBlankFile } from './journal-lookup'
import { replay } from './replay'

interface RestorationOptions {
  directory: string
  journalFolder: string
  quarantine(key: string, reason: string): string
  logger: Logger
}

/** Puts documents together from their files and the journal, and says what cannot be restored. */
export interface Restoration {
  /** A document after these changes of the journal; `text`: what its file holds, null if there is none. */
  apply(key: string, steps: readonly StoredChange[], text: string | null): string | null
  /** What the journal has of a document whose file is blank; null if it has nothing. */
  ofBlankFile(key: string): string | null
  /** What could not be restored, for `DriverStatus`. */
  losses(): { key: string; reason: string }[]
}

export const createRestoration = ({
  directory,
  journalFolder,
  quarantine,
  logger,
}: RestorationOptions): Restoration => {
  const lookUp = createJournalLookup(journalFolder)
  const losses: { key: string; reason: string }[] = []

  /** What is in a file, if changes can be applied to it. One that is corrupt is set aside. */
  const usable = (key: string, text: string | null): object | undefined => {
    if (text === null || isBlankFile(text)) return undefined
    try {
      const found = parseJson(text)
      if (!isObject(found)) throw new Error('it is not a JSON object')
      return found
    } catch (error) {
      const file = quarantine(key, reasonOf(error))
      logger.error({ file, reason: reasonOf(error) }, 'A file that is no document was set aside')
      return undefined
    }
  }

  const tellLoss = (key: string, loss: string) => {
    const reason = `A part of it is lost: ${loss}. If there is a backup, it has the rest`
    losses.push({ key, reason })
    logger.error({ file: pathOfKey(directory, key), reason }, 'A document could not be restored whole')
  }

  return {
    apply(key, steps, text) {
      const replayed = replay(steps, () => usable(key, text))
      if (replayed.loss === undefined) return replayed.json
      const found = lookUp(key)
      if (found.json !== null && found.loss === undefined) {
        logger.warn({ key }, 'A file did not hold what the journal goes on from; the journal had all of it')
        return found.json
      }
      tellLoss(key, replayed.loss)
      return replayed.json
    },
    ofBlankFile(key) {
      const { json, loss } = lookUp(key)
      if (json === null) return null
      if (loss === undefined)
        logger.warn({ key }, 'A power failure left an empty file; the journal had what belongs in it')
      else tellLoss(key, loss)
      return json
    },
    losses: () => losses,
  }
}
