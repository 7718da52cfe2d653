/** Merges what a session has committed into a branch: whole, or nothing is changed and the sentence says which file is in the way. */

import { randomUUID } from 'node:crypto'
import { lstat } from 'node:fs/promises'
import { changesOf } from './changes'
import { treesOn } from './checked-out'
import { listedNames } from './file-names'
import { commitOf, type GitAt, type GitPlace, gitAt, isAncestor } from './git-at'
import { withRepositoryLock } from './lock'
import { nextStepWithoutBranch } from './lost-branch'
import { mergeAside, requireMergeTree } from './merge-aside'
import { moveCheckedOut } from './merge-checked-out'
import { endCutOffMerge } from './merge-repair'
import { WorktreeError } from './repository'
import { locationOf, type SessionTree } from './session-tree'
import { submoduleNotes } from './submodules'
import { uncommittedIn } from './uncommitted'
import { isRebased, underWay } from './under-way'

export interface MergeOptions {
  home: string
  env: NodeJS.ProcessEnv
  /** The branch; undefined: the one that the session began from. */
  into?: string | undefined
  squash: boolean
  /** What the session is called. */
  title: string
  signal?: AbortSignal | undefined
}

export interface MergeResult {
  branch: string
  into: string
  /** Where `into` was before, and is now: the same where everything was in it already. */
  from: string
  to: string
  /** How many files are another now. */
  files: number
  /** Where `into` is checked out: its files are the merged ones now. */
  tree?: string
  /** What is left to do for submodules that are at another commit now, one sentence each. */
  notes?: string[]
}

/** Throws `WorktreeError`, one sentence with the next step, and has changed nothing then. */
export const mergeSession = (tree: SessionTree, options: MergeOptions): Promise<MergeResult> => {
  const { home, env, signal } = options
  const { repository } = tree.record
  return withRepositoryLock({ home, common: repository, signal }, async (onStart) => {
    const place = { env, signal, onStart }
    await endCutOffMerge(repository, place)
    return merge(tree, options, place)
  })
}

type Place = Omit<GitPlace, 'directory'>

const merge = async (tree: SessionTree, options: MergeOptions, place: Place): Promise<MergeResult> => {
  const { repository, branch, session } = tree.record
  const at = await gitAt({ ...place, directory: repository })
  await requireMergeTree(at)
  const source = await commitOf(at, `refs/heads/${branch}`)
  if (source === undefined)
    throw new WorktreeError(
      `The branch ${branch} of ${session} is not there any more: ${await nextStepWithoutBranch(at, tree)}`,
    )
  await requireCommitted(tree, source, place)
  const into = intoOf(tree, options)
  const target = await commitOf(at, `refs/heads/${into}`)
  if (target === undefined)
    throw new WorktreeError(`There is no branch ${JSON.stringify(into)} in ${repository}: --into names one`)
  const unchanged = { branch, into, from: target, to: target, files: 0 }
  if (await isAncestor(at, source, target)) return unchanged
  if (await isRebased(repository, into)) throw new WorktreeError(`${into} is being rebased: end that first`)
  const { squash, title } = options
  const merged = await mergeAside({ at, branch, source, into, target, squash, title })
  if (merged === undefined) return unchanged
  const changes = await changesOf(at, { old: target, new: merged })
  const move = { session, into, old: target, new: merged, message: `maestro: merge ${branch}` }
  const where = await moveBranch(at, repository, place, move)
  const result = { branch, into, from: target, to: merged, files: changes.length }
  if (where === undefined) return result
  const notes = await submoduleNotes(changes, { into: where, session: tree.record.path }, place)
  return { ...result, tree: where, ...(notes.length > 0 && { notes }) }
}

const intoOf = (
  { record: { from, branch, session } }: SessionTree,
  { into = from }: MergeOptions,
): string => {
  if (into === undefined)
    throw new WorktreeError(
      `${session} began from a commit and no branch: say which to merge into, with --into BRANCH`,
    )
  if (into === branch)
    throw new WorktreeError(`${branch} is the branch of ${session} itself: name another with --into`)
  return into
}

/** What is in the session's tree and in no commit of its branch would be left out without a word. */
const requireCommitted = async (tree: SessionTree, source: string, place: Place): Promise<void> => {
  const { entry, isThere, record } = tree
  if (entry === undefined || !isThere) return
  const { path, branch } = record
  const at = await gitAt({ ...place, ...locationOf(tree) })
  const under = await underWay(entry)
  if (under !== undefined) throw new WorktreeError(`In ${path} ${under} is under way: end it there first`)
  const names = await uncommittedIn(at)
  if (names.length > 0)
    throw new WorktreeError(
      `${listedNames(names)} in ${path} ${names.length > 1 ? 'are' : 'is'} not committed: commit what is to be merged, remove the rest, and try again`,
    )
  const head = await commitOf(at, 'HEAD')
  if (head !== undefined && !(await isAncestor(at, head, source)))
    throw new WorktreeError(
      `${path} is at ${head.slice(0, 12)}, which is not in ${branch}: git switch ${branch} && git merge ${head.slice(0, 12)} there takes it along`,
    )
}

interface Move {
  session: string
  into: string
  old: string
  new: string
  message: string
}

/** Where it is checked out. */
const moveBranch = async (
  at: GitAt,
  repository: string,
  place: Place,
  { message, ...move }: Move,
): Promise<string | undefined> => {
  const { into, old, new: next, session } = move
  const [where, other] = await treesOn(at, into)
  if (where === undefined) {
    await at.text(['update-ref', '-m', message, `refs/heads/${into}`, next, old])
    return undefined
  }
  if (other !== undefined)
    throw new WorktreeError(
      `${into} is checked out twice, in ${where} and ${other}: switch one of them to another branch`,
    )
  if (!(await lstat(where).catch(() => undefined)))
    throw new WorktreeError(
      `${into} is checked out in ${where}, which is not there: git worktree prune forgets it`,
    )
  const inTree = await gitAt({ ...place, directory: where })
  const gitDir = await inTree.text(['rev-parse', '--absolute-git-dir'])
  const lock = `maestro merges ${session} into ${into}: ${randomUUID()}\n`
  const note = { format: 1 as const, ...move, tree: where, gitDir, lock, isWriting: false }
  await moveCheckedOut({ at: inTree, repository, note, message })
  return where
}
