/** A merge records which commit a submodule is at, and leaves what is checked out of it alone, as git itself does. */
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { TreeChange } from './changes'
import { shown, shownOnOneLine } from './file-names'
import { commitOf, type GitPlace, gitAt } from './git-at'

/** One sentence for each submodule that these changes have moved; `trees`: where it went into, and the session's. */
export const submoduleNotes = async (
  changes: readonly TreeChange[],
  trees: { into: string; session: string },
  place: Omit<GitPlace, 'directory'>,
): Promise<string[]> => {
  const moved = changes.filter(({ isSubmodule }) => isSubmodule)
  return Promise.all(
    moved.map(async ({ name, newId }) => {
      const path = shown(name)
      const next = `git submodule update --init ${shownOnOneLine(path)} in ${trees.into} brings it there`
      const said = `The submodule ${shownOnOneLine(path)} is at ${newId.slice(0, 12)} now`
      return (await hasCommit(join(trees.into, path), newId, place))
        ? `${said}: ${next}`
        : `${said}, which is not in ${trees.into} yet: push it from ${join(trees.session, path)} unless that is done, then ${next}`
    }),
  )
}

/** Whether the submodule is filled there, and has the commit. */
const hasCommit = async (
  directory: string,
  commit: string,
  place: Omit<GitPlace, 'directory'>,
): Promise<boolean> => {
  if (!(await lstat(join(directory, '.git')).catch(() => undefined))) return false
  const at = await gitAt({ ...place, directory }).catch(() => undefined)
  return at !== undefined && (await commitOf(at, commit)) !== undefined
}
