/** Moves a branch that is checked out, with the files of its tree: both, or neither. */
import { copyFile, lstat, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { changesOf } from './changes'
import { listedNames, pathIn } from './file-names'
import type { GitAt } from './git-at'
import { beginNote, dropNote, lockIndex, type MergeNote, nextIndex, writeNote } from './merge-note'
import { undoMerge } from './merge-repair'
import { WorktreeError } from './repository'
import { lookAtAll, withScratchIndex } from './scratch-index'
import { underWay } from './under-way'

interface Moving {
  /** In the working tree. */
  at: GitAt
  repository: string
  note: MergeNote
  /** For the reflog. */
  message: string
}

/** Throws `WorktreeError`, and leaves everything as it was, where the merge would touch what is only in the tree. */
export const moveCheckedOut = async (moving: Moving): Promise<void> => {
  const { at, repository, note, message } = moving
  const under = await underWay(note.gitDir)
  if (under !== undefined)
    throw new WorktreeError(
      `${note.into} is checked out in ${note.tree}, where ${under} is under way: end it first`,
    )
  await beginNote(repository, note)
  try {
    await lockIndex(repository, note)
    await requireUntouched(moving)
  } catch (error) {
    await dropNote(repository, note)
    throw error
  }
  await writeNote(repository, { ...note, isWriting: true })
  try {
    const index = nextIndex(repository)
    await copyFile(join(note.gitDir, 'index'), index)
    // A file that was written anew as it was, by a copy or by who took a merge back, is no change.
    await at.run(['update-index', '-q', '--refresh'], { index })
    await at.text(['read-tree', '-m', '-u', note.old, note.new], { index })
    await at.text(['update-ref', '-m', message, `refs/heads/${note.into}`, note.new, note.old])
  } catch (error) {
    await undoMerge(at, repository, note)
    throw error
  }
  await rename(nextIndex(repository), join(note.gitDir, 'index'))
  await dropNote(repository, note)
}

/** What the merge changes must be in the tree as it is committed, and nothing may be in the way of what it adds. */
const requireUntouched = async ({ at, note }: Moving): Promise<void> => {
  const changes = await changesOf(at, note)
  const touched = new Set(changes.map(({ name }) => name))
  const dirty = await withScratchIndex(at, async (index) => {
    const compare = ['diff-index', '--name-only', '-z', '--no-renames', '--ignore-submodules=none']
    const staged = await at.fields([...compare, '--cached', note.old], { index })
    await lookAtAll(at, index)
    return [...staged, ...(await at.fields([...compare, note.old], { index }))]
  })
  const changed = [...new Set(dirty)].filter((name) => touched.has(name))
  if (changed.length > 0)
    throw new WorktreeError(
      `${listedNames(changed)} in ${note.tree} ${changed.length > 1 ? 'are' : 'is'} changed there and by the session: commit or put away what is there, and try again`,
    )
  const tracked = new Set(changes.filter(({ isOld }) => isOld).map(({ name }) => name))
  const obstacles = new Set<string>()
  for (const { name, isOld, isNew } of changes) {
    if (!isNew) continue
    for (const place of [...foldersOf(name), ...(isOld ? [] : [name])]) {
      if (tracked.has(place)) continue
      const found = await lstat(pathIn(note.tree, place)).catch(() => undefined)
      if (!found) break
      if (place !== name && found.isDirectory()) continue
      // A directory of what the session has removed gives way.
      if (found.isDirectory() && (await isAllTracked(at, place))) continue
      obstacles.add(place)
    }
  }
  if (obstacles.size > 0)
    throw new WorktreeError(
      `${listedNames([...obstacles])} in ${note.tree} ${obstacles.size > 1 ? 'are' : 'is'} in no commit there, and the session has added the same: move it away, and try again`,
    )
}

const isAllTracked = async (at: GitAt, directory: string): Promise<boolean> => {
  const others = await at.fields(['ls-files', '-z', '--others'])
  return !others.some((name) => name.startsWith(`${directory}/`))
}

const foldersOf = (name: string): string[] => {
  const parts = name.split('/').slice(0, -1)
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'))
}
