/** What git has begun in a working tree and not ended. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

const marks: Readonly<Record<string, string>> = {
  'rebase-merge': 'a rebase',
  'rebase-apply': 'a rebase',
  MERGE_HEAD: 'a merge',
  CHERRY_PICK_HEAD: 'a cherry-pick',
  REVERT_HEAD: 'a revert',
  sequencer: 'a cherry-pick',
  BISECT_LOG: 'a bisect',
}

/** `a rebase`; undefined if nothing. `gitDir`: that of the working tree. */
export const underWay = async (gitDir: string): Promise<string | undefined> => {
  for (const [name, what] of Object.entries(marks))
    if (await stat(join(gitDir, name)).catch(() => undefined)) return what
  return undefined
}

/** Whether a branch is rebased in any of the repository's working trees: then none has it checked out. */
export const isRebased = async (repository: string, branch: string): Promise<boolean> => {
  const names = await readdir(join(repository, 'worktrees')).catch((): string[] => [])
  for (const gitDir of [repository, ...names.map((name) => join(repository, 'worktrees', name))])
    for (const state of ['rebase-merge', 'rebase-apply']) {
      const head = await readFile(join(gitDir, state, 'head-name'), 'utf8').catch(() => '')
      if (head.trim() === `refs/heads/${branch}`) return true
    }
  return false
}
