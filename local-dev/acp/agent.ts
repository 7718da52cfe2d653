/** An agent that is driven over ACP, version 1: starts its program, and speaks with it. */
import { basename } from 'node:path'
import { reasonOf } from '../lib/reason'
import { startAgentProcess } from './agent-process'
import { createConnection } from './connection'
import { errorCodes } from './error-codes'
import { AcpClosed, AcpError, type AgentClosure, howEnded } from './errors'
import { shakeHands } from './handshake'
import { jsonOf } from './json-of'
import { maxMessageBytes, readable } from './lines'
import { keepNoise } from './output-end'
import { createPermissionQuestions } from './permission-questions'
import { programError } from './program-error'
import {
  type AuthMethod,
  type ConfigOption,
  LoadSessionResponse,
  NewSessionResponse,
  type PermissionOutcome,
  type PermissionRequest,
  PromptResponse,
  SessionNotification,
  type SessionUpdate,
  type TurnUsage,
} from './protocol'
import { readAnswer } from './read-answer'
import { createReceiver } from './receiver'
import { createSessions } from './sessions'
import { type SteerOutcome, steer } from './steering'

/** What is said to an agent. */
export type PromptBlock =
  | { type: 'text'; text: string }
  | { type: 'image'; data: string; mimeType: string }
  | { type: 'resource_link'; name: string; uri: string }

/** A server of tools that the agent is to use. */
export type McpServer =
  | { name: string; command: string; args: string[]; env: { name: string; value: string }[] }
  | { type: 'http' | 'sse'; name: string; url: string; headers: { name: string; value: string }[] }

interface SessionOptions {
  /** An absolute path. */
  cwd: string
  mcpServers?: readonly McpServer[] | undefined
  /** What this agent in particular is told of the session: its `_meta`. */
  meta?: Readonly<Record<string, unknown>> | undefined
}

/** What an agent says of a session that is new, or was loaded. */
export interface AcpSessionState {
  sessionId: string
  modes?: { currentModeId: string; availableModes: { id: string; name?: string | undefined }[] } | undefined
  models?:
    | { currentModelId: string; availableModels: { modelId: string; name?: string | undefined }[] }
    | undefined
  configOptions?: ConfigOption[] | undefined
  /** Names of the MCP servers that were not handed over, because the agent does not advertise their kind. */
  leftOutMcpServers: string[]
}

export interface TurnAnswer {
  /** `end_turn`, `max_tokens`, `max_turn_requests`, `refusal`, `cancelled`, or a word that is not known here. */
  stopReason: string
  usage?: TurnUsage | undefined
  meta?: Record<string, unknown> | undefined
}

/**
 * Every request throws `AcpError` where the agent refuses, `AcpClosed` where it has ended, and, all but `prompt`,
 * `AcpTimeout` where nothing has come for `requestTimeoutMs`.
 */
export interface AcpAgent {
  /** Of its process, which leads a process group of its own. */
  pid: number
  info: { name?: string | undefined; title?: string | undefined; version?: string | undefined }
  protocolVersion: 1
  capabilities: {
    loadSession: boolean
    steering: boolean
    mcp: { http: boolean; sse: boolean }
    promptImage: boolean
    /** The whole answer to `initialize`. */
    raw: unknown
  }
  /** How one signs in. */
  authMethods: AuthMethod[]
  newSession(options: SessionOptions): Promise<AcpSessionState>
  /** What the agent tells until this is answered is the past: `replay`. */
  loadSession(options: SessionOptions & { sessionId: string }): Promise<AcpSessionState>
  setMode(sessionId: string, modeId: string): Promise<void>
  /**
   * Sets a model by what the agent advertises, and returns what it then says is in use. Throws `ModelUnknown` if it does
   * not have that one, or stays with another.
   */
  setModel(sessionId: string, model: string): Promise<{ model: string }>
  /** Answered when the turn is over; what belongs to it may come later. */
  prompt(sessionId: string, blocks: readonly PromptBlock[]): Promise<TurnAnswer>
  /** Asks for the end of the running turn. Its open questions are answered with `cancelled`, and their signals abort. */
  cancel(sessionId: string): void
  /** Throws besides, as `AcpError`, where the answer does not say what became of the text. */
  steer(sessionId: string, text: string): Promise<SteerOutcome>
  /** End of input, SIGTERM, SIGKILL, to all of its process group; resolves when none of it is there. */
  close(): Promise<void>
  /** When its process has ended, and everything that it had written has been handed on. Never rejects. */
  closed: Promise<AgentClosure>
}

