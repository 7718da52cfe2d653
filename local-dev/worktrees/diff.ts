/** What a session has done: its worktree beside the commit that it began from. Nothing in the tree or its index changes. */
import type { DiffPage, DiffRequest } from '../../functions/services/diffs'
import type { DiffFile } from '../../schemas/diff'
import { type ListedFile, listFiles } from './diff-list'
import { type Patch, patchesOf } from './diff-patches'
import { shown } from './file-names'
import { commitOf, type GitAt, gitAt } from './git-at'
import { nextStepWithoutBranch } from './lost-branch'
import { WorktreeError } from './repository'
import { lookAtAll, openScratchIndex } from './scratch-index'
import { locationOf, type SessionTree } from './session-tree'

export interface DiffOptions extends DiffRequest {
  env: NodeJS.ProcessEnv
  signal?: AbortSignal | undefined
}

/** The first page of `diffPages`. */
export const diffOf = async (tree: SessionTree, options: DiffOptions): Promise<DiffPage> => {
  for await (const page of diffPages(tree, options)) return page
  throw new Error('A diff has one page at least')
}

/**
 * The files after `after`, by name, `limit` of them a page at most: all pages are of the same list. Throws `WorktreeError` where its base,
 * or both its tree and its branch, are gone.
 */
export async function* diffPages(tree: SessionTree, options: DiffOptions): AsyncGenerator<DiffPage> {
  const { env, signal } = options
  const { record, isThere } = tree
  const at = await gitAt({ ...locationOf(tree), env, signal })
  const base = await commitOf(at, record.base)
  if (base === undefined)
    throw new WorktreeError(
      `The commit ${record.base} that ${record.session} began from is not in ${record.repository}`,
    )
  if (!isThere) {
    const head = await commitOf(at, `refs/heads/${record.branch}`)
    if (head === undefined)
      throw new WorktreeError(
        `The worktree ${record.path} is gone, and so is its branch ${record.branch}: ${await nextStepWithoutBranch(at, tree)}`,
      )
    const words = ['diff-tree', '-r', base, head]
    yield* pagesOf({ tree, at, base, head, words, uncommitted: new Set(), options })
    return
  }
  const { index, close } = await openScratchIndex(at)
  try {
    yield* pagesOfTree({ tree, at, base, index, options })
  } finally {
    await close()
  }
}

interface Opened {
  tree: SessionTree
  at: GitAt
  base: string
  index: string
  options: DiffOptions
}

async function* pagesOfTree({ tree, at, base, index, options }: Opened): AsyncGenerator<DiffPage> {
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
  const words = ['diff-index', base]
  for await (const page of pagesOf({ tree, at, base, head, words, index, uncommitted, options }))
    yield { ...page, ...(notShown.length > 0 && { notShown: notShown.slice(0, 100).map(shown) }) }
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

async function* pagesOf(compared: Compared): AsyncGenerator<DiffPage> {
  const { tree, base, head, uncommitted, options } = compared
  const { after, limit, stat } = options
  const all = await listFiles(compared)
  const about = {
    sessionId: tree.record.session,
    branch: tree.record.branch,
    base,
    head,
    total: all.length,
    additions: all.reduce((sum, { additions }) => sum + additions, 0),
    deletions: all.reduce((sum, { deletions }) => sum + deletions, 0),
  }
  let rest = after === undefined ? all : all.filter(({ name }) => name > after)
  do {
    const wanted = rest.slice(0, limit)
    const patches = stat ? wanted.map(() => ({})) : await patchesOf(compared, wanted)
    const files = patches.flatMap((patch, i) => {
      const file = wanted[i]
      return file ? [fileOf(file, patch, uncommitted)] : []
    })
    rest = rest.slice(files.length)
    const next = rest.length > 0 ? wanted[files.length - 1]?.name : undefined
    yield { ...about, files, ...(next !== undefined && { next }) }
  } while (rest.length > 0)
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
