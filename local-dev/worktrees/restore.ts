/** Makes a worktree that is gone again: at its place, on its branch, with what its index held. */
import { lstat, mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { privateFolderMode } from '../../storage/drivers/files/private-files'
import { makeDirectory } from '../lib/make-directory'
import { addAndLock, asSentence } from './add'
import { isBranch } from './base'
import { entryOf } from './entries'
import { type GitOptions, git } from './git'
import { withRepositoryLock } from './lock'
import { readRecord, type WorktreeRecord, writeRecord } from './record'
import { WorktreeError } from './repository'
import { sweep } from './sweep'

interface Restoring {
  home: string
  /** Its record as it was found: another process may have changed it since. */
  found: WorktreeRecord
  git: GitOptions
}

/** Throws `WorktreeError` where it is removed by now, or neither the repository knows it any more nor its branch is there. */
export const restoreWorktree = ({ home, found, git: options }: Restoring): Promise<WorktreeRecord> =>
  withRepositoryLock({ home, common: found.repository }, async (onStart) => {
    const record = await readRecord(home, found.project, found.session)
    if (!record || record.repository !== found.repository)
      throw new WorktreeError(
        `The worktree ${found.path} was removed meanwhile: ${found.session} cannot go on, so spawn another`,
      )
    // What stands by now is somebody's work.
    if (record.state === 'made' && (await lstat(record.path).catch(() => undefined))) return record
    const locked = { ...options, onStart }
    if (record.state === 'adding') await sweep(record, { home, git: locked })
    const entry = await entryOf(record.repository, record.path)
    try {
      await (entry === undefined ? addAgain(record, home, locked) : fill(record, home, entry, locked))
    } catch (error) {
      throw asSentence(error, record.path)
    }
    // What setup made is gone with it.
    const { setup: _, ...rest } = record
    const made: WorktreeRecord = { ...rest, state: 'made' }
    await writeRecord(home, made)
    return made
  })

/** The HEAD may be on no branch, and the index hold what was never committed: both stay as they are. */
const fill = async (record: WorktreeRecord, home: string, entry: string, options: GitOptions) => {
  const { path } = record
  await writeRecord(home, { ...record, state: 'filling' })
  makeDirectory(path, privateFolderMode)
  await writeFile(join(path, '.git'), `gitdir: ${entry}\n`)
  const inTree = { ...options, directory: path }
  const hasIndex = await stat(join(entry, 'index')).catch(() => undefined)
  if (!hasIndex) await git(['read-tree', 'HEAD'], inTree)
  await git(['checkout-index', '--all', '--force', '--quiet'], inTree)
}

const addAgain = async (record: WorktreeRecord, home: string, options: GitOptions) => {
  const { path, branch, session } = record
  if (!(await isBranch(branch, options)))
    throw new WorktreeError(
      `The worktree ${path} is gone, and so is its branch ${branch}: ${session} cannot go on, so spawn another`,
    )
  const adding: WorktreeRecord = { ...record, state: 'adding' }
  await writeRecord(home, adding)
  await mkdir(join(path, '..'), { recursive: true, mode: privateFolderMode })
  const again = () => sweep(adding, { home, git: options })
  try {
    await addAndLock(record, [path, branch], options, again)
  } catch (error) {
    await again()
    await writeRecord(home, record)
    throw error
  }
}
