/** The repository that a directory is in, as far as worktrees need to know it; or why there can be none. */
import { realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { problemOfDirectory } from '../agents/start-problems'
import { reasonOf } from '../lib/reason'
import { GitError, gitText, runGit } from './git'

export interface Repository {
  /** What all its worktrees share, by its real path: `/home/ada/app/.git`. */
  common: string
  /** The working tree that the directory is in, by its real path. It may be a worktree itself. */
  top: string
  /** The main working tree, by its real path; undefined where there is none, as where worktrees are those of a bare repository. */
  main: string | undefined
  /** From `top` to the directory: empty, or `packages/one/`. */
  prefix: string
  /** The branch of `top`, `main`; undefined where its HEAD is detached. */
  branch: string | undefined
  /** The commit of its HEAD; undefined where nothing was committed yet. */
  head: string | undefined
}

/** Why a worktree cannot be made, looked at, or removed: one sentence, with the next step. */
export class WorktreeError extends Error {
  override name = 'WorktreeError'
}

interface Place {
  directory: string
  env: NodeJS.ProcessEnv
  signal?: AbortSignal
}

/** Throws `WorktreeError` where there is no repository with a working tree, or git cannot say so. Changes nothing. */
export const findRepository = async (place: Place): Promise<Repository> => {
  const { directory } = place
  const problem = await problemOfDirectory(directory)
  if (problem !== undefined) throw new WorktreeError(`The project's directory ${directory} ${problem}`)
  const { isBare, isInTree, gitDir, common } = await locate(place)
  if (!isInTree && isBare)
    throw new WorktreeError(
      `${directory} is a bare repository: the project's directory must be in a working tree of it (git worktree add)`,
    )
  if (!isInTree)
    throw new WorktreeError(
      `${directory} is inside of the repository's own folder ${common}: the project's directory must be in its working tree`,
    )
  const lines = (await gitText(['rev-parse', '--show-toplevel', '--show-prefix'], place)).split('\n')
  const [top = '', prefix = ''] = lines
  if (lines.length > 2) throw new WorktreeError(`${JSON.stringify(directory)} has a line break in its path`)
  const [branch, head] = await Promise.all([
    optional(['symbolic-ref', '--quiet', '--short', 'HEAD'], place),
    optional(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], place),
  ])
  const [realTop, realCommon] = await Promise.all([realpath(top), realpath(common)])
  const main = gitDir === common ? realTop : await mainTree(realCommon, place)
  return { common: realCommon, top: realTop, main, prefix, branch, head }
}

/** A submodule's repository lies elsewhere, and says where its tree is. */
const mainTree = async (common: string, place: Place): Promise<string | undefined> => {
  if (basename(common) === '.git') return dirname(common)
  const words = ['config', '--file', join(common, 'config'), '--type=path', '--get', 'core.worktree']
  const path = await optional(words, place)
  return path && realpath(resolve(common, path)).catch(() => undefined)
}

const locate = async (place: Place) => {
  const { directory } = place
  const words = ['--is-bare-repository', '--is-inside-work-tree', '--git-dir', '--git-common-dir']
  const text = await gitText(['rev-parse', '--path-format=absolute', ...words], place).catch((error) => {
    throw new WorktreeError(noRepository(directory, error))
  })
  const lines = text.split('\n')
  if (lines.length > 4 && lines[0] === '--path-format=absolute')
    throw new WorktreeError('The git on PATH is older than 2.31: install a later one')
  const [isBare, isInTree, gitDir, common] = lines
  if (lines.length !== 4 || gitDir === undefined || common === undefined)
    throw new WorktreeError(`${JSON.stringify(directory)} has a line break in its path`)
  return { isBare: isBare === 'true', isInTree: isInTree === 'true', gitDir, common: resolve(common) }
}

const noRepository = (directory: string, error: unknown): string =>
  error instanceof GitError && /^git rev-parse: not a git repository \(or any/.test(error.message)
    ? `${directory} is in no git repository: a worktree needs one (git init, and a commit)`
    : `The repository of ${directory} cannot be used: ${reasonOf(error)}`

/** Undefined where git says no, without a word of why. */
const optional = async (words: readonly string[], place: Place): Promise<string | undefined> => {
  const { exit, stdout } = await runGit(words, place)
  return exit === 0 ? stdout.toString('utf8').trim() : undefined
}
