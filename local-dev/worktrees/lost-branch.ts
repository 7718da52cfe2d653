/** What a person can do where the branch of a session was deleted. */
import { join } from 'node:path'
import { commitOf, type GitAt } from './git-at'
import { movesIn } from './reflog'
import type { SessionTree } from './session-tree'

/** For the end of a sentence: how the branch is made again where its worktree is or was, else how it is forgotten. */
export const nextStepWithoutBranch = async (
  at: GitAt,
  { record: { repository, branch, session }, entry }: SessionTree,
): Promise<string> => {
  const moves = entry === undefined ? [] : await movesIn(join(entry, 'logs', 'HEAD'))
  for (const { next } of moves.reverse()) {
    const commit = await commitOf(at, next)
    if (commit !== undefined)
      return `git -C ${repository} branch ${branch} ${commit.slice(0, 12)} makes it again where its worktree was last`
  }
  return `no commit of it is known any more, and maestro session clean ${session} forgets it`
}
