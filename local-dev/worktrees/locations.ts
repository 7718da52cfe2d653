/** Where worktrees are, and what is known of them: below ~/.maestro/worktrees, a folder for each project. */
import { join } from 'node:path'

export const worktreesFolder = (home: string): string => join(home, '.maestro', 'worktrees')

/** Throws if an id is no name of a folder: both came over the network. */
export const worktreePath = (home: string, projectId: string, sessionId: string): string => {
  for (const id of [projectId, sessionId])
    if (!/^[\w-]{1,128}$/.test(id))
      throw new Error(`The id ${JSON.stringify(id)} cannot be the name of a worktree's folder`)
  return join(worktreesFolder(home), projectId, sessionId)
}

/** Beside it. No id has a dot in it. */
export const recordPath = (home: string, projectId: string, sessionId: string): string =>
  `${worktreePath(home, projectId, sessionId)}.json`

/** The id of the project whose session's worktree is at this path, whoever's home it is in; undefined of any other path. */
export const projectOfPath = (path: string): string | undefined =>
  /\/\.maestro\/worktrees\/([\w-]+)\/[\w-]+$/.exec(path)?.[1]
