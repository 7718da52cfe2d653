/**
 * A merge into a branch that is checked out changes a branch, an index and files, which git cannot change at once. What is under way is
 * noted beside them first, so that whoever comes after a kill can end it or take it back.
 */
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { isMissingFile, reasonOf } from '../lib/reason'
import { WorktreeError } from './repository'

const MergeNote = z.object({
  format: z.literal(1),
  session: z.string(),
  /** The branch that is merged into, from which commit to which. */
  into: z.string(),
  old: z.string(),
  new: z.string(),
  /** The working tree in which it is checked out, and git's folder for that. */
  tree: z.string(),
  gitDir: z.string(),
  /** Whether files may be written by now: everything was as committed before. */
  isWriting: z.boolean(),
  /** What the lock of its index holds, so that it is known as ours. */
  lock: z.string(),
})

export type MergeNote = z.infer<typeof MergeNote>

const folderOf = (repository: string) => join(repository, 'maestro-merge')
const notePath = (repository: string) => join(folderOf(repository), 'note.json')

/** The index that takes the place of the tree's. */
export const nextIndex = (repository: string): string => join(folderOf(repository), 'index')

/** Undefined if no merge was cut off. */
export const readNote = async (repository: string): Promise<MergeNote | undefined> => {
  const path = notePath(repository)
  try {
    return MergeNote.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    if (isMissingFile(error)) return undefined
    throw new WorktreeError(`${path} cannot be used: ${reasonOf(error)}`)
  }
}

export const beginNote = async (repository: string, note: MergeNote): Promise<void> => {
  const folder = folderOf(repository)
  // What is left there without a note changed nothing.
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'lock'), note.lock)
  await writeNote(repository, note)
}

export const writeNote = async (repository: string, note: MergeNote): Promise<void> => {
  const draft = join(folderOf(repository), 'draft')
  await writeFile(draft, JSON.stringify(note))
  await rename(draft, notePath(repository))
}

/** Nothing is under way any more. */
export const dropNote = async (repository: string, note: MergeNote): Promise<void> => {
  if (await holdsLock(note)) await rm(lockPath(note), { force: true })
  await rm(notePath(repository), { force: true })
  await rm(folderOf(repository), { recursive: true, force: true })
}

const lockPath = ({ gitDir }: MergeNote) => join(gitDir, 'index.lock')

/** Git's own way to keep others from the index. Throws `WorktreeError` where one has it. */
export const lockIndex = async (repository: string, note: MergeNote): Promise<void> => {
  try {
    await link(join(folderOf(repository), 'lock'), lockPath(note))
  } catch (error) {
    throw new WorktreeError(
      `Another git is at work in ${note.tree} (${lockPath(note)} is there): try again when it has ended`,
      { cause: error },
    )
  }
}

export const holdsLock = async (note: MergeNote): Promise<boolean> =>
  (await readFile(lockPath(note), 'utf8').catch(() => '')) === note.lock
