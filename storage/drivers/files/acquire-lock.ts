/** Acquires a lock file, atomically also against others that start at the same moment. */

import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { codeOf } from './error-code'
import { type FoundLock, readLock, textOf } from './lock-file'
import { privateFile } from './private-files'
import { livenessOf, type ProcessIdentity } from './process-identity'

/** The living server that has a lock. `retryInMs`: see `DirectoryLockedError`. */
interface Holder {
  pid: number
  retryInMs?: number
}

/** One start's attempt at the lock. */
interface Attempt {
  lock: string
  id: string
  text: string
  /** Our record, complete, beside the lock. */
  draft: string
  /** By the clock of the file system, which on a network disk is neither ours nor the holder's. */
  now: number
  self: ProcessIdentity
  leaseMs: number
  /** How many more times to wait for another starter. */
  waitsLeft: number
}

/** 5 s in all: starters decide among themselves in milliseconds, but one that hangs must not hang the others. */
export const maxWaits = 500
const pollMs = 10

const maxRounds = 1_000

/** Without link(2) a lock is empty for a moment before it is written; garbage is given this long to become a lock. */
const halfWrittenGraceMs = 250

/** The errors of link(2) on file systems without hard links. */
const noLinksCodes = new Set<unknown>(['EPERM', 'EACCES', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL'])

/**
 * Puts our record at `target`, or returns the living holder that is in the way.
 *
 * A dead record is replaced only by whoever first takes the *guard* that is named after that record's id, in the
 * same way, and then still finds the record in place. An id never comes back, so a late starter's guard on a
 * record that is already replaced is worth nothing; and a guard left by a crash is one more dead record. (Merely
 * renaming the dead lock away would, now and then, rename the next owner's, and leave a gap for a third.)
 */
export const acquire = (target: string, mine: Attempt): Holder | undefined => {
  let garbage: string | undefined
  for (let round = 0; round < maxRounds; round++) {
    if (publish(target, mine)) return undefined
    const found = readLock(target)
    if (!found) continue
    if (found.id === mine.id) return undefined // over NFS, a link that succeeded can be reported as failed
    if (!found.record && found.id !== garbage) {
      garbage = found.id
      sleepSync(halfWrittenGraceMs)
      continue
    }
    const holder = livingHolder(found, mine)
    if (holder) return holder

    const guard = `${mine.lock}.${found.id}.takeover`
    const rival = acquire(guard, mine)
    if (rival) {
      if (mine.waitsLeft-- <= 0) return rival
      sleepSync(pollMs) // it is about to become the owner, or to see that somebody else has
      continue
    }
    try {
      if (readLock(target)?.id !== found.id) continue
      renameSync(guard, target)
      return undefined
    } finally {
      rmSync(guard, { force: true })
    }
  }
  throw new Error(`Cannot take ${target}: it keeps changing. See what else writes to that directory.`)
}

/** Creates `target` with our record, complete from the first instant where hard links exist; false if it exists. */
const publish = (target: string, { draft, text }: Attempt): boolean => {
  try {
    linkSync(draft, target)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    if (!noLinksCodes.has(codeOf(error))) throw error
  }
  try {
    writeFileSync(target, text, { flag: 'wx', ...privateFile })
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
  return textOf(target) === text // a starter may have seen it half written
}

/** The holder, if it lives: known by its process or, where that is not visible from here, by its heartbeat. */
const livingHolder = (
  { record, touchedAt }: FoundLock,
  { self, now, leaseMs }: Attempt,
): Holder | undefined => {
  if (!record) return undefined
  const { pid } = record
  const liveness = livenessOf(record, self)
  if (liveness !== 'unknown') return liveness === 'alive' ? { pid } : undefined
  // A heartbeat far in the future is from before the clock was set back: none has come since.
  const silentMs = Math.abs(now - touchedAt)
  return silentMs < leaseMs ? { pid, retryInMs: leaseMs - silentMs } : undefined
}

/** Blocks the thread: nothing else runs before the lock is ours. */
const sleepSync = (ms: number) => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
