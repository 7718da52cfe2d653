/** What sessions have changed in the worktrees of this machine. */
import type { Diffs } from '../../functions/services/diffs'
import { ApiError, apiError } from '../../schemas/errors'
import { createConcurrencyLimit } from '../lib/concurrency-limit'
import { reasonOf } from '../lib/reason'
import { diffOf } from '../worktrees/diff'
import { findSessionTree } from '../worktrees/session-tree'

/** Each runs several gits, one after the other. */
const maxConcurrent = 2
const timeoutMs = 60_000

export const worktreeDiffs = (home: string, env: NodeJS.ProcessEnv): Diffs => {
  const limited = createConcurrencyLimit(maxConcurrent)
  return {
    read: ({ id, projectId }, page) =>
      limited(async () => {
        const signal = AbortSignal.timeout(timeoutMs)
        try {
          const tree = await findSessionTree({ home, projectId, sessionId: id })
          return tree && (await diffOf(tree, { ...page, env, signal }))
        } catch (error) {
          if (error instanceof ApiError) throw error
          const reason = signal.aborted ? `git has worked on it for ${timeoutMs / 1000} s` : reasonOf(error)
          throw apiError('INVALID_STATE', `What session ${id} has changed cannot be shown: ${reason}`, {
            sessionId: id,
          })
        }
      }),
  }
}