export type { PermissionOutcome } from './protocol'

/** How something was told. `replay`: it is history, that a session is loaded with. */
export interface UpdateContext {
  sessionId: string
  replay: boolean
}

export interface PermissionContext {
  /** Aborts when the answer no longer counts: the turn was cancelled, the question taken back, or the agent has ended. */
  signal: AbortSignal
  replay: boolean
}

export interface AgentOptions {
  /** What people call it, for messages; default: its program. */
  name?: string
  /** The program, and its arguments. */
  command: readonly string[]
  cwd: string
  /** All of it: nothing is added. */
  env: NodeJS.ProcessEnv
  /** Called in the order in which things were said, and before an answer that came after them is given. */
  onUpdate(update: SessionUpdate, context: UpdateContext): void
  /** Rejected, or not answered before its signal aborts: `cancelled` is answered. */
  onPermission(request: PermissionRequest, context: PermissionContext): Promise<PermissionOutcome>
  /** What it wrote on standard output that is no message, or too large to be read: one line, cut where it is long. */
  onNoise(text: string): void
  /** What it writes on standard error, as it comes. */
  onStderr?(text: string): void
  /** Each message, as it was read or written. */
  onWire?(direction: 'in' | 'out', message: unknown): void
  /** From the start of the program to its answer to `initialize`; default 60,000. */
  handshakeTimeoutMs?: number
  /** When it aborts the agent is closed, whatever it is doing: while it starts, too. */
  signal?: AbortSignal
  /** Default 120,000. */
  requestTimeoutMs?: number
  /** A larger message is skipped; default 64 MiB. */
  maxMessageBytes?: number
}

