/** What an agent can over ACP, found by asking it: the handshake, a session in an empty folder, and perhaps one turn. */
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AcpAgent, openAgent } from '../acp/agent'
import { isLoginProblem } from '../acp/errors'
import { reasonOf } from '../lib/reason'
import { type Asking, askingOf } from './asks'
import type { FoundAcp } from './find-acp'
import type { AcpPreset, Preset } from './presets'
import { type Trial, tryWrite } from './trial'

export interface AgentCheck {
  name: string
  command: string[]
  /** As the agent says, else as its package does. */
  version: string | undefined
  triedVersion: string
  /** From its start to the answer to the handshake. */
  handshakeMs: number
  loadSession: boolean
  steering: boolean
  /** Kinds of MCP servers that it takes, and those that would be left out. */
  mcp: { taken: string[]; leftOut: string[] }
  modes: string[]
  models: string[]
  /** Why there is no session; it may be that nobody is signed in. */
  problem?: string
  /** As it was tried, by version; with a trial, as that showed. */
  asks: Asking
  trial?: Trial
  cannotKeep: readonly string[]
}

interface CheckOptions {
  env: NodeJS.ProcessEnv
  withTrial: boolean
  /** What the agent writes that is no message. */
  onNoise(text: string): void
}

/** Throws `AcpStartError` if there is no handshake. */
export const tryHandshake = async (
  { name, acp }: Preset & { acp: AcpPreset },
  found: FoundAcp,
  { env, withTrial, onNoise }: CheckOptions,
): Promise<AgentCheck> => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'maestro-check-')))
  const trialFile = join(folder, 'trial.txt')
  const trial = tryWrite(trialFile)
  const startedAt = performance.now()
  try {
    const agent = await openAgent({
      command: found.command,
      cwd: folder,
      env: { ...env, ...acp.env?.(env), PWD: folder },
      onUpdate: trial.onUpdate,
      onPermission: trial.onPermission,
      onNoise,
    })
    try {
      const handshakeMs = Math.round(performance.now() - startedAt)
      const version = agent.info.version ?? found.version
      return {
        name,
        command: found.command,
        version,
        triedVersion: acp.npm.version,
        handshakeMs,
        loadSession: agent.capabilities.loadSession,
        steering: agent.capabilities.steering,
        mcp: mcpKinds(agent),
        asks: askingOf(acp, version),
        cannotKeep: acp.cannotKeep,
        ...(await checkSession(agent, acp, folder, withTrial ? trial : undefined)),
      }
    } finally {
      await agent.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const mcpKinds = ({ capabilities: { mcp } }: AcpAgent) => {
  const kinds = [
    { kind: 'stdio', taken: true },
    { kind: 'http', taken: mcp.http },
    { kind: 'sse', taken: mcp.sse },
  ]
  const namesOf = (taken: boolean) => kinds.filter((each) => each.taken === taken).map(({ kind }) => kind)
  return { taken: namesOf(true), leftOut: namesOf(false) }
}

type SessionCheck = Pick<AgentCheck, 'modes' | 'models' | 'problem' | 'trial'> &
  Partial<Pick<AgentCheck, 'asks'>>

const checkSession = async (
  agent: AcpAgent,
  acp: AcpPreset,
  cwd: string,
  trial: ReturnType<typeof tryWrite> | undefined,
): Promise<SessionCheck> => {
  const found: SessionCheck = { modes: [], models: [] }
  try {
    const session = await agent.newSession({ cwd, meta: acp.sessionMeta })
    const choices = (name: string) =>
      session.configOptions?.find(({ category }) => category === name)?.options.map(({ value }) => value) ??
      []
    found.modes = session.modes?.availableModes.map(({ id }) => id) ?? choices('mode')
    found.models = session.models?.availableModels.map(({ modelId }) => modelId) ?? choices('model')
    if (!trial) return found
    const mode = acp.sessionMode('default')
    if (mode !== undefined && found.modes.includes(mode)) await agent.setMode(session.sessionId, mode)
    await agent.prompt(session.sessionId, [{ type: 'text', text: trial.prompt }])
    const result = await trial.result()
    return {
      ...found,
      trial: result,
      ...(result === 'asked' && { asks: 'asks' as const }),
      ...(result === 'wrote unasked' && { asks: 'does-not-ask' as const }),
    }
  } catch (error) {
    const login = isLoginProblem(error) && acp.login !== undefined ? `; "${acp.login}" signs in` : ''
    return { ...found, problem: `${reasonOf(error)}${login}` }
  }
}
