/** The worktree of a session, on this machine. */
import { hostname } from 'node:os'
import type { Session } from '../../../functions/client/client'
import { runnerHostOf } from '../../../functions/sessions/runner-host'
import { homeOf } from '../../lib/home'
import { WorktreeError } from '../../worktrees/repository'
import { findSessionTree, type SessionTree } from '../../worktrees/session-tree'

export const treeHere = (
  { id, projectId }: Session,
  variables: NodeJS.ProcessEnv,
): Promise<SessionTree | undefined> => findSessionTree({ home: homeOf(variables), projectId, sessionId: id })

/** Throws `WorktreeError` that says where it is, or that there is none. */
export const requireTreeHere = async (
  session: Session,
  variables: NodeJS.ProcessEnv,
): Promise<SessionTree> => {
  const tree = await treeHere(session, variables)
  if (tree) return tree
  throw new WorktreeError(whereIs(session))
}

export const whereIs = ({ id, metadata, workspace }: Session): string => {
  const host = runnerHostOf(metadata)
  if (host !== undefined && host !== hostname()) return `The worktree of ${id} is on ${host}: call this there`
  return workspace
    ? `Nothing is known here of the worktree ${workspace.path} of ${id}`
    : `${id} has no worktree: spawn with --worktree gives one`
}
