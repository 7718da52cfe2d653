/** What a session has done: its worktree beside the commit that it began from. Nothing in the tree or its index changes. */
import type { DiffPage, DiffRequest } from '../../functions/services/diffs'
import type { DiffFile } from '../../schemas/diff'
import { type ListedFile, listFiles } from './diff-list'
import { type Patch, patchesOf } from './diff-patches'
import { shown } from './file-names'
import { commitOf, type GitAt, gitAt } from './git-at'
import { WorktreeError } from './repository'
import { lookAtAll, withScratchIndex } from './scratch-index'
import { locationOf, type SessionTree } from './session-tree'

export interface DiffOptions extends DiffRequest {
  env: NodeJS.ProcessEnv
  signal?: AbortSignal | undefined
}

/** Throws `WorktreeError` where its base, or both its tree and its branch, are gone. */
export const diffOf = async (tree: SessionTree, options: DiffOptions): Promise<DiffPage> => {
  const { env, signal } = options
  const { record, isThere } = tree
  const at = await gitAt({ ...locationOf(tree), env, signal })
  const base = await commitOf(at, record.base)
  if (base === undefined)
    throw new WorktreeError(
      `The commit ${record.base} that ${record.session} began from is not in ${record.repository}`,
    )
  if (isThere) return withScratchIndex(at, (index) => diffOfTree({ tree, at, base, index, options }))
  const head = await commitOf(at, `refs/heads/${record.branch}`)
  if (head === undefined)
    throw new WorktreeError(`The worktree ${record.path} is gone, and so is its branch ${record.branch}`)
  return page({
    tree,
    base,
    head,
    at,
    words: ['diff-tree', '-r', base, head],
    uncommitted: new Set(),
    options,
  })
}

interface Opened {
  tree: SessionTree
  at: GitAt
  base: string
  index: string
  options: DiffOptions
}

const diffOfTree = async ({ tree, at, base, index, options }: Opened): Promise<DiffPage> => {
  const head = await commitOf(at, 'HEAD')
  if (head === undefined) throw new WorktreeError(`Nothing is committed in ${tree.record.path}`)
  const found = await at.fields(['ls-files', '-z', '--others', '--exclude-standard'])
  const notShown = found.filter((name) => name.endsWith('/'))
  await addAsEmpty(
    at,
    index,
    found.filter((name) => !name.endsWith('/')),
  )
  await lookAtAll(at, index)
  const names = ['--name-only', '-z', '--no-renames', '--ignore-submodules=none']
  const uncommitted = new Set(await at.fields(['diff-index', ...names, head], { index }))
  return {
    ...(await page({ tree, base, head, at, words: ['diff-index', base], index, uncommitted, options })),
    ...(notShown.length > 0 && { notShown: notShown.slice(0, 100).map(shown) }),
  }
}

/** As if new files had been added with nothing in them: then they are compared like any other. */
const addAsEmpty = async (at: GitAt, index: string, names: readonly string[]): Promise<void> => {
  if (names.length === 0) return
  const empty = await at.text(['hash-object', '-t', 'blob', '--stdin'], { input: '' })
  const entries = names.map((name) => `100644 ${empty}\t${name}\0`)
  await at.text(['update-index', '-z', '--index-info'], {
    index,
    input: Buffer.from(entries.join(''), 'latin1'),
  })
}

interface Compared {
  tree: SessionTree
  at: GitAt
  base: string
  head: string
  words: readonly string[]
  index?: string
  uncommitted: ReadonlySet<string>
  options: DiffOptions
}

const page = async (compared: Compared): Promise<DiffPage> => {
  const { tree, base, head, uncommitted, options } = compared
  const { after, limit, stat } = options
  const all = await listFiles(compared)
  const rest = after === undefined ? all : all.filter(({ name }) => name > after)
  const wanted = rest.slice(0, limit)
  const patches = stat ? wanted.map(() => ({})) : await patchesOf(compared, wanted)
  const files = patches.flatMap((patch, i) => {
    const file = wanted[i]
    return file ? [fileOf(file, patch, uncommitted)] : []
  })
  const next = files.length < rest.length ? wanted[files.length - 1]?.name : undefined
  return {
    sessionId: tree.record.session,
    branch: tree.record.branch,
    base,
    head,
    total: all.length,
    additions: all.reduce((sum, { additions }) => sum + additions, 0),
    deletions: all.reduce((sum, { deletions }) => sum + deletions, 0),
    files,
    ...(next !== undefined && { next }),
  }
}

const fileOf = (
  { name, fromName, ...file }: ListedFile,
  patch: Patch,
  uncommitted: ReadonlySet<string>,
): DiffFile => ({
  path: shown(name),
  ...(fromName !== undefined && { from: shown(fromName) }),
  ...file,
  ...((uncommitted.has(name) || uncommitted.has(fromName ?? '')) && { uncommitted: true }),
  ...patch,
})
