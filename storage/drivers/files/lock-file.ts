/** The lock file of a data directory: who holds it, as JSON. */

import { readFileSync, statSync } from 'node:fs'
import * as z from 'zod'
import { isMissing } from './error-code'
import { ProcessIdentity } from './process-identity'

const LockRecord = ProcessIdentity.extend({
  /** Of this lease; never used twice. */
  id: z.uuid(),
  time: z.iso.datetime(),
})

/** The content of a lock file. Without a record it is garbage, and `id` is made of what distinguishes it from others. */
export interface FoundLock {
  id: string
  record: z.infer<typeof LockRecord> | undefined
  touchedAt: number
}

/** Reads a lock file; undefined if it does not exist. */
export const readLock = (path: string): FoundLock | undefined => {
  try {
    const record = parseRecord(readFileSync(path, 'utf8'))
    // Looked at after reading: if the file was replaced in between, its holder only seems more alive.
    const { ino, mtimeMs, ctimeMs } = statSync(path)
    return { id: record?.id ?? `${ino}-${mtimeMs}`, record, touchedAt: ctimeMs }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** The record in the text of a lock file; undefined if it is garbage. */
export const parseRecord = (text: string): FoundLock['record'] => {
  try {
    return LockRecord.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** The text of a file; undefined if it cannot be read. */
export const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
