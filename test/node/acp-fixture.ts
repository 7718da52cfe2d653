// An agent that does what a scenario says (test/agents/scripted-agent.mjs), and what came of it.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished } from 'vitest'
import * as z from 'zod'
import {
  type AcpAgent,
  type AcpSessionState,
  type AgentOptions,
  openAgent,
  type TurnAnswer,
  type UpdateContext,
} from '../../local-dev/acp/agent'
import { AcpStartError } from '../../local-dev/acp/errors'
import type { SessionUpdate } from '../../local-dev/acp/protocol'
import { clientProblems } from '../acp/schema'

const scriptedAgent = join(import.meta.dirname, '../agents/scripted-agent.mjs')

const Message = z.looseObject({
  id: z.union([z.string(), z.number(), z.null()]).optional(),
  method: z.string().optional(),
  params: z.record(z.string(), z.unknown()).optional(),
  error: z.looseObject({ code: z.number(), message: z.string() }).optional(),
  result: z.unknown().optional(),
})
type Message = z.infer<typeof Message>
const Entry = z.looseObject({
  in: Message.optional(),
  out: Message.optional(),
  event: z.string().optional(),
})

/** What the agent has noted. */
const readLog = (path: string) => {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const entries = text
    .split('\n')
    .filter(Boolean)
    .map((line) => Entry.parse(JSON.parse(line)))
  return {
    received: entries.flatMap((entry): Message[] => (entry.in ? [entry.in] : [])),
    sent: entries.flatMap((entry): Message[] => (entry.out ? [entry.out] : [])),
    events: entries.filter(({ event }) => event !== undefined),
  }
}

export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-acp-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface Heard {
  update: SessionUpdate
  context: UpdateContext
}

/** Options of an agent with this scenario, and all that is heard of it. What it was told is checked when the test is over. */
export const scripted = (scenario: object, options: Partial<AgentOptions> = {}) => {
  const folder = temporaryFolder()
  const log = join(folder, 'log.ndjson')
  const scenarioFile = join(folder, 'scenario.json')
  writeFileSync(
    scenarioFile,
    JSON.stringify({ log, logOut: true, history: join(folder, 'history'), ...scenario }),
  )
  const heard: Heard[] = []
  const noise: string[] = []
  onTestFinished(() => {
    const { received, sent } = readLog(log)
    const methodOf = (id: unknown) => sent.find((message) => message.method && message.id === id)?.method
    expect(clientProblems(received, methodOf)).toEqual([])
  })
  const agentOptions: AgentOptions = {
    name: 'scripted',
    command: [process.execPath, scriptedAgent, scenarioFile],
    cwd: folder,
    env: { PATH: process.env.PATH },
    onUpdate: (update, context) => heard.push({ update, context }),
    onPermission: async () => ({ outcome: 'selected', optionId: 'allow' }),
    onNoise: (text) => noise.push(text),
    ...options,
  }
  return { folder, heard, noise, agentOptions, log: () => readLog(log) }
}

/** The same, started. */
export const start = async (scenario: object, options: Partial<AgentOptions> = {}) => {
  const prepared = scripted(scenario, options)
  const agent = await openAgent(prepared.agentOptions)
  onTestFinished(() => agent.close())
  return { ...prepared, agent }
}

/** The same, with a session. */
export const startSession = async (scenario: object, options: Partial<AgentOptions> = {}) => {
  const started = await start(scenario, options)
  const state: AcpSessionState = await started.agent.newSession({ cwd: started.folder })
  const { sessionId } = state
  const say = (text: string): Promise<TurnAnswer> => started.agent.prompt(sessionId, [{ type: 'text', text }])
  return { ...started, sessionId, state, say }
}

/** Why it could not be started. */
export const startError = async (scenario: object, options: Partial<AgentOptions> = {}) => {
  const { agentOptions } = scripted(scenario, options)
  const result = await openAgent(agentOptions).catch((error: unknown) => error)
  if (result instanceof AcpStartError) return result
  if (isAgent(result)) await result.close()
  throw new Error('It was started')
}

const isAgent = (value: unknown): value is AcpAgent =>
  typeof value === 'object' && value !== null && 'close' in value

export const textsOf = (heard: readonly Heard[]): string[] =>
  heard.flatMap(({ update }) =>
    update.sessionUpdate === 'agent_message_chunk' ? [update.content.text ?? ''] : [],
  )

/** Resolves when it is so. */
export const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await sleep(10)
}

/** What has ended, and was not collected yet by whoever has to, is not. */
export const isAlive = (pid: number): boolean => {
  try {
    const stat = process.platform === 'linux' ? readFileSync(`/proc/${pid}/stat`, 'latin1') : ''
    return process.kill(pid, 0) && !stat.slice(stat.lastIndexOf(')')).startsWith(') Z')
  } catch {
    return false
  }
}
