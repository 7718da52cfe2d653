/**
 * Git, called for a repository that need not be a friend: no variable points it elsewhere, nothing is asked, and no command that
 * the repository's own settings name is run. What the user's own settings name is the user's choice.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { findProgram } from '../lib/find-program'
import { collect } from './git-output'

export interface GitOptions {
  /** Where it runs. */
  directory: string
  /** Git's own variables in it are left out, but for those that name the user's settings and who commits. */
  env: NodeJS.ProcessEnv
  /** For commands that write files or compare them: what `git-settings.ts` has found. */
  settings?: readonly GitSetting[]
  /** Its standard input. */
  input?: string | Buffer
  /** The index that it uses instead of the tree's own. */
  index?: string | undefined
  /** Of standard output; what is more ends it. Default: 16 MiB. */
  maxBytes?: number
  /** Ends it, with what it has started. */
  signal?: AbortSignal
  /** Told of the process once it runs. */
  onStart?(pid: number): void
}

export type GitSetting = readonly [name: string, value: string]

export interface GitResult {
  /** Its exit code, or the signal that ended it. */
  exit: number | NodeJS.Signals
  stdout: Buffer
  /** The first 64 KiB. */
  stderr: string
  /** Whether it was ended because it wrote more than `maxBytes`: `stdout` is the beginning. */
  isCut: boolean
}

/** What git said, as one sentence; `result` has the rest. */
export class GitError extends Error {
  override name = 'GitError'
  constructor(
    message: string,
    readonly result: GitResult,
  ) {
    super(message)
  }
}

const defaultMaxBytes = 16 * 1024 * 1024
const maxErrorBytes = 64 * 1024

/** Of git's own variables, what is the user's and leads to no other repository. */
const kept = /^GIT_(?:CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM)|(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL|DATE)|EXEC_PATH)$/

/** For every command: hooks and monitors would run code, and what goes on afterwards would work on what all trees share. */
const always: readonly GitSetting[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['submodule.recurse', 'false'],
]

const environmentOf = (
  { env, index, settings: given }: GitOptions,
  settings: readonly GitSetting[],
): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('GIT_') || kept.test(name))),
  GIT_TERMINAL_PROMPT: '0',
  GIT_EDITOR: 'false',
  GIT_SEQUENCE_EDITOR: 'false',
  GIT_PAGER: 'cat',
  GIT_OPTIONAL_LOCKS: '0',
  // A clone without all its objects fetches them, by a program if its settings say so: only where those are replaced, and these ways.
  GIT_ALLOW_PROTOCOL: given ? 'https:http:ssh' : 'none',
  // By variables, and not by -c: the names of settings may hold "=".
  GIT_CONFIG_COUNT: String(settings.length),
  ...Object.fromEntries(
    settings.flatMap(([name, value], i) => [
      [`GIT_CONFIG_KEY_${i}`, name],
      [`GIT_CONFIG_VALUE_${i}`, value],
    ]),
  ),
  ...(index !== undefined && { GIT_INDEX_FILE: index }),
  LC_ALL: 'C',
})

/** Runs it to its end, whatever that is. Rejects if git is not there, or `signal` aborts. */
export const runGit = async (args: readonly string[], options: GitOptions): Promise<GitResult> => {
  const { directory, env, settings = [], input, maxBytes = defaultMaxBytes, signal, onStart } = options
  const program = await findProgram('git', env.PATH ?? '')
  if (program === undefined) throw new Error('git is not on PATH: install it')
  signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    // A group of its own: what it starts can be ended with it, and an interrupt at the terminal is not its.
    const child = spawn(program, ['--no-pager', '--literal-pathspecs', ...args], {
      cwd: directory,
      env: environmentOf(options, [...always, ...settings]),
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    })
    let isCut = false
    const end = () => killGroup(child)
    const stdout = collect(child.stdout, maxBytes, () => {
      isCut = true
      end()
    })
    const stderr = collect(child.stderr, maxErrorBytes)
    // It may end before it has read all.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    signal?.addEventListener('abort', end)
    child.on('spawn', () => child.pid !== undefined && onStart?.(child.pid))
    child.on('error', (error) => reject(new Error(`git cannot be started in ${directory}: ${error.message}`)))
    child.on('close', (code, killer) => {
      signal?.removeEventListener('abort', end)
      if (signal?.aborted) reject(signal.reason)
      else resolve({ exit: killer ?? code ?? 0, stdout: stdout(), stderr: stderr().toString('utf8'), isCut })
    })
  })
}

/** The same where only success will do. Throws `GitError`. */
export const git = async (args: readonly string[], options: GitOptions): Promise<Buffer> => {
  const result = await runGit(args, options)
  if (result.exit === 0 && !result.isCut) return result.stdout
  throw new GitError(sentenceOf(args, result, options), result)
}

/** Its output as text, without the line break at its end. */
export const gitText = async (args: readonly string[], options: GitOptions): Promise<string> =>
  (await git(args, options)).toString('utf8').replace(/\n$/, '')

/** The fields of an output that was asked for with `-z`. */
export const fieldsOf = (output: Buffer): string[] => {
  const fields = output.toString('utf8').split('\0')
  if (fields.at(-1) === '') fields.pop()
  return fields
}

/** Git may write a whole text of advice; the first `fatal:`, else the first `error:`, says what it is about. */
const sentenceOf = (
  args: readonly string[],
  result: GitResult,
  { directory, maxBytes }: GitOptions,
): string => {
  const verb = args.find((word) => !word.startsWith('-')) ?? ''
  if (result.isCut) return `git ${verb} wrote more than ${maxBytes ?? defaultMaxBytes} bytes in ${directory}`
  const lines = result.stderr.split('\n').map((line) => line.trim())
  const said = ['fatal: ', 'error: ']
    .map((mark) => lines.find((line) => line.startsWith(mark))?.slice(mark.length))
    .find((text) => text !== undefined)
  const how = typeof result.exit === 'string' ? `was ended by ${result.exit}` : `ended with ${result.exit}`
  return `git ${verb}: ${said ?? lines.find((line) => line !== '') ?? how}`
}

const killGroup = ({ pid }: ChildProcess) => {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}
