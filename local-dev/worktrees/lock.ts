/** One at a time: git's own locks make the second of two fail, and say so in words that help nobody. */
import { createHash } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DirectoryLockedError, type Lock, lockDirectory } from '../../storage/drivers/files/lock'
import { privateFile, privateFolderMode } from '../../storage/drivers/files/private-files'
import {
  identityOf,
  livenessOf,
  ownIdentity,
  ProcessIdentity,
} from '../../storage/drivers/files/process-identity'
import { makeDirectory } from '../lib/make-directory'
import { worktreesFolder } from './locations'
import { WorktreeError } from './repository'

const pollMs = 25
/** A large tree takes minutes to be written; nobody holds it for longer. */
const patienceMs = 10 * 60_000

interface Locked {
  home: string
  /** What is locked: that of a repository, or another thing's name. */
  common: string
  signal?: AbortSignal | undefined
}

/**
 * Waits until nobody else of this user holds it, and holds it while `work` does its work. A holder that was killed holds
 * nothing any more, but the git that it has started may go on: `onStart`, given to a git call, has the next one wait for that.
 */
export const withRepositoryLock = async <T>(
  { home, common, signal }: Locked,
  work: (onStart: (pid: number) => void) => Promise<T>,
): Promise<T> => {
  const name = createHash('sha256').update(common).digest('hex').slice(0, 16)
  const folder = join(worktreesFolder(home), '.locks', name)
  makeDirectory(folder, privateFolderMode)
  const lock = await acquire(folder, common, signal)
  const gitFile = join(folder, 'git.json')
  try {
    if (lock.wasTakenOver) await untilEnded(gitFile, common, signal)
    return await work((pid) => writeFileSync(gitFile, JSON.stringify(identityOf(pid)), privateFile))
  } finally {
    rmSync(gitFile, { force: true })
    lock.release()
  }
}

const acquire = async (folder: string, common: string, signal: AbortSignal | undefined): Promise<Lock> => {
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    signal?.throwIfAborted()
    try {
      return lockDirectory(folder)
    } catch (error) {
      if (!(error instanceof DirectoryLockedError)) throw error
      if (waitedMs >= patienceMs)
        throw new WorktreeError(
          `Process ${error.pid} has worked on the worktrees of ${common} for ${patienceMs / 60_000} minutes: end it, and try again`,
        )
    }
    await sleep(pollMs, undefined, { signal })
  }
}

const untilEnded = async (
  gitFile: string,
  common: string,
  signal: AbortSignal | undefined,
): Promise<void> => {
  for (let waitedMs = 0; isAlive(gitFile); waitedMs += pollMs) {
    if (waitedMs >= patienceMs)
      throw new WorktreeError(`A git that was left behind still works in ${common}: end it, and try again`)
    await sleep(pollMs, undefined, { signal })
  }
}

const isAlive = (gitFile: string): boolean => {
  try {
    const found = ProcessIdentity.parse(JSON.parse(readFileSync(gitFile, 'utf8')))
    return livenessOf(found, ownIdentity()) === 'alive'
  } catch {
    return false
  }
}
