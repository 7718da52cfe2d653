/** Removes a worktree, its branch and what was noted about it. Cut off anywhere, it is gone on with by the next call. */
import { lstat, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { unfinishedEntries } from './entries'
import { commitOf, type GitAt } from './git-at'
import { keepCommits } from './keep-commits'
import type { LeftBehind } from './left-behind'
import { removeRecord, writeRecord } from './record'
import { WorktreeError } from './repository'
import type { SessionTree } from './session-tree'

interface Removing {
  home: string
  /** In the repository. */
  at: GitAt
  tree: SessionTree
  left: LeftBehind
}

/** Under the repository's lock. The ref that commits of no other branch are kept by, where there are any. */
export const removeTree = async ({ home, at, tree, left }: Removing): Promise<string | undefined> => {
  const { record } = tree
  const kept = await keepCommits(at, record, left)
  if (record.state !== 'removing') await writeRecord(home, { ...record, state: 'removing' })
  await removeFiles(at, tree)
  await removeBranch(at, tree, left)
  await removeRecord(home, record)
  // With others in it, it stays.
  await rmdir(dirname(record.path)).catch(() => undefined)
  return kept
}

const removeFiles = async (at: GitAt, { record, entry, isThere }: SessionTree): Promise<void> => {
  const { path, repository } = record
  if (entry !== undefined) {
    // Without it, git does not know the rest of one that is half gone.
    const link = join(path, '.git')
    if (isThere && !(await lstat(link).catch(() => undefined))) await writeFile(link, `gitdir: ${entry}\n`)
    // Twice: also where it is locked. Nobody else's lock is there.
    await at.text(['worktree', 'remove', '--force', '--force', path])
  }
  // Git may have been killed while it removed this.
  for (const left of await unfinishedEntries(repository, path))
    await rm(left, { recursive: true, force: true })
  await rmdir(join(repository, 'worktrees')).catch(() => undefined)
}

const removeBranch = async (at: GitAt, { record }: SessionTree, { tip }: LeftBehind): Promise<void> => {
  const { branch } = record
  const present = await commitOf(at, `refs/heads/${branch}`)
  if (present !== tip)
    throw new WorktreeError(
      `${branch} has moved while its worktree was removed: it stays, and so does what is noted of it`,
    )
  if (tip !== undefined) await at.text(['update-ref', '-d', `refs/heads/${branch}`, tip])
  const names = await at.run(['config', '--local', '--name-only', '-z', '--get-regexp', '^branch\\.'])
  const isItsOwn = (name: string) =>
    name.startsWith(`branch.${branch}.`) && !name.slice(`branch.${branch}.`.length).includes('.')
  if (names.stdout.toString('utf8').split('\0').some(isItsOwn))
    await at.text(['config', '--local', '--remove-section', `branch.${branch}`])
}
