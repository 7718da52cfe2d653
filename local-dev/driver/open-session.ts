/** The agent's process, with the session's own session in it: a new one, or the one that was there before. */
import type { PermissionMode } from '../../schemas/agent'
import { type AcpAgent, type AcpSessionState, type AgentOptions, openAgent } from '../acp/agent'
import { AcpError } from '../acp/errors'
import { isLoginProblem } from '../acp/login-problem'
import type { AcpChoice } from '../agents/drive'
import { AgentStartError } from '../agents/start-error'
import { reasonOf } from '../lib/reason'
import { addToHistory, type History } from './history'

interface OpenOptions {
  choice: AcpChoice
  cwd: string
  env: NodeJS.ProcessEnv
  /** The agent's session to go on with. */
  acpSessionId: string | undefined
  permissionMode: PermissionMode
  /** Makes the agent use the model that was chosen. Throws `ModelUnknown`. */
  beginModel(opened: { agent: AcpAgent; sessionId: string }): Promise<void>
  /** Called as soon as there is a process, before anything is asked of it. */
  onProcess(agent: AcpAgent): void
  /** Ends it, while it is opened and later. */
  signal: AbortSignal
  callbacks: Pick<AgentOptions, 'onUpdate' | 'onPermission' | 'onNoise' | 'onStderr'>
}

export interface OpenedSession {
  agent: AcpAgent
  sessionId: string
  isLoaded: boolean
  /** What the user said before, if it was loaded. */
  history: History
  /** Why it was not loaded, though there was one. */
  notLoaded?: string | undefined
}

/**
 * Starts the agent, and begins or loads its session. Throws `AcpStartError`, `AgentStartError` for a mode or model that it does
 * not have, and `AcpError`; nothing is left running then.
 */
export const openSession = async (options: OpenOptions): Promise<OpenedSession> => {
  const { choice, cwd, env, signal, callbacks } = options
  let history: History = { said: [] }
  let isUserSpeaking = false
  const agent = await openAgent({
    ...callbacks,
    command: choice.command,
    cwd,
    signal,
    env: { ...env, ...choice.preset?.env?.(env) },
    onPermission({ toolCall, ...request }, context) {
      const rawInput = toolCall.rawInput ?? choice.preset?.rawInputOf?.(toolCall, choice.version)
      return callbacks.onPermission({ ...request, toolCall: { ...toolCall, rawInput } }, context)
    },
    onUpdate(update, context) {
      if (context.replay) {
        const isUser = update.sessionUpdate === 'user_message_chunk'
        if (isUser) history = addToHistory(history, update.content.text ?? '', !isUserSpeaking)
        isUserSpeaking = isUser
      }
      callbacks.onUpdate(update, context)
    },
  })
  try {
    options.onProcess(agent)
    const { state, isLoaded, notLoaded } = await beginSession(agent, options)
    await setMode(agent, state, options)
    await options.beginModel({ agent, sessionId: state.sessionId })
    return { agent, sessionId: state.sessionId, isLoaded, history, notLoaded }
  } catch (error) {
    await agent.close()
    throw error
  }
}

interface Begun {
  state: AcpSessionState
  isLoaded: boolean
  notLoaded?: string
}

const beginSession = async (agent: AcpAgent, { cwd, acpSessionId, choice }: OpenOptions): Promise<Begun> => {
  const session = { cwd, meta: choice.preset?.sessionMeta }
  const begin = async () => ({ state: await agent.newSession(session), isLoaded: false })
  if (acpSessionId === undefined) return begin()
  if (!agent.capabilities.loadSession)
    return { ...(await begin()), notLoaded: `${choice.name} cannot load a session` }
  try {
    return { state: await agent.loadSession({ ...session, sessionId: acpSessionId }), isLoaded: true }
  } catch (error) {
    if (!(error instanceof AcpError) || isLoginProblem(error)) throw error
    return { ...(await begin()), notLoaded: `${choice.name} could not load it: ${reasonOf(error)}` }
  }
}

/** An agent that does not take the mode in which it asks must not work in another one. */
const setMode = async (
  agent: AcpAgent,
  { sessionId, modes }: AcpSessionState,
  { choice, permissionMode }: OpenOptions,
): Promise<void> => {
  const wanted = choice.preset?.sessionMode(permissionMode)
  if (wanted === undefined || modes?.currentModeId === wanted) return
  try {
    await agent.setMode(sessionId, wanted)
  } catch (error) {
    if (!(error instanceof AcpError) || isLoginProblem(error) || permissionMode === 'bypassPermissions')
      throw error
    const ids = modes?.availableModes.map(({ id }) => id).join(', ') || 'none'
    throw new AgentStartError(
      1,
      `${choice.name} does not take the mode ${wanted}, in which it asks (it has ${ids}): ${reasonOf(error)}`,
    )
  }
}
