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

/**
 * Whether every line that these commits ever had is in the branch that they were merged into, as one commit or in other ones: the
 * last of them is, and what came before it must be in that or there.
 */
const isWritten = async (
  at: GitAt,
  commit: string,
  { branch, from }: { branch: string; from: string | undefined },
): Promise<boolean> => {
  const where = await whereMerged(at, commit, { own: branch, likely: from })
  if (where === undefined) return false
  const base = await at.run(['merge-base', commit, where])
  if (base.exit !== 0) return false
  const before = `^${base.stdout.toString('utf8').trim()}`
  const [ever, there, last] = [
    await blobsIn(at, [commit, before]),
    await blobsIn(at, [where, before]),
    await blobsIn(at, [`${commit}^{tree}`]),
  ]
  if (!ever || !there || !last) return false
  const merged = new Set(last)
  const known = new Set([...there, ...ever.filter((id) => merged.has(id))])
  const missing = ever.filter((id) => !known.has(id))
  if (missing.length === 0) return true
  const [lines, written] = [await linesOf(at, missing), await linesOf(at, [...known])]
  if (!lines || !written) return false
  return [...lines].every((line) => written.has(line))
}

/** The files that these commits have and the others do not; undefined if there are too many. */
const blobsIn = async (at: GitAt, range: readonly string[]): Promise<string[] | undefined> => {
  const words = ['rev-list', '--objects', '--no-object-names', ...range]
  const { exit, stdout, isCut } = await at.run(words, { maxBytes: maxListBytes })
  if (exit !== 0 || isCut) return undefined
  const list = ['cat-file', '--batch-check=%(objecttype) %(objectname)']
  const types = await at.run(list, { input: stdout, maxBytes: maxListBytes })
  if (types.exit !== 0 || types.isCut) return undefined
  return types.stdout
    .toString('utf8')
    .split('\n')
    .flatMap((line) => /^blob (\w+)$/.exec(line)?.[1] ?? [])
}

/** The lines of files, a character for each byte; undefined if they are too large. */
const linesOf = async (at: GitAt, ids: readonly string[]): Promise<Set<string> | undefined> => {
  const input = ids.map((id) => `${id}\n`).join('')
  const { exit, stdout, isCut } = await at.run(['cat-file', '--batch'], { input, maxBytes: maxListBytes })
  return exit !== 0 || isCut ? undefined : new Set(stdout.toString('latin1').split('\n').filter(isNoHeading))
}

/** Between files, it says which comes, and how long it is. */
const isNoHeading = (line: string) => !/^[\da-f]{40,64} blob \d+$/.test(line)
