/** The demo agent over ACP: it tells what it does, and asks before it writes. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import * as z from 'zod'
import type { Client } from '../../functions/client/client'
import { version } from '../../package.json'
import { createConnection, type IncomingRequest } from '../acp/connection'
import { errorCodes } from '../acp/error-codes'
import { AcpError } from '../acp/errors'
import { acpVersion } from '../acp/protocol'
import { demoFile, runDemo } from './demo'

interface DemoOptions {
  client: Client
  /** Of ours; the agent has one session of its own. */
  sessionId: string
  input: Readable
  write(line: string): void
}

const Message = z.record(z.string(), z.unknown())
const Asked = z.object({ cwd: z.string().optional() })
const Answer = z.object({ outcome: z.object({ outcome: z.string(), optionId: z.string().optional() }) })
const options = [
  { optionId: 'allow', name: 'Write it', kind: 'allow_once' },
  { optionId: 'reject', name: 'Leave it', kind: 'reject_once' },
]

/** Resolves when its input ends. */
export const serveDemo = async ({ client, sessionId, input, write }: DemoOptions): Promise<void> => {
  const own = { sessionId: randomUUID() }
  let cwd = process.cwd()
  let turn = new AbortController()

  const tell = (update: object) => connection.notify('session/update', { ...own, update })
  const print = (line: string) =>
    tell({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: `${line}\n` } })

  const edit = async (line: string, writeLine: () => Promise<void>): Promise<boolean> => {
    const toolCall = {
      toolCallId: randomUUID(),
      title: `Write into ${demoFile}`,
      kind: 'edit',
      rawInput: { file_path: join(cwd, demoFile), content: line },
      locations: [{ path: join(cwd, demoFile) }],
    }
    tell({ sessionUpdate: 'tool_call', status: 'pending', ...toolCall })
    const answer = await connection.request('session/request_permission', { ...own, toolCall, options })
    const { outcome, optionId } = Answer.parse(answer).outcome
    if (outcome === 'cancelled') turn.abort()
    const mayWrite = optionId === 'allow'
    if (mayWrite) await writeLine()
    const status = mayWrite ? 'completed' : 'failed'
    tell({ sessionUpdate: 'tool_call_update', toolCallId: toolCall.toolCallId, status })
    return mayWrite
  }

  const prompt = async (): Promise<object> => {
    turn = new AbortController()
    await runDemo({ client, sessionId, cwd, print, edit, signal: turn.signal })
    return { stopReason: turn.signal.aborted ? 'cancelled' : 'end_turn' }
  }

  const answerTo = async ({ method, params }: IncomingRequest): Promise<object> => {
    switch (method) {
      case 'initialize':
        return {
          protocolVersion: acpVersion,
          agentInfo: { name: 'demo', version },
          agentCapabilities: { loadSession: false },
          authMethods: [],
        }
      case 'session/new':
        cwd = Asked.parse(params).cwd ?? cwd
        return own
      case 'session/prompt':
        return prompt()
      default:
        throw new AcpError({ code: errorCodes.methodNotFound, message: `No method ${method} here` })
    }
  }

  const connection = createConnection({
    send: (message) => write(JSON.stringify(message)),
    onRequest: answerTo,
    onNotification: (method) => {
      if (method === 'session/cancel') turn.abort()
    },
  })
  for await (const line of createInterface({ input })) connection.receive(Message.parse(JSON.parse(line)))
}
