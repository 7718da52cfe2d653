import type { SessionDiff } from '../../schemas/diff'

/** What sessions have changed in their worktrees, where the server shares the machine with their runner. */
export interface Diffs {
  /**
   * Files by name, those after `after`; undefined where the session has no worktree here. Throws `INVALID_STATE` where it cannot be
   * looked at.
   */
  read(session: { id: string; projectId: string }, page: DiffRequest): Promise<DiffPage | undefined>
}

export interface DiffRequest {
  limit: number
  /** A name, a character for each byte, as `next` gave it. */
  after?: string | undefined
  /** Without the patches. */
  stat: boolean
}

export interface DiffPage extends SessionDiff {
  /** The `after` of the next page; undefined on the last. */
  next?: string
}
