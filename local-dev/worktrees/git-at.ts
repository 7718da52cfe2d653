/** Git in one place, with everything taken out that its repository's settings would run. */
import { bytesFieldsOf } from './file-names'
import { type GitResult, type GitSetting, git, runGit } from './git'
import { repositorySettings } from './git-settings'

interface GitCall {
  input?: string | Buffer
  /** The index that it uses instead of the tree's own. */
  index?: string | undefined
  /** Of its output; what is more ends it. */
  maxBytes?: number
  settings?: readonly GitSetting[]
}

export interface GitAt {
  directory: string
  /** Runs to its end, whatever that is. */
  run(args: readonly string[], call?: GitCall): Promise<GitResult>
  /** Throws `GitError` unless it succeeds; its output without the line break at its end. */
  text(args: readonly string[], call?: GitCall): Promise<string>
  /** Throws `GitError` unless it succeeds; the fields of what was asked for with `-z`, a character for each byte. */
  fields(args: readonly string[], call?: GitCall): Promise<string[]>
}

export interface GitPlace {
  directory: string
  env: NodeJS.ProcessEnv
  /** Of a worktree, where its repository keeps what it knows of it: then neither the tree nor a setting says where that is. */
  entry?: string | undefined
  signal?: AbortSignal | undefined
  /** Told of each process once it runs. */
  onStart?: ((pid: number) => void) | undefined
}

/** Lists of files are as long as repositories are large. */
const maxListBytes = 256 * 1024 * 1024

export const gitAt = async ({ directory, env, entry, signal, onStart }: GitPlace): Promise<GitAt> => {
  const place = { directory, env, ...(signal && { signal }), ...(onStart && { onStart }) }
  const where = entry === undefined ? [] : [`--git-dir=${entry}`, `--work-tree=${directory}`]
  const { settings } = await repositorySettings({
    ...place,
    ...(entry !== undefined && { directory: entry }),
  })
  const optionsOf = ({ settings: more = [], ...call }: GitCall) => ({
    ...place,
    ...call,
    settings: [...settings, ...more],
  })
  return {
    directory,
    run: (args, call = {}) => runGit([...where, ...args], optionsOf(call)),
    text: async (args, call = {}) =>
      (await git([...where, ...args], optionsOf(call))).toString('utf8').replace(/\n$/, ''),
    fields: async (args, call = {}) =>
      bytesFieldsOf(await git([...where, ...args], { maxBytes: maxListBytes, ...optionsOf(call) })),
  }
}

/** The commit that a name stands for; undefined if there is none. */
export const commitOf = async (at: GitAt, name: string): Promise<string | undefined> => {
  const { exit, stdout } = await at.run([
    ...['rev-parse', '--verify', '--quiet', '--end-of-options'],
    `${name}^{commit}`,
  ])
  return exit === 0 ? stdout.toString('utf8').trim() : undefined
}

/** Whether everything of one commit is in another. */
export const isAncestor = async (at: GitAt, commit: string, of: string): Promise<boolean> => {
  const { exit, stderr } = await at.run(['merge-base', '--is-ancestor', commit, of])
  if (exit === 0 || exit === 1) return exit === 0
  throw new Error(`git merge-base: ${stderr.trim().split('\n')[0]}`)
}
