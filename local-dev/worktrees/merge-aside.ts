/** Makes the commit that a merge comes to, in the repository alone: no branch, no tree and no index has changed then. */
import { bytesFieldsOf, listedNames } from './file-names'
import type { GitSetting } from './git'
import { type GitAt, isAncestor } from './git-at'
import { WorktreeError } from './repository'

export interface Merging {
  at: GitAt
  /** The branch of the session, and its tip. */
  branch: string
  source: string
  /** The branch that it goes into, and its tip. */
  into: string
  target: string
  squash: boolean
  /** What the session is called. */
  title: string
}

/** The first that can merge without a working tree. */
const neededVersion = [2, 38] as const

/** Throws `WorktreeError` where git is too old for it. */
export const requireMergeTree = async (at: GitAt): Promise<void> => {
  const text = await at.text(['version'])
  const [, major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(text) ?? []).map(Number)
  if (major > neededVersion[0] || (major === neededVersion[0] && minor >= neededVersion[1])) return
  throw new WorktreeError(
    `A merge that leaves everything as it was if it fails needs git ${neededVersion.join('.')} or later, and this is ${text}: install a later one`,
  )
}

/** The commit; undefined where merging would change nothing. Throws `WorktreeError` that names the files of a conflict. */
export const mergeAside = async (merging: Merging): Promise<string | undefined> => {
  const { at, branch, source, into, target, squash } = merging
  if (!squash && (await isAncestor(at, target, source))) return source
  const { tree, conflicts } = await mergedTree(at, target, source)
  if (conflicts.length > 0)
    throw new WorktreeError(
      `${branch} and ${into} conflict in ${listedNames(conflicts)}: nothing is changed. Merge ${into} into ${branch} in its worktree, and try again`,
    )
  if (squash && tree === (await at.text(['rev-parse', `${target}^{tree}`]))) return undefined
  const parents = squash ? ['-p', target] : ['-p', target, '-p', source]
  return at.text(['commit-tree', ...parents, '-F', '-', tree], { input: await messageOf(merging) })
}

/** The tree of a merge, and the files in which it conflicts. Throws what git says where it cannot be tried. */
export const mergedTree = async (
  at: GitAt,
  target: string,
  source: string,
  settings: readonly GitSetting[] = [],
): Promise<{ tree: string; conflicts: string[] }> => {
  const words = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', target, source]
  const { exit, stdout, stderr } = await at.run(words, { maxBytes: 64 * 1024 * 1024, settings })
  if (exit !== 0 && exit !== 1) throw new WorktreeError(`git merge-tree: ${firstLine(stderr)}`)
  const [tree = '', ...conflicts] = bytesFieldsOf(stdout)
  if (exit === 1 && conflicts.length === 0) throw new WorktreeError(`git merge-tree: ${firstLine(stderr)}`)
  return { tree, conflicts: exit === 0 ? [] : conflicts.filter((name) => name !== '') }
}

const firstLine = (text: string) => text.trim().split('\n')[0] || 'it ended without a word'

const maxMessageBytes = 64 * 1024

/** Of a squash, also what each of its commits says: they are in no branch afterwards. */
const messageOf = async ({ at, branch, source, target, squash, title }: Merging): Promise<string> => {
  const name = title.replace(/\s+/g, ' ').trim() || branch
  if (!squash) return `Merge ${name}\n\nFrom ${branch}.\n`
  const { stdout } = await at.run(
    ['log', '--reverse', '--no-show-signature', '--format=%B', source, '--not', target],
    { maxBytes: maxMessageBytes },
  )
  return `${name}\n\nFrom ${branch}:\n\n${stdout.toString('utf8').trim()}\n`
}
