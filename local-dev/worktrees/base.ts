/** What a worktree is to begin from, and on which branch: all that can be wrong with it is said before anything is made. */
import { type GitOptions, gitText, runGit } from './git'
import { type Repository, WorktreeError } from './repository'

export interface Base {
  commit: string
  /** The branch whose tip that is; undefined of any other commit. */
  from: string | undefined
}

/** `named`: what a person has named, else the present HEAD. Throws `WorktreeError` where there is no such commit. */
export const findBase = async (
  { top, prefix, branch, head }: Repository,
  named: string | undefined,
  options: GitOptions,
): Promise<Base> => {
  const commit = named === undefined ? head : await commitOf(named, options)
  if (commit === undefined)
    throw new WorktreeError(
      named === undefined
        ? `${top} has no commit yet: a worktree begins from one, so commit first`
        : `There is no commit ${JSON.stringify(named)} in ${top}: name a branch, a tag or a commit as the base`,
    )
  const kind = prefix === '' ? 'tree' : await kindOf(`${commit}:${prefix.replace(/\/$/, '')}`, options)
  if (kind !== 'tree')
    throw new WorktreeError(
      `The commit ${commit.slice(0, 12)} has no directory ${prefix}, which is the project's: commit it first, or name another base`,
    )
  return { commit, from: named === undefined ? branch : await branchOf(named, options) }
}

const commitOf = async (named: string, options: GitOptions): Promise<string | undefined> => {
  if (named.startsWith('-')) return undefined
  const { exit, stdout } = await runGit(['rev-parse', '--verify', '--quiet', `${named}^{commit}`], options)
  return exit === 0 ? stdout.toString('utf8').trim() : undefined
}

const kindOf = async (object: string, options: GitOptions): Promise<string | undefined> => {
  const { exit, stdout } = await runGit(['cat-file', '-t', object], options)
  return exit === 0 ? stdout.toString('utf8').trim() : undefined
}

const branchOf = async (named: string, options: GitOptions): Promise<string | undefined> => {
  const full = await gitText(['rev-parse', '--symbolic-full-name', named], options)
  return full.startsWith('refs/heads/') ? full.slice('refs/heads/'.length) : undefined
}

/** Throws `WorktreeError` where it can be no branch, is one already, or another one's name is in its way. */
export const requireFreeBranch = async (branch: string, options: GitOptions): Promise<void> => {
  const isName = await runGit(['check-ref-format', '--branch', branch], options)
  // `@{-1}` and the like stand for another one.
  if (isName.exit !== 0 || isName.stdout.toString('utf8').trim() !== branch)
    throw new WorktreeError(`${JSON.stringify(branch)} cannot be the name of a branch: choose another`)
  const parts = branch.split('/')
  const above = parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'))
  const names = ['for-each-ref', '--count=1', '--format=%(refname:short)', `refs/heads/${branch}`]
  const [found, ...obstacles] = await Promise.all([
    gitText(names, options),
    ...above.map(async (name) => ((await isBranch(name, options)) ? name : undefined)),
  ])
  if (found === branch)
    throw new WorktreeError(`The branch ${branch} is there already: choose another, or delete it`)
  const other = found || obstacles.find((name) => name !== undefined)
  if (other)
    throw new WorktreeError(
      `The branch ${branch} cannot be made beside the branch ${other}: choose another, or rename that one`,
    )
}

export const isBranch = async (name: string, options: GitOptions): Promise<boolean> =>
  (await runGit(['show-ref', '--verify', '--quiet', `refs/heads/${name}`], options)).exit === 0
