/** Makes the worktree of a session: one after the other in a repository, and whole or not at all. */
import { lstat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { privateFolderMode } from '../../storage/drivers/files/private-files'
import { makeDirectory } from '../lib/make-directory'
import { reasonOf } from '../lib/reason'
import { type Base, requireFreeBranch } from './base'
import { GitError, type GitOptions, git } from './git'
import { withRepositoryLock } from './lock'
import { takeNumber } from './numbers'
import { readRecord, removeRecord, type WorktreeRecord, writeRecord } from './record'
import { type Repository, WorktreeError } from './repository'
import { sweep } from './sweep'

/** Another git of the user's may hold one of its locks for a moment. */
const maxAttempts = 5
const pauseMs = 100

interface Wanted {
  home: string
  session: string
  project: string
  repository: Repository
  path: string
  branch: string
  base: Base
  /** In the project's directory. */
  git: GitOptions
}

/** Throws `WorktreeError`, or what git says, and leaves nothing then. */
export const addWorktree = (wanted: Wanted): Promise<WorktreeRecord> => {
  const { home, session, project, repository, path, branch, base, git: options } = wanted
  return withRepositoryLock({ home, common: repository.common }, async (onStart) => {
    const locked = { ...options, onStart }
    const earlier = await readRecord(home, project, session)
    if (earlier && earlier.state !== 'making') return earlier
    if (earlier) {
      await sweep(earlier, { home, git: locked })
      await removeRecord(home, earlier)
    }
    await requireFreeBranch(branch, options)
    if (await lstat(path).catch(() => undefined))
      throw new WorktreeError(`${path} is taken, and not by a worktree of ${session}: move it away`)
    const record: WorktreeRecord = {
      format: 1,
      session,
      project,
      repository: repository.common,
      path,
      branch,
      base: base.commit,
      ...(base.from !== undefined && { from: base.from }),
      state: 'making',
      number: 1,
    }
    const made = await begin(home, record)
    const again = () => sweep(made, { home, git: locked })
    try {
      await addAndLock(made, ['--no-track', '-b', branch, path, base.commit], locked, again)
    } catch (error) {
      await again()
      await removeRecord(home, made)
      throw asSentence(error, path)
    }
    const done: WorktreeRecord = { ...made, state: 'made' }
    await writeRecord(home, done)
    return done
  })
}

const begin = async (home: string, record: WorktreeRecord): Promise<WorktreeRecord> => {
  makeDirectory(dirname(record.path), privateFolderMode)
  let begun = record
  await takeNumber(home, record, async (number) => {
    begun = { ...record, number }
    await writeRecord(home, begun)
  })
  return begun
}

/** `words`: what follows `git worktree add`; `again`: before that is tried once more, for half of it may be there. The lock says whose it is, and keeps `git worktree prune` away. */
export const addAndLock = async (
  { path, session }: WorktreeRecord,
  words: readonly string[],
  options: GitOptions,
  again: () => Promise<void>,
): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    try {
      await git(['worktree', 'add', '--quiet', ...words], options)
      break
    } catch (error) {
      if (attempt >= maxAttempts || !isBusy(error)) throw error
      await sleep(pauseMs * attempt)
      await again()
    }
  }
  await git(['worktree', 'lock', '--reason', lockReason(session), path], options)
}

export const lockReason = (session: string): string => `maestro session ${session}`

const isBusy = (error: unknown): boolean =>
  error instanceof GitError && /\.lock['"]?: File exists|could not lock/i.test(error.result.stderr)

export const asSentence = (error: unknown, path: string): unknown => {
  if (!(error instanceof GitError)) return error
  const isFull = /No space left on device|Disk quota exceeded/i.test(error.result.stderr)
  const why = isFull ? `there is no space left for ${path}` : reasonOf(error)
  return new WorktreeError(`The worktree cannot be made: ${why}`)
}
