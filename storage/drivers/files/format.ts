import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { parseJson } from '../../../schemas/json-text'
import { privateFolder } from './private-files'
import { replaceDurably } from './replace-durably'
import { syncFolders } from './sync-folders'

/**
 * The format of a data directory and of its journal. 1 is that of version 0.1.0, which wrote no number; 2 says its
 * number, in the directory and at the beginning of each segment, and has the journal in `.wal`.
 */
export const currentFormat = 2

/** What a later version has written: nothing of it is touched. */
export class LaterFormatError extends Error {
  constructor(path: string, format: number) {
    super(
      `${path} was written by a later Maestro Server (format ${format}, this one knows ${currentFormat}): start that version. Nothing was changed`,
    )
  }
}

/** The folder of the journal. */
export const journalFolderOf = (directory: string): string => join(directory, '.wal')

const formatPath = (directory: string) => join(directory, '.format')
/** In format 1 the folder of the journal. */
const formerJournalPath = (directory: string) => join(directory, '.journal')

const FormatFile = z.looseObject({ format: z.int().positive() })

/** The format of a directory; undefined: 1, or there is nothing yet. Throws if it is not one that we know. */
export const readFormat = (directory: string): number | undefined => {
  const path = formatPath(directory)
  if (!existsSync(path)) return undefined
  const { data } = FormatFile.safeParse(parsed(readFileSync(path, 'utf8')))
  if (!data)
    throw new Error(
      `${path} does not say the format of ${directory}: it should be {"format":${currentFormat}}`,
    )
  if (data.format > currentFormat) throw new LaterFormatError(directory, data.format)
  return data.format
}

const parsed = (text: string): unknown => {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/**
 * Makes a directory one of the current format; idempotent, also when it was interrupted. Version 0.1.0 would set aside
 * what it does not know, so from the first moment on it must not get past its journal: where that had its folder, a
 * folder takes the name of the newest segment, which cannot be read; where there was none, a file takes that of the folder.
 */
export const upgradeFormat = (directory: string): void => {
  if (readFormat(directory) !== undefined) return
  const former = formerJournalPath(directory)
  if (statSync(former, { throwIfNoEntry: false })?.isDirectory()) takeJournalOver(directory, former)
  else write(former, `${refusal}\n`)
  // The last step: whatever has this number has all of the format.
  write(formatPath(directory), `${JSON.stringify({ format: currentFormat })}\n`)
}

const takeJournalOver = (directory: string, former: string) => {
  const barrier = join(former, barrierName)
  const journal = journalFolderOf(directory)
  if (!existsSync(barrier) && existsSync(journal))
    throw new Error(
      `${directory} has two journals: ${former} was written by version 0.1.0 after a later version had begun to convert the directory. Move the one that you do not need aside`,
    )
  mkdirSync(barrier, privateFolder)
  syncFolders(former)
  mkdirSync(journal, privateFolder)
  // Not the folder as a whole: for a moment there would be none, and 0.1.0 would begin an empty one.
  for (const name of readdirSync(former))
    if (name !== barrierName) renameSync(join(former, name), join(journal, name))
  syncFolders(former, journal)
  write(join(barrier, 'README'), `${refusal}\n`)
}

/** For version 0.1.0 the newest segment. */
const barrierName = '999999999999-999999999999.log'

const refusal =
  'Version 0.1.0 of Maestro Server kept its journal here, and must not open what later versions have written. Their journal is in .wal; docs/deploy.md says how to go back.'

const write = (path: string, text: string) => replaceDurably(path, `${path}.new`, text)
