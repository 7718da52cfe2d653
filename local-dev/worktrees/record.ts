/**
 * What was made for a session, by whom it is removed: written before git is called, so that what a killed run has left half made is
 * known as ours.
 */
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { privateFile, privateFolderMode } from '../../storage/drivers/files/private-files'
import { makeDirectory } from '../lib/make-directory'
import { isMissingFile, reasonOf } from '../lib/reason'
import { recordPath, worktreesFolder } from './locations'

const WorktreeRecord = z.object({
  /** Of this file's form. */
  format: z.literal(1),
  session: z.string(),
  project: z.string(),
  /** What all worktrees of the repository share, by its real path: `/home/ada/app/.git`. */
  repository: z.string(),
  path: z.string(),
  branch: z.string(),
  /** The commit that the branch began from. */
  base: z.string(),
  /** The branch that this was the tip of, `main`: where its work goes back to. */
  from: z.string().optional(),
  /**
   * `making`: it may be half made, and no agent has worked in it. Of one that was gone and is made again: `filling`, the
   * repository still knows it and its files come back; `adding`, only its branch is there. `removing`: everything in it has
   * another place, and it may be half gone.
   */
  state: z.enum(['making', 'made', 'filling', 'adding', 'removing']),
  /** Its own among the worktrees of this user, from 1 on: for ports and the like. */
  number: z.int().positive(),
  /** What became of `.maestro/setup`; absent: it has not come to its end. */
  setup: z.enum(['done', 'none', 'left out']).optional(),
})

export type WorktreeRecord = z.infer<typeof WorktreeRecord>

/** Undefined if there is none. Throws an error that names the file where it cannot be read: what is unsure is kept. */
export const readRecord = async (
  home: string,
  projectId: string,
  sessionId: string,
): Promise<WorktreeRecord | undefined> => {
  const path = recordPath(home, projectId, sessionId)
  try {
    return WorktreeRecord.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    if (isMissingFile(error)) return undefined
    const why = error instanceof z.ZodError ? error.issues[0]?.message : reasonOf(error)
    throw new Error(`${path} cannot be used: ${why}`, { cause: error })
  }
}

export const writeRecord = async (home: string, record: WorktreeRecord): Promise<void> => {
  const path = recordPath(home, record.project, record.session)
  makeDirectory(dirname(path), privateFolderMode)
  const draft = `${path}.${process.pid}.tmp`
  await writeFile(draft, `${JSON.stringify(record, null, 2)}\n`, privateFile)
  await rename(draft, path)
}

export const removeRecord = (
  home: string,
  { project, session }: Pick<WorktreeRecord, 'project' | 'session'>,
): Promise<void> => rm(recordPath(home, project, session), { force: true })

/** Of all worktrees of this user. Those that cannot be read are left out: nothing is done with them. */
export const recordedTrees = async (home: string): Promise<WorktreeRecord[]> => {
  const found: WorktreeRecord[] = []
  for (const project of await folderNames(worktreesFolder(home)))
    for (const file of await folderNames(join(worktreesFolder(home), project))) {
      if (!file.endsWith('.json')) continue
      const record = await readRecord(home, project, file.slice(0, -'.json'.length)).catch(() => undefined)
      if (record) found.push(record)
    }
  return found
}

const folderNames = (folder: string): Promise<string[]> =>
  readdir(folder).then(
    (names) => names.filter((name) => !name.startsWith('.')).sort(),
    () => [],
  )
