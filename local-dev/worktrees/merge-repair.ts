/** Ends a merge that was cut off, or takes it back. */
import { lstat, readFile, readlink, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { reasonOf } from '../lib/reason'
import { changesOf, type TreeChange } from './changes'
import { pathIn } from './file-names'
import { commitOf, type GitAt, type GitPlace, gitAt } from './git-at'
import { dropNote, holdsLock, lockIndex, type MergeNote, nextIndex, readNote } from './merge-note'
import { WorktreeError } from './repository'
import { withScratchIndex } from './scratch-index'

/** Under the repository's lock. Throws `WorktreeError` that says what to do where it can do neither. */
export const endCutOffMerge = async (
  repository: string,
  place: Omit<GitPlace, 'directory'>,
): Promise<void> => {
  const note = await readNote(repository)
  if (!note) return
  if (!note.isWriting) return dropNote(repository, note)
  const found = await lstat(note.tree).catch(() => undefined)
  if (!found?.isDirectory())
    throw new WorktreeError(
      `A merge into ${note.into} was cut off, and ${note.tree}, where that is checked out, is gone: bring it back, or remove ${join(repository, 'maestro-merge')}`,
    )
  const at = await gitAt({ ...place, directory: note.tree })
  const tip = await commitOf(at, `refs/heads/${note.into}`)
  if (tip === note.old) return undoMerge(at, repository, note)
  if (tip !== note.new)
    throw new WorktreeError(
      `A merge into ${note.into} was cut off, and ${note.into} has moved since: look at git status in ${note.tree}, then remove ${join(repository, 'maestro-merge')}`,
    )
  await end(repository, note)
}

/** The branch has moved: the files are there as well, and only the index may still be the one before. */
const end = async (repository: string, note: MergeNote): Promise<void> => {
  const index = nextIndex(repository)
  if (await lstat(index).catch(() => undefined)) {
    if (!(await holdsLock(note))) await lockIndex(repository, note)
    await rename(index, join(note.gitDir, 'index'))
  }
  await dropNote(repository, note)
}

/**
 * The files as they are committed before the merge, which is how they were. What is neither that, nor what the merge writes, nor the
 * beginning of that, somebody has written since: it stays.
 */
export const undoMerge = async (at: GitAt, repository: string, note: MergeNote): Promise<void> => {
  const changes = await changesOf(at, note)
  const foreign = await foreignFiles(at, note, changes)
  const ours = changes.filter(({ name }) => !foreign.has(name))
  for (const { name, isOld } of ours) {
    if (isOld) continue
    const path = pathIn(note.tree, name)
    // A submodule that was added is an empty directory.
    const found = await lstat(path).catch(() => undefined)
    await (found?.isDirectory() ? rmdir(path).catch(() => undefined) : rm(path, { force: true }))
    await removeEmptyFolders(note.tree, name)
  }
  const wanted = ours.filter(({ isOld }) => isOld).map(({ name }) => name)
  if (wanted.length > 0)
    await withScratchIndex(at, (index) =>
      at.text(['checkout-index', '-f', '-q', '-z', '--stdin'], {
        index,
        input: Buffer.from(`${wanted.join('\0')}\0`, 'latin1'),
      }),
    ).catch((error) => {
      throw new WorktreeError(
        `A merge into ${note.into} was cut off, and its files in ${note.tree} cannot be taken back: ${reasonOf(error)}`,
      )
    })
  await dropNote(repository, note)
}

const foreignFiles = async (
  at: GitAt,
  note: MergeNote,
  changes: readonly TreeChange[],
): Promise<ReadonlySet<string>> => {
  const notOld = new Set(await withScratchIndex(at, (index) => differing(at, index, note.old)))
  const notNew = new Set(await withScratchIndex(at, (index) => differing(at, index, note.new)))
  const foreign = new Set<string>()
  for (const change of changes) {
    const { name, isOld, isNew } = change
    if (isOld && !notOld.has(name)) continue
    if (isNew && !notNew.has(name)) continue
    if (!(await isBeginning(at, note.tree, change))) foreign.add(name)
  }
  return foreign
}

/** Every file of a commit that is another in the tree, or gone. */
const differing = async (at: GitAt, index: string, commit: string): Promise<string[]> => {
  await at.text(['read-tree', commit], { index })
  await at.run(['update-index', '-q', '--refresh'], { index })
  return at.fields(['diff-files', '--name-only', '-z', '--ignore-submodules=all'], { index })
}

/** Whether it is gone, or what git was writing when it was killed. */
const isBeginning = async (at: GitAt, tree: string, { name, isNew, newId }: TreeChange): Promise<boolean> => {
  const path = pathIn(tree, name)
  const found = await lstat(path).catch(() => undefined)
  if (!found || found.isDirectory()) return true
  if (!isNew) return false
  const content = found.isSymbolicLink() ? await readlink(path, { encoding: 'buffer' }) : await readFile(path)
  const { exit, stdout } = await at.run(['cat-file', 'blob', newId], { maxBytes: content.length + 1 })
  return (exit === 0 || stdout.length > content.length) && stdout.subarray(0, content.length).equals(content)
}

const removeEmptyFolders = async (tree: string, name: string): Promise<void> => {
  for (let folder = dirname(name); folder !== '.'; folder = dirname(folder))
    try {
      await rmdir(pathIn(tree, folder))
    } catch {
      return
    }
}
