/** Removes the worktree of a session that has ended, if nothing is lost by that: whatever is unsure keeps it. */
import { lstat } from 'node:fs/promises'
import { reasonOf } from '../lib/reason'
import { gitAt } from './git-at'
import { withRepositoryLock } from './lock'
import { endCutOffMerge } from './merge-repair'
import { reasonsToKeep } from './reasons-to-keep'
import { readRecord, removeRecord, type WorktreeRecord } from './record'
import { removeTree } from './remove'
import { findSessionTree, locationOf, type TreeOwner } from './session-tree'
import { sweep } from './sweep'

export interface CleanOptions {
  env: NodeJS.ProcessEnv
  /** Whether what is only in it may be lost. */
  force: boolean
  /** Only says what would be done. */
  dryRun: boolean
  /** Asked last: one that lives, by now, needs its worktree. */
  isLiving(): Promise<boolean>
  signal?: AbortSignal | undefined
}

export interface CleanResult {
  sessionId: string
  path: string
  branch: string
  outcome: 'removed' | 'would_remove' | 'kept'
  /** Why it is kept; or what is lost with --force. */
  reasons: string[]
  /** What of it somebody has removed by hand before; absent where nothing. */
  alreadyGone?: ('tree' | 'branch')[]
  /** The ref by which commits are kept that are on no branch any more. */
  commitsAt?: string
}

/** Undefined where it has none, or has none any more. */
export const cleanSession = async (
  owner: TreeOwner,
  options: CleanOptions,
): Promise<CleanResult | undefined> => {
  const { home, projectId, sessionId } = owner
  const record = await readRecord(home, projectId, sessionId)
  if (!record) return undefined
  const said = { sessionId, path: record.path, branch: record.branch }
  const kept = (reasons: string[]): CleanResult => ({ ...said, outcome: 'kept', reasons })
  if (await options.isLiving()) return kept(['the session lives: maestro session stop ends it'])
  const isThere = await lstat(record.repository).catch(() => undefined)
  if (!isThere) return kept([`its repository ${record.repository} is not there`])
  try {
    return await withRepositoryLock(
      { home, common: record.repository, signal: options.signal },
      async (onStart) => {
        const result = await clean(owner, options, onStart)
        return result && { ...said, ...result }
      },
    )
  } catch (error) {
    options.signal?.throwIfAborted()
    return kept([reasonOf(error)])
  }
}

type Outcome = Pick<CleanResult, 'outcome' | 'reasons' | 'alreadyGone' | 'commitsAt'>

const clean = async (
  owner: TreeOwner,
  { env, force, dryRun, isLiving, signal }: CleanOptions,
  onStart: (pid: number) => void,
): Promise<Outcome | undefined> => {
  const { home, projectId, sessionId } = owner
  const record = await readRecord(home, projectId, sessionId)
  if (!record) return undefined
  const place = { env, signal, onStart }
  if (record.state === 'making') return cleanUnmade(home, record, place, dryRun)
  if (!dryRun) await endCutOffMerge(record.repository, place)
  const tree = await findSessionTree(owner)
  if (!tree) return undefined
  const at = await gitAt({ ...place, directory: record.repository })
  const inTree = tree.isThere ? await gitAt({ ...place, ...locationOf(tree) }) : undefined
  const { firm, soft, left } = await reasonsToKeep({ at, inTree, tree })
  if (firm.length > 0 || (soft.length > 0 && !force)) return { outcome: 'kept', reasons: [...firm, ...soft] }
  const gone = [
    ...(tree.isThere ? [] : ['tree' as const]),
    ...(left.tip === undefined ? ['branch' as const] : []),
  ]
  const said = { reasons: soft, ...(gone.length > 0 && { alreadyGone: gone }) }
  if (dryRun) return { outcome: 'would_remove', ...said }
  if (await isLiving()) return { outcome: 'kept', reasons: ['the session lives again'] }
  const commitsAt = await removeTree({ home, at, tree, left })
  return { outcome: 'removed', ...said, ...(commitsAt !== undefined && { commitsAt }) }
}

/** Nobody has worked in it. */
const cleanUnmade = async (
  home: string,
  record: WorktreeRecord,
  { env, onStart }: { env: NodeJS.ProcessEnv; onStart: (pid: number) => void },
  dryRun: boolean,
): Promise<Outcome> => {
  if (dryRun) return { outcome: 'would_remove', reasons: [] }
  await sweep(record, { home, git: { env, onStart } })
  await removeRecord(home, record)
  return { outcome: 'removed', reasons: [] }
}
