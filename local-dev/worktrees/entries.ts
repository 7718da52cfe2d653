/** What a repository keeps of its worktrees: a folder for each, in which `gitdir` names the tree's `.git`. */
import { readdir, readFile, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/** The folder about the worktree at `path`, which need not be there; undefined where the repository knows none. */
export const entryOf = async (common: string, path: string): Promise<string | undefined> => {
  const wanted = await canonical(path)
  for (const name of await entryNames(common)) {
    const entry = join(common, 'worktrees', name)
    const tree = await treeOf(entry)
    if (tree !== undefined && (await canonical(tree)) === wanted) return entry
  }
  return undefined
}

/**
 * The folders that a git that was killed has left while it made the worktree at `path`: git names them after its last part, with a number
 * if need be, and they name no other tree.
 */
export const unfinishedEntries = async (common: string, path: string): Promise<string[]> => {
  const names = (await entryNames(common)).filter(
    (name) => name.startsWith(basename(path)) && /^\d*$/.test(name.slice(basename(path).length)),
  )
  const wanted = await canonical(path)
  const found: string[] = []
  for (const name of names) {
    const entry = join(common, 'worktrees', name)
    const tree = await treeOf(entry)
    if (tree === undefined || (await canonical(tree)) === wanted) found.push(entry)
  }
  return found
}

const entryNames = (common: string): Promise<string[]> =>
  readdir(join(common, 'worktrees')).catch((): string[] => [])

const treeOf = async (entry: string): Promise<string | undefined> => {
  const link = await readFile(join(entry, 'gitdir'), 'utf8').catch(() => '')
  return link.trim() === '' ? undefined : dirname(resolve(entry, link.replace(/\n$/, '')))
}

/** The same path however it is written, also of what is not there. */
const canonical = async (path: string): Promise<string> => {
  const parent = await realpath(dirname(path)).catch(() => dirname(path))
  return join(parent, basename(path))
}
