/** `maestro worker init`, `maestro orchestrator init`: runs the agent of a manifest, and reports its exit. */
import { realpath, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, sep } from 'node:path'
import type { Client } from '../../functions/client/client'
import { MaestroError } from '../../functions/client/client'
import { isSessionToken } from '../../functions/services/session-tokens'
import { isSkillId } from '../../functions/services/skills'
import { type Drive, PermissionMode } from '../../schemas/agent'
import type { SessionManifest } from '../../schemas/manifest'
import type { Session, UpdateSessionRequest } from '../../schemas/session'
import type { Skill } from '../../schemas/skill'
import type { Role } from '../../schemas/template'
import { privateFile, privateFolderMode } from '../../storage/drivers/files/private-files'
import { driveAcp } from '../driver/drive-acp'
import { makeDirectory } from '../lib/make-directory'
import { reasonOf } from '../lib/reason'
import { keepBeating } from './beat'
import { chooseAgent } from './choose'
import { chooseDrive } from './drive'
import { limitLog } from './log-limit'
import { loadManifest } from './manifest'
import { type AgentExit, runAgent } from './process'
import { composePrompt } from './prompt'
import { reportAgentExit, reportStart, reportStartError } from './session'
import { takeSessionToken } from './session-token'
import { AgentStartError } from './start-error'
import { problemOfDirectory } from './start-problems'
import { watchFirstHook } from './terminal-hook'
import { sessionEndSignal } from './watch-session'

export interface InitOptions {
  role: Role
  client: Client
  token: string | undefined
  /** The `MAESTRO_*` environment of a spawn, and all else that the agent is to find. */
  env: NodeJS.ProcessEnv
  /** A preset or a command line; undefined: as the spawn says, MAESTRO_AGENT, else the first preset on PATH. */
  agent: string | undefined
  /** Overrides what the spawn says. */
  model?: string | undefined
  permissionMode?: string | undefined
  /** The demo agent's program. */
  demo: readonly string[]
  /** Where the prompt is written if the manifest is not a file. */
  sessionDir: string
  /** Prints a line for a person. */
  print(line: string): void
}

export interface InitResult {
  session: Session
  agent: string
  exit: AgentExit
}

/**
 * Runs the agent of the session that the environment names, and reports how it went. Throws `AgentStartError`,
 * which has then been reported to the server, and what the client throws.
 */
export const init = async (options: InitOptions): Promise<InitResult> => {
  const { client, env, print, token } = options
  const sessionId = env.MAESTRO_SESSION_ID
  if (!sessionId)
    throw new AgentStartError(
      64,
      `MAESTRO_SESSION_ID is not set: "maestro run" starts this command for each spawned session`,
    )
  const reported = new AbortController()
  try {
    const prepared = await prepare(options, sessionId)
    const { name, cwd, folder, chosen } = prepared
    // Whoever started this may have left that to it.
    const isOwn = token !== undefined && isSessionToken(token)
    const agentToken = isOwn ? token : ((await takeSessionToken(client, sessionId, folder)) ?? token)
    const started = await reportStart(client, sessionId, name, isOwn ? {} : chosen)
    print(`${name} starts in ${cwd}`)
    void keepBeating({ client, session: started }, reported.signal)
    const agentExited = new AbortController()
    const log = limitLog(join(folder, 'output.log'), logMaxBytes(env), agentExited.signal)
    const ownToken = agentToken === undefined ? {} : { MAESTRO_API_TOKEN: agentToken }
    const agentEnv = { ...env, ...prepared.extraEnv, PWD: cwd, ...ownToken }
    const running = { client, session: started, env: agentEnv, role: options.role }
    const run = prepared.acp
      ? driveAcp({ ...prepared, ...running, choice: prepared.acp })
      : runInTerminal(client, started, prepared, agentEnv, agentExited.signal)
    const exit = await run.finally(() => agentExited.abort())
    await log
    const session = await reportAgentExit(client, started, name, exit)
    return { session, agent: name, exit }
  } catch (error) {
    if (error instanceof AgentStartError) await reportError(client, sessionId, error)
    throw error
  } finally {
    reported.abort()
  }
}

const runInTerminal = (
  client: Client,
  session: Session,
  { agent, name, cwd, command, folder }: Prepared,
  env: NodeJS.ProcessEnv,
  agentExited: AbortSignal,
): Promise<AgentExit> => {
  const staysOpen = agent?.staysOpen === true && isInteractive()
  const stop = sessionEndSignal({ client, session, staysOpen }, agentExited)
  if (agent?.hooks && isInteractive())
    watchFirstHook({ client, sessionId: session.id, statePath: join(folder, 'hook.json') }, name, agentExited)
  return runAgent(command, { cwd, env, stop }).catch((error: Error) => {
    throw new AgentStartError(1, `The agent ${name} cannot be started: ${error.message}`)
  })
}

/** A runner says it in megabytes; where none has started this there is no log to be cut. */
const logMaxBytes = ({ MAESTRO_LOG_MAX }: NodeJS.ProcessEnv): number =>
  (Number(MAESTRO_LOG_MAX) || Number.POSITIVE_INFINITY) * 1e6

