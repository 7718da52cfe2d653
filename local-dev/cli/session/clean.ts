import { lstat } from 'node:fs/promises'
import { hostname } from 'node:os'
import type { Client, Session } from '../../../functions/client/client'
import { runnerHostOf } from '../../../functions/sessions/runner-host'
import { endedStatuses } from '../../../schemas/ended-statuses'
import { homeOf } from '../../lib/home'
import { undefinedIfNotFound } from '../../lib/not-found'
import { type CleanResult, cleanSession } from '../../worktrees/clean'
import { recordedTrees } from '../../worktrees/record'
import { defineCommand } from '../command'
import { exitCodes, UsageError } from '../exit'
import { sentence } from '../format'
import { isElsewhere, whereIs } from './tree'

export const command = defineCommand({
  about:
    'Remove the worktree and the branch of a session that has ended, if nothing is lost by that; else say what keeps them',
  example: 'maestro session clean --all-ended --dry-run',
  args: {
    id: { type: 'positional', required: false, description: 'The session' },
    'all-ended': { type: 'boolean', description: 'Those of all sessions that have ended' },
    'dry-run': { type: 'boolean', description: 'Only say what would be removed, and what is kept' },
    force: {
      type: 'boolean',
      description: 'Also with work that is nowhere else: what is not committed is lost then',
    },
  },
  ids: { id: 'session' },
  async run({ client, args, variables, signal }) {
    if ((args.id === undefined) === !args['all-ended'])
      throw new UsageError('Name a session, or say --all-ended')
    const options = { force: args.force ?? false, dryRun: args['dry-run'] ?? false, signal }
    const clean = async (session: Session): Promise<CleanResult | undefined> => {
      const { id, projectId } = session
      const isLiving = async () => !endedStatuses.includes((await client.sessions.get(id)).status)
      const owner = { home: homeOf(variables), projectId, sessionId: id }
      const result = await cleanSession(owner, { ...options, env: variables, isLiving })
      if (result?.outcome === 'removed') await forgetTree(client, session)
      return result
    }
    if (args.id !== undefined) {
      const session = await client.sessions.get(args.id)
      const result = await clean(session)
      if (!result) {
        // A clean that was killed had not come to this.
        const wasRemoved = await isTreeGone(session)
        if (wasRemoved && !options.dryRun) await forgetTree(client, session)
        return { json: listsOf([]), text: sentence(nothingOf(session, wasRemoved)) }
      }
      const exitCode = result.outcome === 'kept' ? exitCodes.failed : 0
      return { json: listsOf([result]), text: textOf([result], options.force), exitCode }
    }
    const results: CleanResult[] = []
    for (const { session: id, path, branch } of await recordedTrees(homeOf(variables))) {
      const session = await undefinedIfNotFound(client.sessions.get(id))
      if (session && !endedStatuses.includes(session.status)) continue
      const result = session
        ? await clean(session)
        : {
            sessionId: id,
            path,
            branch,
            outcome: 'kept' as const,
            reasons: ['this server has no such session'],
          }
      if (result) results.push(result)
    }
    return { json: listsOf(results), text: textOf(results, options.force) }
  },
})

/** Whoever lists sessions need not look for it any more. One that is gone by now has nothing to forget. */
const forgetTree = async (client: Client, { id, workspace }: Session): Promise<void> => {
  if (workspace) await undefinedIfNotFound(client.sessions.update(id, { workspace: null }))
}

/** Whether its runner was here, and its worktree is not there any more. */
const isTreeGone = async ({ metadata, workspace }: Session): Promise<boolean> =>
  workspace !== undefined &&
  runnerHostOf(metadata) === hostname() &&
  (await lstat(workspace.path).catch(() => undefined)) === undefined

const nothingOf = (session: Session, wasRemoved: boolean): string =>
  isElsewhere(session) || (session.workspace && !wasRemoved)
    ? whereIs(session)
    : `Nothing to remove: ${session.id} has no worktree, or none any more`

const listsOf = (results: readonly CleanResult[]) => {
  const those = (wanted: CleanResult['outcome']) =>
    results.flatMap(({ outcome, ...result }) => (outcome === wanted ? [result] : []))
  return { removed: those('removed'), wouldRemove: those('would_remove'), kept: those('kept') }
}

const textOf = (results: readonly CleanResult[], force: boolean): string =>
  results.length === 0
    ? 'Nothing to remove'
    : results.map((result) => sentence(lineOf(result, force))).join('\n')

const lineOf = (result: CleanResult, force: boolean): string => {
  const { sessionId, path, outcome, reasons, commitsAt } = result
  const why = reasons.join('; ')
  if (outcome === 'kept') return `${sessionId} is kept, in ${path}: ${why}`
  const { what, before } = goingOf(result)
  const lost = force && why !== '' ? `, although ${why}` : ''
  const gone = before === '' ? '' : ` (${before} gone already)`
  if (outcome === 'would_remove') return `${sessionId} would lose ${what}${gone}${lost}`
  const kept =
    commitsAt === undefined
      ? ''
      : `; commits that no branch has are at ${commitsAt} (git update-ref -d forgets them)`
  return `${sessionId}: removed ${what}${gone}${lost}${kept}`
}

/** What goes, and what somebody has removed by hand before. */
const goingOf = ({ path, branch, alreadyGone = [] }: CleanResult) => {
  const [isTreeGone, isBranchGone] = [alreadyGone.includes('tree'), alreadyGone.includes('branch')]
  if (isTreeGone && isBranchGone)
    return { what: 'what was noted of it', before: `${path} and its branch ${branch} were` }
  if (isTreeGone) return { what: `its branch ${branch}`, before: `${path} was` }
  if (isBranchGone) return { what: path, before: `its branch ${branch} was` }
  return { what: `${path} and its branch ${branch}`, before: '' }
}
