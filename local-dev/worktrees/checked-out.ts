/** In which working trees of a repository a branch is checked out. */
import { shown } from './file-names'
import type { GitAt } from './git-at'

export const treesOn = async (at: GitAt, branch: string): Promise<string[]> => {
  const found: string[] = []
  let path = ''
  for (const field of await at.fields(['worktree', 'list', '--porcelain', '-z'])) {
    if (field.startsWith('worktree ')) path = shown(field.slice('worktree '.length))
    else if (shown(field) === `branch refs/heads/${branch}`) found.push(path)
  }
  return found
}
