/**
 * The environment of agents. What a session says of it came over the API: whoever may call that must not choose
 * what runs here, where it writes, or whom it sends the token to.
 */
import { delimiter } from 'node:path'
import type { Session } from '../../schemas/session'

/** What every program needs, besides what begins with one of `neededPrefixes`. */
const needed = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TZ', 'TMPDIR', 'TMP', 'TEMP', 'LANG', 'LANGUAGE'],
  ...['TERM', 'COLORTERM', 'TMUX_TMPDIR'],
])
const neededPrefixes = ['LC_', 'XDG_']

/** Without its address, the kind of database alone would be a wrong configuration. */
const ofServer = ['DATABASE_URL', 'DATABASE_TYPE', 'MAESTRO_API_TOKENS']

/** The caller's repository, as a hook of git or an alias gets it: of `git rev-parse --local-env-vars` the locations. */
const gitLocations = [
  ...['GIT_DIR', 'GIT_WORK_TREE', 'GIT_COMMON_DIR', 'GIT_INDEX_FILE', 'GIT_PREFIX', 'GIT_NAMESPACE'],
  ...['GIT_OBJECT_DIRECTORY', 'GIT_ALTERNATE_OBJECT_DIRECTORIES', 'GIT_QUARANTINE_PATH', 'GIT_CONFIG'],
  ...['GIT_GRAFT_FILE', 'GIT_SHALLOW_FILE', 'GIT_REPLACE_REF_BASE', 'GIT_IMPLICIT_WORK_TREE'],
]

/** What agents put into the environment of what they run: an agent that finds its own mark behaves as a nested one. */
const outerAgent = [
  ...['CLAUDECODE', 'CLAUDE_CODE_ENTRYPOINT', 'CLAUDE_CODE_SSE_PORT', 'CLAUDE_CODE_SESSION_ID'],
  ...['CLAUDE_SESSION_ID', 'CLAUDE_PROJECT_DIR', 'CLAUDE_ENV_FILE', 'CLAUDE_PLUGIN_ROOT'],
  ...['CODEX_SANDBOX', 'CODEX_SANDBOX_NETWORK_DISABLED', 'CODEX_THREAD_ID', 'CODEX_CI'],
  ...['GEMINI_CLI', 'QWEN_CODE', 'OPENCODE', 'OPENCODE_PID', 'CURSOR_AGENT', 'CURSOR_TRACE_ID'],
]

const outerSession = [
  'MAESTRO_SESSION_ID',
  'MAESTRO_SESSION_RUN',
  'MAESTRO_MANIFEST_PATH',
  'MAESTRO_STRATEGY',
  'MAESTRO_API_URL',
  'MAESTRO_MAIN_TREE',
  'MAESTRO_SESSION_NUMBER',
]

const withheld = new Set([...ofServer, ...gitLocations, ...outerAgent, ...outerSession])

/** Of the runner's own environment, what its agents get; with `allow` only those names and what every program needs. */
export const inheritedEnvironment = (
  own: NodeJS.ProcessEnv,
  allow: readonly string[] | undefined,
): NodeJS.ProcessEnv => {
  const isNeeded = (name: string) =>
    needed.has(name) || neededPrefixes.some((prefix) => name.startsWith(prefix))
  const passes = allow
    ? (name: string) => isNeeded(name) || allow.includes(name)
    : (name: string) => !withheld.has(name)
  return Object.fromEntries(Object.entries(own).filter(([name]) => passes(name)))
}

/** A `PATH` that looks into `folder` first. An empty entry would be the working directory: there is none. */
export const pathBeginningWith = (folder: string, path: string | undefined): string =>
  path ? folder + delimiter + path : folder

/** What a runner itself says of a session. */
interface OwnValues {
  sessionId: string
  run: number | undefined
  manifestPath: string
  serverUrl: string
  /** The session's own; undefined where the server knows none, so that only the runner's is left. */
  token: string | undefined
}

/** The environment of one session's process. */
export const sessionEnvironment = (
  inherited: NodeJS.ProcessEnv,
  { env, strategy }: Pick<Session, 'env' | 'strategy'>,
  { sessionId, run, manifestPath, serverUrl, token }: OwnValues,
): NodeJS.ProcessEnv => ({
  ...inherited,
  ...Object.fromEntries(
    Object.entries(env).filter(([name, value]) => /^MAESTRO_X_\w+$/.test(name) && !value.includes('\0')),
  ),
  MAESTRO_STRATEGY: (env.MAESTRO_STRATEGY ?? strategy).replaceAll('\0', ''),
  MAESTRO_SESSION_ID: sessionId,
  ...(run !== undefined && { MAESTRO_SESSION_RUN: String(run) }),
  MAESTRO_MANIFEST_PATH: manifestPath,
  MAESTRO_SERVER_URL: serverUrl,
  ...(token !== undefined && { MAESTRO_API_TOKEN: token }),
})
