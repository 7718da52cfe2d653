/** The worktree that a session works in: made where there is none yet, made again where it is gone, and else as it stands. */
import { lstat, readFile, realpath } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import type { Session } from '../../schemas/session'
import { problemOfDirectory } from '../agents/start-problems'
import { addWorktree } from './add'
import { findBase } from './base'
import { entryOf } from './entries'
import { type GitOptions, runGit } from './git'
import { repositorySettings } from './git-settings'
import { worktreePath } from './locations'
import { readRecord, type WorktreeRecord } from './record'
import { findRepository, type Repository, WorktreeError } from './repository'
import { restoreWorktree } from './restore'

interface WorktreeOptions {
  /** The user's folder: worktrees are below its `.maestro`. */
  home: string
  env: NodeJS.ProcessEnv
  session: Pick<Session, 'id' | 'projectId' | 'worktree' | 'workspace'>
  /** The project's directory. */
  projectDir: string
}

export interface Worktree {
  record: WorktreeRecord
  /** Where the agent works: the project's directory in it. */
  directory: string
  /** Whether this call has made it. */
  isNew: boolean
  /** What a person should know, one sentence each. */
  notes: readonly string[]
}

/** Throws `WorktreeError`, one sentence, where there can be none; what was there is as before then. */
export const ensureWorktree = async (options: WorktreeOptions): Promise<Worktree> => {
  const { home, env, session, projectDir } = options
  const path = worktreePath(home, session.projectId, session.id)
  const repository = await findRepository({ directory: projectDir, env })
  const found = await readRecord(home, session.projectId, session.id)
  const record = found?.state === 'making' ? undefined : found
  const earlier = record?.path ?? session.workspace?.path
  if (earlier !== undefined && earlier !== path)
    throw new WorktreeError(`The worktree of ${session.id} is ${earlier}, and cannot be made at ${path}`)
  if (record && record.repository !== repository.common)
    throw new WorktreeError(
      `The worktree ${path} is of ${record.repository}, and the project's directory is in ${repository.common}`,
    )
  const { settings, filters } = await repositorySettings({ directory: projectDir, env })
  const git = { directory: projectDir, env, settings }
  const isWhole = record?.state === 'made' && (await lstat(path).catch(() => undefined)) !== undefined
  const made = isWhole ? record : await makeOrRestore(options, { path, repository, record, git })
  await requireTree(made)
  const directory = await directoryIn(path, repository.prefix)
  return {
    record: made,
    directory,
    isNew: !isWhole,
    notes: isWhole ? [] : await notesOf(made, filters, { ...git, directory: path }),
  }
}

interface Making {
  path: string
  repository: Repository
  record: WorktreeRecord | undefined
  git: GitOptions
}

const makeOrRestore = async (
  { home, session }: WorktreeOptions,
  { path, repository, record, git }: Making,
): Promise<WorktreeRecord> => {
  if (record) return restoreWorktree({ home, found: record, git })
  if (session.workspace)
    throw new WorktreeError(
      `Nothing is known here of the worktree ${path} that ${session.id} has worked in: spawn another session`,
    )
  const wish = typeof session.worktree === 'object' ? session.worktree : {}
  const { branch = `maestro/${session.id}` } = wish
  const base = await findBase(repository, wish.base, git)
  return addWorktree({
    ...{ home, session: session.id, project: session.projectId, repository, path, branch, base, git },
  })
}

/** Whatever is there by now must be the worktree, or an agent would work in something else. */
const requireTree = async ({ path, repository }: WorktreeRecord): Promise<void> => {
  const problem = await problemOfDirectory(path)
  if (problem !== undefined) throw new WorktreeError(`The worktree ${path} ${problem}`)
  const [text, entry] = await Promise.all([
    readFile(join(path, '.git'), 'utf8').catch(() => ''),
    entryOf(repository, path),
  ])
  const [, named = ''] = /^gitdir: (.*)\n?$/.exec(text) ?? []
  const leads = await realpath(resolve(path, named)).catch(() => undefined)
  if (entry === undefined || leads !== (await realpath(entry)))
    throw new WorktreeError(
      `${path} is there, and is no worktree of ${repository} any more: git worktree repair may mend it, else move it away`,
    )
}

/** A link that an agent has left may lead anywhere. */
const directoryIn = async (path: string, prefix: string): Promise<string> => {
  const directory = join(path, prefix)
  const problem = await problemOfDirectory(directory)
  if (problem !== undefined) throw new WorktreeError(`The project's directory ${directory} ${problem}`)
  const [real, top] = await Promise.all([realpath(directory), realpath(path)])
  if (real !== top && !real.startsWith(top + sep))
    throw new WorktreeError(`The project's directory ${directory} leads out of the worktree, to ${real}`)
  return directory.replace(/\/$/, '')
}

const notesOf = async (
  { base }: WorktreeRecord,
  filters: readonly string[],
  options: GitOptions,
): Promise<string[]> => {
  const modules = await runGit(['cat-file', '-e', `${base}:.gitmodules`], options)
  return [
    ...(modules.exit === 0
      ? ['Its submodules are empty: git submodule update --init in .maestro/setup fills them']
      : []),
    ...(filters.length > 0
      ? [
          `The filters that only the repository's own settings name did not run: ${filters.join(', ')}; in your own (git config --global) they do`,
        ]
      : []),
  ]
}
