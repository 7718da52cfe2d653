/** Takes away what was half made, and nothing that anybody has worked in. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isBranch } from './base'
import { unfinishedEntries } from './entries'
import { type GitOptions, runGit } from './git'
import { worktreePath } from './locations'
import type { WorktreeRecord } from './record'
import { WorktreeError } from './repository'

interface Sweeping {
  home: string
  /** In the repository of the record. */
  git: Omit<GitOptions, 'directory'>
}

/**
 * For a record that says `making` or `adding`, under the repository's lock: the tree goes, what the repository keeps of it, and
 * of `making` its branch, as long as that is where it was begun. Throws `WorktreeError` where something of it stays.
 */
export const sweep = async (record: WorktreeRecord, { home, git }: Sweeping): Promise<void> => {
  const { path, repository, branch, base, state } = record
  if (path !== worktreePath(home, record.project, record.session))
    throw new WorktreeError(`The record of ${record.session} names ${path}, where its worktree cannot be`)
  const options = { ...git, directory: repository }
  // Twice: also where it is locked, as it is while it is made.
  await runGit(['worktree', 'remove', '--force', '--force', path], options)
  await rm(path, { recursive: true, force: true })
  for (const entry of await unfinishedEntries(repository, path))
    await rm(entry, { recursive: true, force: true })
  if (state !== 'making') return
  // A git that was killed leaves its own lock, and this branch is nobody else's.
  await rm(join(repository, 'refs', 'heads', `${branch}.lock`), { force: true })
  if (!(await isBranch(branch, options))) return
  const { exit } = await runGit(['update-ref', '-d', `refs/heads/${branch}`, base], options)
  if (exit !== 0)
    throw new WorktreeError(
      `The branch ${branch} was half made, and cannot be taken away: git branch -D ${branch} does it`,
    )
}
