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

/** Whether its runner, and so its worktree, is on another machine. */
export const isElsewhere = ({ metadata }: Session): boolean =>
  ![undefined, hostname()].includes(runnerHostOf(metadata))

export const whereIs = (session: Session): string => {
  const { id, metadata, workspace } = session
  if (isElsewhere(session)) return `The worktree of ${id} is on ${runnerHostOf(metadata)}: call this there`
  return workspace
    ? `Nothing is known here of the worktree ${workspace.path} of ${id}`
    : `${id} has no worktree: spawn with --worktree gives one`
}
