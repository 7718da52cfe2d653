/** Commits that are in a worktree and on its branch alone, also those that it has left: its reflogs have them, and go with it. */
import { join } from 'node:path'
import { counted } from '../lib/counted'
import { commitOf, type GitAt } from './git-at'
import { whereMerged } from './merged'
import { movesIn } from './reflog'
import type { SessionTree } from './session-tree'

export interface LeftBehind {
  /** The tip of its branch; undefined where that is gone. */
  tip: string | undefined
  /** Work that is nowhere else, in a sentence each. */
  unmerged: string[]
  /** All that no other ref would have, so that it can be kept: what was merged as one commit, amended or rebased too. */
  unreachable: string[]
}

/** `at`: in the repository; `inTree`: in the tree, where that is there. */
export const leftBehind = async (
  at: GitAt,
  inTree: GitAt | undefined,
  { record, entry }: SessionTree,
): Promise<LeftBehind> => {
  const { branch, repository, base, from } = record
  const [tip, head] = [await commitOf(at, `refs/heads/${branch}`), inTree && (await commitOf(inTree, 'HEAD'))]
  const logs = [
    await movesIn(join(repository, 'logs', 'refs', 'heads', branch)),
    entry === undefined ? [] : await movesIn(join(entry, 'logs', 'HEAD')),
  ].flat()
  // A commit that was amended, or rebased, has become another one.
  const superseded = logs.flatMap(({ old, message }) =>
    /^(?:commit \(amend\)|rebase)/.test(message) ? [old] : [],
  )
  const own = inTree ? await ownRefs(inTree) : []
  const all = await existing(at, [...logs.flatMap(({ old, next }) => [old, next]), ...own])
  const present = [tip, head].filter((commit) => commit !== undefined)
  const others = [`--exclude=refs/heads/${branch}`, '--glob=refs/*']
  const unmerged: string[] = []
  for (const commit of new Set(present)) {
    if (commit === base || (await whereMerged(at, commit, { own: branch, likely: from })) !== undefined)
      continue
    const count = await at.text(['rev-list', '--count', commit, '--not', ...others])
    const where = commit === tip ? branch : `the HEAD of ${record.path}`
    unmerged.push(
      `${counted(Number(count), 'commits')} of ${where} (${commit.slice(0, 12)}) ${Number(count) === 1 ? 'is' : 'are'} merged nowhere`,
    )
  }
  const known = await existing(at, superseded)
  const abandoned = await tipsOf(at, all, [...others, ...present, ...known])
  for (const commit of abandoned)
    if ((await whereMerged(at, commit, { own: branch, likely: from })) === undefined)
      unmerged.push(`the commit ${commit.slice(0, 12)}, which was made there, is on no branch`)
  return { tip, unmerged, unreachable: await tipsOf(at, [...all, ...present], others) }
}

/** Refs that a worktree has for itself. */
const ownRefs = async (inTree: GitAt): Promise<string[]> =>
  (
    await inTree.text([
      'for-each-ref',
      '--format=%(objectname)',
      'refs/worktree',
      'refs/bisect',
      'refs/rewritten',
    ])
  )
    .split('\n')
    .filter((id) => id !== '')

/** Those that are commits, and still there. */
const existing = async (at: GitAt, ids: readonly string[]): Promise<string[]> => {
  const distinct = [...new Set(ids)].filter((id) => !/^0+$/.test(id))
  if (distinct.length === 0) return []
  const input = distinct.map((id) => `${id}^{commit}\n`).join('')
  const lines = (await at.text(['cat-file', '--batch-check=%(objectname) %(objecttype)'], { input })).split(
    '\n',
  )
  return [...new Set(lines.flatMap((line) => /^([\da-f]+) commit$/.exec(line)?.[1] ?? []))]
}

/** The last of these commits, and of those before them, that is not reached from `others`: each of several lines. */
const tipsOf = async (
  at: GitAt,
  commits: readonly string[],
  others: readonly string[],
): Promise<string[]> => {
  if (commits.length === 0) return []
  const input = `${[...new Set(commits)].join('\n')}\n`
  const words = ['rev-list', '--parents', '--stdin', '--not', ...others]
  const lines = (await at.text(words, { input })).split('\n').filter((line) => line !== '')
  const parents = new Set(lines.flatMap((line) => line.split(' ').slice(1)))
  return lines.map((line) => line.split(' ')[0] ?? '').filter((commit) => !parents.has(commit))
}
