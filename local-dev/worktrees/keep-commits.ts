/** Commits that would be reached from nothing once a worktree and its branch are gone get a ref of their own. */
import { commitOf, type GitAt, isAncestor } from './git-at'
import type { LeftBehind } from './left-behind'
import { whereMerged } from './merged'
import type { WorktreeRecord } from './record'

/** Listed by `git log --all`, and by no `git branch`. */
const keptRef = (session: string): string => `refs/maestro/kept/${session}`

const maxListBytes = 64 * 1024 * 1024

/** The ref; undefined where nothing had to be kept. */
export const keepCommits = async (
  at: GitAt,
  { session, branch, from }: WorktreeRecord,
  { unreachable }: LeftBehind,
): Promise<string | undefined> => {
  const ref = keptRef(session)
  const earlier = await commitOf(at, ref)
  const wanted: string[] = []
  for (const commit of unreachable) if (!(await isWritten(at, commit, { branch, from }))) wanted.push(commit)
  const [first, ...others] = wanted
  if (first === undefined) return earlier === undefined ? undefined : ref
  const isIncluded = earlier === undefined || (await isAncestor(at, earlier, first))
  const parents = [first, ...others, ...(isIncluded ? [] : [earlier])]
  const commit = parents.length === 1 ? first : await joined(at, session, parents)
  await at.text(['update-ref', ref, commit, earlier ?? '0'.repeat(first.length)])
  return ref
}

const joined = (at: GitAt, session: string, parents: readonly string[]): Promise<string> =>
  at.text(
    [
      'commit-tree',
      ...parents.flatMap((parent) => ['-p', parent]),
      ...['-m', `What ${session} had committed, and no branch has`],
      `${parents[0]}^{tree}`,
    ],
    {
      settings: [
        ['user.name', 'maestro'],
        ['user.email', 'maestro@localhost'],
      ],
    },
  )

/** Whether every file that these commits ever had is in the branch that they were merged into: as one commit, or in other ones. */
const isWritten = async (
  at: GitAt,
  commit: string,
  { branch, from }: { branch: string; from: string | undefined },
): Promise<boolean> => {
  const where = await whereMerged(at, commit, { own: branch, likely: from })
  if (where === undefined) return false
  const base = await at.run(['merge-base', commit, where])
  if (base.exit !== 0) return false
  const before = base.stdout.toString('utf8').trim()
  const objects = await objectsIn(at, [commit, `^${before}`])
  const there = await objectsIn(at, [where, `^${before}`])
  if (!objects || !there) return false
  const known = new Set(there)
  const missing = objects.filter((id) => !known.has(id))
  if (missing.length === 0) return true
  const input = missing.map((id) => `${id}\n`).join('')
  const types = await at.text(['cat-file', '--batch-check=%(objecttype)'], { input })
  return !types.split('\n').includes('blob')
}

/** Undefined if there are too many. */
const objectsIn = async (at: GitAt, range: readonly string[]): Promise<string[] | undefined> => {
  const words = ['rev-list', '--objects', '--no-object-names', ...range]
  const { exit, stdout, isCut } = await at.run(words, { maxBytes: maxListBytes })
  return exit !== 0 || isCut ? undefined : stdout.toString('utf8').trim().split('\n')
}
