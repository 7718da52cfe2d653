/** What is in a working tree and nowhere else. Names are byte by byte; nothing changes. */
import { lstat } from 'node:fs/promises'
import { pathIn } from './file-names'
import type { GitAt } from './git-at'
import { lookAtAll, withScratchIndex } from './scratch-index'

/** Files that are changed, staged or new, also those that the index was told not to look at. */
export const uncommittedIn = async (at: GitAt): Promise<string[]> => {
  const words = ['--porcelain', '-z', '--untracked-files=all', '--ignore-submodules=none', '--no-renames']
  const seen = (await at.fields(['status', ...words])).map((field) => field.slice(3))
  const hidden = await withScratchIndex(at, async (index) => {
    await lookAtAll(at, index)
    return at.fields(['diff-files', '--name-only', '-z', '--ignore-submodules=none'], { index })
  })
  return [...new Set([...seen, ...hidden])]
}

/** The same without files that are gone, of a tree that was half removed. */
export const uncommittedButGone = async (at: GitAt, directory: string): Promise<string[]> => {
  const names = await uncommittedIn(at)
  const isThere = await Promise.all(names.map((name) => exists(pathIn(directory, name))))
  return names.filter((_, i) => isThere[i])
}

const exists = (path: Buffer): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (error) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  )

/** What git ignores; a directory of nothing else is one. */
export const ignoredIn = (at: GitAt): Promise<string[]> =>
  at.fields([
    ...['ls-files', '-z', '--others', '--ignored', '--exclude-standard'],
    ...['--directory', '--no-empty-directory'],
  ])