/** Starts an agent and shakes hands. Throws `AcpStartError`; then nothing of it is left running. */
export const openAgent = async (options: AgentOptions): Promise<AcpAgent> => {
  const {
    onStderr,
    requestTimeoutMs: timeoutMs = 120_000,
    maxMessageBytes: maxBytes = maxMessageBytes,
  } = options
  const name = options.name ?? basename(options.command[0] ?? '')
  const noise = keepNoise(options.onNoise)
  /** A fault of who listens is told, and the next message is read. */
  const attempt = (what: string, act: () => void) => {
    try {
      act()
    } catch (error) {
      noise.add(`${what} could not be handled: ${reasonOf(error)}`)
    }
  }
  const onWire = (direction: 'in' | 'out') => (message: unknown) =>
    attempt('A message', () => options.onWire?.(direction, message))
  /** By session: the turn that was asked for last, until it is answered. */
  const turns = new Map<string, { isCancelled: boolean }>()
  let loads = 0
  const agentProcess = await startAgentProcess({
    command: options.command,
    cwd: options.cwd,
    env: options.env,
    onOutput: (bytes) => receiver.receive(bytes),
    onStderr,
  }).catch(async (error: unknown) => {
    throw await programError(name, options, error)
  })

  const connection = createConnection({
    send(message) {
      onWire('out')(message)
      if (agentProcess.write(`${JSON.stringify(message)}\n`)) return
      connection.close(new AcpClosed(`${name} does not read what it is told`))
      void agentProcess.close()
    },
    async onRequest(incoming) {
      if (incoming.method !== 'session/request_permission')
        throw new AcpError({ code: errorCodes.methodNotFound, message: `No method ${incoming.method} here` })
      return questions.answer(incoming, (sessionId) => turns.get(sessionId)?.isCancelled ?? false)
    },
    onNotification(method, params) {
      if (method !== 'session/update') return
      const { success, data } = SessionNotification.safeParse(params)
      if (!success) return noise.add(`session/update without a session: ${readable(jsonOf(params))}`)
      const { sessionId, update } = data
      sessions.update(sessionId, update)
      attempt(method, () => options.onUpdate(update, { sessionId, replay: loads > 0 }))
    },
  })
  const questions = createPermissionQuestions((request, signal) =>
    options.onPermission(request, { signal, replay: loads > 0 }),
  )
  const request = (method: string, params: object) => connection.request(method, params, { timeoutMs })
  const sessions = createSessions(request)

  const receiver = createReceiver({ connection, onMessage: onWire('in'), onNoise: noise.add, maxBytes })

  const closed = agentProcess.closed.then(async (closure) => {
    await receiver.end()
    connection.close(new AcpClosed(`${name} ended ${howEnded(closure)}`))
    return closure
  })
  const close = async () => {
    await agentProcess.close()
    await closed
  }
  const closeNow = () => void close()
  options.signal?.addEventListener('abort', closeNow)
  void closed.then(() => options.signal?.removeEventListener('abort', closeNow))
  if (options.signal?.aborted) closeNow()

  const { capabilities, ...introduction } = await shakeHands(connection, {
    name,
    timeoutMs: options.handshakeTimeoutMs ?? 60_000,
    output: () => [agentProcess.stderr(), noise.text()],
  }).catch(async (error: unknown) => {
    await close()
    throw error
  })

  const isKnown = (server: McpServer) => !('type' in server) || capabilities.mcp[server.type]
  const sessionParams = ({ cwd, mcpServers = [], meta }: SessionOptions) => ({
    cwd,
    mcpServers: mcpServers.filter(isKnown),
    ...(meta && { _meta: meta }),
  })
  const leftOut = ({ mcpServers = [] }: SessionOptions) => ({
    leftOutMcpServers: mcpServers.filter((server) => !isKnown(server)).map((server) => server.name),
  })

  return {
    ...introduction,
    pid: agentProcess.pid,
    capabilities,
    async newSession(session) {
      const result = await request('session/new', sessionParams(session))
      const { sessionId, ...said } = readAnswer(NewSessionResponse, 'session/new', result)
      return { ...sessions.begin(sessionId, said), ...leftOut(session) }
    },
    async loadSession({ sessionId, ...session }) {
      loads++
      const result = await connection.request(
        'session/load',
        { sessionId, ...sessionParams(session) },
        {
          timeoutMs,
          onAnswer: () => {
            loads--
          },
        },
      )
      const said = readAnswer(LoadSessionResponse, 'session/load', result)
      return { ...sessions.begin(sessionId, said ?? {}), ...leftOut(session) }
    },
    setMode: sessions.setMode,
    setModel: sessions.setModel,
    async prompt(sessionId, blocks) {
      const turn = { isCancelled: false }
      turns.set(sessionId, turn)
      const onAnswer = () => {
        if (turns.get(sessionId) === turn) turns.delete(sessionId)
      }
      const result = await connection.request('session/prompt', { sessionId, prompt: blocks }, { onAnswer })
      const { stopReason, usage, _meta: meta } = readAnswer(PromptResponse, 'session/prompt', result)
      return { stopReason, usage, meta }
    },
    cancel(sessionId) {
      connection.notify('session/cancel', { sessionId })
      const turn = turns.get(sessionId)
      if (turn) turn.isCancelled = true
      questions.cancel(sessionId)
    },
    async steer(sessionId, text) {
      if (!capabilities.steering) return 'unsupported'
      return steer(request, sessionId, text)
    },
    close,
    closed,
  }
}