type Prepared = Awaited<ReturnType<typeof prepare>>

const prepare = async (options: InitOptions, sessionId: string) => {
  const { client, env, role, token } = options
  const path = env.MAESTRO_MANIFEST_PATH
  if (!path)
    throw new AgentStartError(
      64,
      'MAESTRO_MANIFEST_PATH is not set: it must lead to the manifest of the session',
    )
  const manifest = await loadManifest({ path, serverUrl: client.url, token }, role)
  const session = await client.sessions.get(sessionId)
  const cwd = await directoryOf(manifest, session)
  const named = options.agent ?? session.agent
  const requested = named ?? env.MAESTRO_AGENT
  const searchPath = env.PATH ?? ''
  const acp = await chooseDrive({ drive: session.drive, named, cwd, env, demo: options.demo })
  const agent = acp ? undefined : await chooseAgent({ requested, cwd, searchPath, demo: options.demo })
  const { workspace } = session
  const tree = workspace && { directory: cwd, branch: workspace.branch, base: workspace.base }
  const prompt = composePrompt(manifest, await loadSkills(manifest, client), tree)
  const promptFile = isAbsolute(path)
    ? join(dirname(path), 'prompt.md')
    : join(options.sessionDir, sessionId, 'prompt.md')
  const model = options.model ?? session.model ?? (env.MAESTRO_MODEL || undefined)
  const permissionMode =
    options.permissionMode ??
    session.permissionMode ??
    (env.MAESTRO_PERMISSION_MODE || manifest.session.permissionMode)
  const invocation = { prompt, promptFile, cwd, interactive: isInteractive(), model, permissionMode }
  const command = agent?.command(invocation) ?? []
  const folder = dirname(promptFile)
  await writeFiles(folder, { 'prompt.md': prompt, ...agent?.files?.(invocation) })
  const name = acp?.name ?? agent?.name ?? ''
  const isKnown = acp ? acp.preset !== undefined : agent?.isKnown === true
  const chosen = chosenFor(session, acp ? 'acp' : 'terminal', {
    model,
    permissionMode,
    agent: isKnown ? name : undefined,
  })
  const extraEnv = agent?.env?.(invocation) ?? {}
  return { acp, agent, name, cwd, command, prompt, model, permissionMode, extraEnv, folder, chosen }
}

const writeFiles = async (folder: string, files: Readonly<Record<string, string>>): Promise<void> => {
  try {
    makeDirectory(folder, privateFolderMode)
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, privateFile)
  } catch (error) {
    throw new AgentStartError(1, `The prompt cannot be written to ${folder}: ${reasonOf(error)}`)
  }
}

/** What counts for this run, for the session to say; a word of the agent's own, as one can be for its mode, is left out. */
const chosenFor = (
  session: Session,
  drive: Drive,
  { permissionMode, ...words }: Record<'agent' | 'model' | 'permissionMode', string | undefined>,
): UpdateSessionRequest => ({
  ...words,
  ...(session.drive === undefined && { drive }),
  permissionMode: PermissionMode.safeParse(permissionMode).data,
})

const isInteractive = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true

const directoryOf = async ({ session, project }: SessionManifest, stored: Session): Promise<string> => {
  const inTree = await directoryInTree(stored)
  if (inTree !== undefined) return inTree
  const cwd = session.workingDirectory ?? project?.workingDir ?? process.cwd()
  const problem = await problemOfDirectory(cwd)
  if (problem !== undefined) throw new AgentStartError(1, `The project's directory ${cwd} ${problem}`)
  return cwd
}

/** A runner starts this in the worktree. Whoever starts it elsewhere has it end, and never work there. */
const directoryInTree = async ({ id, workspace, worktree }: Session): Promise<string | undefined> => {
  if (!workspace && !worktree) return undefined
  if (!workspace)
    throw new AgentStartError(
      1,
      `The session ${id} is to have a worktree, which "maestro run" makes: start that`,
    )
  const here = process.cwd()
  const tree = await realpath(workspace.path).catch(() => undefined)
  if (tree !== undefined && (here === tree || here.startsWith(tree + sep))) return here
  throw new AgentStartError(
    1,
    `The session ${id} works in ${workspace.path}, and this was started in ${here}`,
  )
}

/** Without those that are missing or broken: the server has logged them at the spawn. */
const loadSkills = async ({ skills = [] }: SessionManifest, client: Client): Promise<Skill[]> => {
  const found: Skill[] = []
  for (const id of skills.filter(isSkillId)) {
    try {
      found.push(await client.skills.get(id))
    } catch (error) {
      if (!(error instanceof MaestroError) || error.status >= 500) throw error
    }
  }
  return found
}

/** The error is printed in any case; that it could not be reported as well adds nothing to it. */
const reportError = (client: Client, sessionId: string, { message }: AgentStartError): Promise<void> =>
  reportStartError(client, sessionId, message).catch(() => undefined)
