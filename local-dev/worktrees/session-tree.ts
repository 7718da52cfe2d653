/**
 * The worktree that was made for a session, by its record, looked for where its repository keeps them: what the tree says of itself
 * may be anything.
 */
import { lstat, readFile, realpath, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { reasonOf } from '../lib/reason'
import { entryOf } from './entries'
import { worktreePath } from './locations'
import { readRecord, type WorktreeRecord } from './record'
import { WorktreeError } from './repository'

export interface SessionTree {
  record: WorktreeRecord
  /** Where the repository keeps what it knows of the tree; undefined where it knows none. */
  entry: string | undefined
  /** Whether the tree is there. */
  isThere: boolean
}

/** Where a session's worktree is looked for. */
export interface TreeOwner {
  home: string
  projectId: string
  sessionId: string
}

/** Undefined where none was made here. Throws `WorktreeError` where something is not what it has to be. Changes nothing. */
export const findSessionTree = async ({
  home,
  projectId,
  sessionId,
}: TreeOwner): Promise<SessionTree | undefined> => {
  const record = await readRecord(home, projectId, sessionId)
  if (!record) return undefined
  const { path, repository } = record
  if (path !== worktreePath(home, projectId, sessionId) || record.session !== sessionId)
    throw new WorktreeError(`What is noted about the worktree of ${sessionId} is about ${path}`)
  if (!(await isDirectory(repository)))
    throw new WorktreeError(`The repository ${repository} of ${sessionId} is not there any more`)
  const found = await lstat(path).catch(() => undefined)
  if (record.state === 'making')
    throw new WorktreeError(`The worktree of ${sessionId} is not made yet, or only half: start the session`)
  if (found && !found.isDirectory())
    throw new WorktreeError(`${path} is no directory any more, but was the worktree of ${sessionId}`)
  const entry = await entryOf(repository, path)
  if (found && entry === undefined)
    throw new WorktreeError(
      `${path} is no worktree of its repository any more: move away what is to stay of it`,
    )
  // One that is half gone cannot say it any more.
  if (found && entry !== undefined && record.state !== 'removing') await requireOwn(path, entry)
  return { record, entry, isThere: found !== undefined }
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

/** What the tree says of its repository leads nowhere else. */
const requireOwn = async (path: string, entry: string): Promise<void> => {
  const text = await readFile(join(path, '.git'), 'utf8').catch((error) => {
    throw new WorktreeError(`${path} does not say any more whose worktree it is: ${reasonOf(error)}`)
  })
  const [, named] = /^gitdir: (.*)\n?$/.exec(text) ?? []
  const real = named === undefined ? undefined : await realpath(resolve(path, named)).catch(() => undefined)
  if (real === undefined || real !== (await realpath(entry)))
    throw new WorktreeError(`${path}/.git leads to ${named ?? 'nothing'}, and not to ${entry}`)
}

/** Where git is called for it: in the tree if that is there, else in its repository. */
export const locationOf = ({ record, entry, isThere }: SessionTree) =>
  isThere ? { directory: record.path, entry } : { directory: record.repository }
