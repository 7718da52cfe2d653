/** An index of one's own, so that the tree's is never changed. */
import { copyFile, lstat, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathIn } from './file-names'
import type { GitAt } from './git-at'

/** A copy of the tree's index, an empty one where it has none; `close` takes it away. */
export const openScratchIndex = async (at: GitAt) => {
  const folder = await mkdtemp(join(tmpdir(), 'maestro-index-'))
  const close = () => rm(folder, { recursive: true, force: true })
  const index = join(folder, 'index')
  try {
    const own = await at.text(['rev-parse', '--path-format=absolute', '--git-path', 'index'])
    await copyFile(own, index).catch((error) => {
      if (error.code !== 'ENOENT') throw error
    })
  } catch (error) {
    await close()
    throw error
  }
  return { index, close }
}

/** Calls `use` with a copy of the tree's index, which goes afterwards. */
export const withScratchIndex = async <T>(at: GitAt, use: (index: string) => Promise<T>): Promise<T> => {
  const { index, close } = await openScratchIndex(at)
  try {
    return await use(index)
  } finally {
    await close()
  }
}

/** In this index, files count as changed if they are: whatever the tree's own index was told to assume. */
export const lookAtAll = async (at: GitAt, index: string): Promise<void> => {
  const listed = await at.fields(['ls-files', '-z', '-v'], { index })
  const named = (mark: RegExp) => listed.flatMap((field) => (mark.test(field) ? [field.slice(2)] : []))
  const forget = async (option: string, names: readonly string[]) => {
    if (names.length === 0) return
    const input = Buffer.from(`${names.join('\0')}\0`, 'latin1')
    await at.run(['update-index', '-z', option, '--stdin'], { index, input })
  }
  await forget('--no-assume-unchanged', named(/^[a-z] /))
  // What a sparse checkout leaves out is not there, and is no change.
  const skipped: string[] = []
  for (const name of named(/^[Ss] /)) if (await isThere(at, name)) skipped.push(name)
  await forget('--no-skip-worktree', skipped)
  // It says with its exit code whether something is changed.
  await at.run(['update-index', '-q', '--refresh'], { index })
}

const isThere = (at: GitAt, name: string): Promise<boolean> =>
  lstat(pathIn(at.directory, name)).then(
    () => true,
    () => false,
  )
