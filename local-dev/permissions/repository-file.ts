/** A project's file as a commit has it: what an agent does to its directory, or to git's settings, changes nothing in it. */
import { execFile } from 'node:child_process'
import { existsSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { reasonOf } from '../lib/reason'
import { RulesError } from './rules'

/** Relative to the project's directory. */
export const projectRulesFile = '.maestro/permissions.json'
export const projectSetupFile = '.maestro/setup'
type ProjectFile = typeof projectRulesFile | typeof projectSetupFile

const maxBytes = 256 * 1024

export interface RepositoryFile {
  /** The main working tree, by its real path: the same for all worktrees. */
  repository: string
  /** The file's path in it. */
  file: string
  /** The commit that it was read from. */
  commit: string
  text: string
}

interface RepositoryAnswer {
  /** The main working tree, by its real path; undefined where there is no repository. */
  repository: string | undefined
  /** Undefined where there is no repository, or no commit in it yet. */
  commit: string | undefined
  /** Undefined where that commit has no such file. */
  found: RepositoryFile | undefined
}

/**
 * A file of the project as the commit `base` has it, undefined: as `HEAD` has. Throws where git cannot say it, or the commit is
 * not there: of rules a `RulesError`.
 */
export const readRepositoryFile = async (
  name: ProjectFile,
  directory: string,
  env: NodeJS.ProcessEnv,
  base: string | undefined,
): Promise<RepositoryAnswer> => {
  const path = join(directory, name)
  const refusal = (problem: string): Error =>
    name === projectRulesFile
      ? new RulesError(path, problem)
      : new Error(`${path} cannot be used: ${problem}`)
  const run = async (...words: string[]): Promise<string> => {
    try {
      return await git(directory, env, words)
    } catch (error) {
      throw refusal(`git cannot read it: ${reasonOf(error)}`)
    }
  }
  if (base !== undefined && !/^[\w./@{}^~-]+$/.test(base.replace(/^-/, ' ')))
    throw refusal(`${base} is no commit`)
  if (!isInRepository(directory)) {
    if (base === undefined) return { repository: undefined, commit: undefined, found: undefined }
    throw refusal(`the repository of the commit ${base} is gone`)
  }
  const [common = '', prefix = ''] = (
    await run('rev-parse', '--path-format=absolute', '--git-common-dir', '--show-prefix')
  ).split('\n')
  const repository = mainTree(common)
  if (base === undefined && (await hasNoCommit(directory, env)))
    return { repository, commit: undefined, found: undefined }
  const commit = (await run('rev-parse', '--verify', `${base ?? 'HEAD'}^{commit}`)).trim()
  const file = prefix + name
  const listed = await run('ls-tree', '--full-tree', '-z', commit, '--', file)
  if (listed === '') return { repository, commit, found: undefined }
  const [, mode, blob = ''] = /^(\d+) \w+ ([\da-f]+)\t/.exec(listed) ?? []
  if (mode !== '100644' && mode !== '100755') throw refusal(`in the commit ${commit} it is no plain file`)
  const text = await run('cat-file', 'blob', blob)
  return { repository, commit, found: { repository, file, commit, text } }
}

/** Without git's help: git that fails is no proof that there is no repository. */
const isInRepository = (directory: string): boolean => {
  for (let at = realPathOrItself(directory); ; at = dirname(at)) {
    if (existsSync(join(at, '.git', 'HEAD')) || isFile(join(at, '.git'))) return true
    if (dirname(at) === at) return false
  }
}

/** In a worktree it is a file that says where the repository is. */
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

/** A branch that nothing was committed to yet. */
const hasNoCommit = async (directory: string, env: NodeJS.ProcessEnv): Promise<boolean> => {
  try {
    const branch = (await git(directory, env, ['symbolic-ref', '--quiet', 'HEAD'])).trim()
    return (await git(directory, env, ['for-each-ref', '--count=1', branch])) === ''
  } catch {
    return false
  }
}

const mainTree = (commonDirectory: string): string => {
  const real = realPathOrItself(commonDirectory)
  return basename(real) === '.git' ? dirname(real) : real
}

const realPathOrItself = (path: string): string => {
  try {
    return realpathSync.native(path)
  } catch {
    return path
  }
}

/** No variable and no setting may point it elsewhere, and nothing of the repository runs. */
const git = (directory: string, env: NodeJS.ProcessEnv, words: readonly string[]): Promise<string> =>
  new Promise((done, fail) => {
    const plain = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('GIT_')))
    const options = ['--no-optional-locks', '-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false']
    execFile(
      'git',
      ['-C', directory, ...options, ...words],
      {
        env: {
          ...plain,
          GIT_NO_REPLACE_OBJECTS: '1',
          GIT_NO_LAZY_FETCH: '1',
          // Older versions do not know that, and fetch what is missing by a program that the repository may name.
          GIT_ALLOW_PROTOCOL: 'none',
          GIT_TERMINAL_PROMPT: '0',
          LC_ALL: 'C',
        },
        maxBuffer: maxBytes,
        timeout: 30_000,
      },
      (error, stdout, stderr) => {
        if (error) fail(new Error(stderr.trim().split('\n')[0] || error.message))
        else done(stdout)
      },
    )
  })
