/** `maestro worker init`, `maestro orchestrator init`: from a manifest to an agent that has ended. */
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import type { Client } from '../../functions/client/client'
import { MaestroError } from '../../functions/client/client'
import type { SessionManifest } from '../../schemas/manifest'
import type { Session } from '../../schemas/session'
import type { Skill } from '../../schemas/skill'
import type { Role } from '../../schemas/template'
import { type Agent, chooseAgent } from './choose'
import { loadManifest } from './manifest'
import { CannotStart } from './problems'
import { type Ending, runAgent } from './process'
import { composePrompt } from './prompt'
import { beginWork, reportEnd, reportFailure } from './session'
import { whenToEnd } from './watch-session'

export interface InitOptions {
  role: Role
  client: Client
  token: string | undefined
  /** The `MAESTRO_*` environment of a spawn, and all else that the agent is to find. */
  env: NodeJS.ProcessEnv
  /** A preset or a command line; undefined: MAESTRO_AGENT, else the first preset on PATH. */
  agent: string | undefined
  /** Instead of what the manifest says. */
  model?: string | undefined
  permissionMode?: string | undefined
  /** The demo agent's program. */
  demo: readonly string[]
  /** Where the prompt is written if the manifest is not a file. */
  sessionDir: string
  /** Tells a person what happens. */
  say(line: string): void
}

export interface InitResult {
  session: Session
  agent: string
  ending: Ending
}

/**
 * Runs the agent of the session that the environment names, and reports how it went. Throws `CannotStart`, which
 * the server has then been told, and what the client throws.
 */
export const init = async (options: InitOptions): Promise<InitResult> => {
  const { client, env, say } = options
  const sessionId = env.MAESTRO_SESSION_ID
  if (!sessionId)
    throw new CannotStart(
      64,
      `MAESTRO_SESSION_ID is not set: "maestro run" starts this command for each spawned session`,
    )
  try {
    const { agent, command, cwd } = await prepare(options, sessionId)
    await beginWork(client, sessionId, agent.name)
    say(`${agent.name} starts in ${cwd}`)
    const left = new AbortController()
    const isOpen = agent.staysOpen && isInteractive()
    const stop = whenToEnd({ client, sessionId, staysOpen: isOpen }, left.signal)
    const ending = await runAgent(command, { cwd, env: { ...env, PWD: cwd }, stop })
      .catch((error: Error) => {
        throw new CannotStart(1, `The agent ${agent.name} cannot be started: ${error.message}`)
      })
      .finally(() => left.abort())
    const session = await reportEnd(client, sessionId, agent.name, ending)
    return { session, agent: agent.name, ending }
  } catch (error) {
    if (error instanceof CannotStart) await tell(client, sessionId, error)
    throw error
  }
}

const prepare = async (options: InitOptions, sessionId: string) => {
  const { client, env, role, token } = options
  const path = env.MAESTRO_MANIFEST_PATH
  if (!path) throw new CannotStart(64, 'MAESTRO_MANIFEST_PATH is not set: there is nothing to start from')
  const manifest = await loadManifest({ path, serverUrl: client.url, token }, role)
  const cwd = await directoryOf(manifest)
  const agent = await chooseAgent({
    wanted: options.agent ?? env.MAESTRO_AGENT,
    cwd,
    searchPath: env.PATH ?? '',
    demo: options.demo,
  })
  const prompt = composePrompt(manifest, await skillsOf(manifest, client))
  const promptFile = isAbsolute(path)
    ? join(dirname(path), 'prompt.md')
    : join(options.sessionDir, sessionId, 'prompt.md')
  try {
    await mkdir(dirname(promptFile), { recursive: true })
    await writeFile(promptFile, prompt, { mode: 0o600 })
  } catch (error) {
    throw new CannotStart(
      1,
      `The prompt cannot be written: ${error instanceof Error ? error.message : error}`,
    )
  }
  return { agent, cwd, command: commandOf(agent, manifest, { ...options, prompt, promptFile }) }
}

const commandOf = (
  agent: Agent,
  { session }: SessionManifest,
  { prompt, promptFile, model, permissionMode }: InitOptions & { prompt: string; promptFile: string },
): string[] =>
  agent.command({
    prompt,
    promptFile,
    interactive: isInteractive(),
    model: model ?? session.model,
    permissionMode: permissionMode ?? session.permissionMode,
  })

const isInteractive = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true

const directoryOf = async ({ session, project }: SessionManifest): Promise<string> => {
  const cwd = session.workingDirectory ?? project?.workingDir ?? process.cwd()
  const found = await stat(cwd).catch(() => undefined)
  if (!found?.isDirectory()) throw new CannotStart(1, `The project's directory ${cwd} does not exist`)
  return cwd
}

/** Those that are there; a spawn may name others, which the server has logged. */
const skillsOf = async ({ skills = [] }: SessionManifest, client: Client): Promise<Skill[]> => {
  const found: Skill[] = []
  for (const id of skills) {
    try {
      found.push(await client.skills.get(id))
    } catch (error) {
      if (!(error instanceof MaestroError) || error.status >= 500) throw error
    }
  }
  return found
}

/** The person is told in any case; that the session is not there, or the server is away, adds nothing to it. */
const tell = (client: Client, sessionId: string, { message }: CannotStart): Promise<void> =>
  reportFailure(client, sessionId, message).catch(() => undefined)
