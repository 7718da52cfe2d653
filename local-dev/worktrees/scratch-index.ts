/** An index of one's own, so that the tree's is never changed. */
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GitAt } from './git-at'

/** Calls `use` with a copy of the tree's index, which goes afterwards; an empty one where it has none. */
export const withScratchIndex = async <T>(at: GitAt, use: (index: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'maestro-index-'))
  try {
    const index = join(folder, 'index')
    const own = await at.text(['rev-parse', '--path-format=absolute', '--git-path', 'index'])
    await copyFile(own, index).catch((error) => {
      if (error.code !== 'ENOENT') throw error
    })
    return await use(index)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** In this index, files count as changed if they are: whatever the tree's own index was told to assume. */
export const lookAtAll = async (at: GitAt, index: string): Promise<void> => {
  const assumed = (await at.fields(['ls-files', '-z', '-v'], { index })).flatMap((field) =>
    /^[a-z] /.test(field) ? [field.slice(2)] : [],
  )
  if (assumed.length > 0)
    await at.run(['update-index', '-z', '--no-assume-unchanged', '--stdin'], {
      index,
      input: Buffer.from(`${assumed.join('\0')}\0`, 'latin1'),
    })
  // It says with its exit code whether something is changed.
  await at.run(['update-index', '-q', '--refresh'], { index })
}
