/** The server of the SDK, with our tools and resources, for one request over HTTP or for one client over standard input. */
import {
  type CallToolResult,
  inputRequired,
  type JsonSchemaValidatorResult,
  type jsonSchemaValidator,
  type McpRequestContext,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server'
import { parseTrusted } from '../../schemas/json-text'
import { type Call, createCall, ToolError } from './call'
import { AskInClient, askingFor } from './elicitation'
import type { McpHost } from './host'
import { nextStep } from './next-step'
import { pauseOf } from './pause'
import { listResources, readResource, resourceTemplates } from './resources'
import { subscriptions } from './subscriptions'
import { type Tier, tierOf } from './tier'
import type { Tool } from './tool'
import { instructions, listed } from './tool-list'
import { toolsOf } from './tools'

interface Connection {
  era: McpRequestContext['era']
  /** Whether the client stays connected; over HTTP each request is one of its own. */
  stays: boolean
}

/** The revision without a handshake: each of its requests says who sends it, and what that one can. */
export const modernRevision = '2026-07-28'

export const createMcpServer = (host: McpHost, { era, stays }: Connection): Server => {
  // Over HTTP, older clients would have to be sent something that they did not ask for.
  const reachesClient = era === 'modern' || stays
  const server = new Server(
    { name: 'maestro', title: 'Maestro', version: host.version },
    {
      capabilities: { tools: {}, resources: reachesClient ? { subscribe: true } : {} },
      supportedProtocolVersions: [...SUPPORTED_PROTOCOL_VERSIONS, modernRevision],
      instructions,
      jsonSchemaValidator: anything,
    },
  )
  const call = createCall(host.definitions, host.send)
  const offered = async (): Promise<readonly Tool[]> => toolsOf(await tierFor(host))
  server.setRequestHandler('tools/list', async () => ({ tools: (await offered()).map(listed) }))
  server.setRequestHandler('tools/call', async ({ params: { name, arguments: given } }, context) => {
    const tools = await offered()
    const tool = tools.find((one) => one.name === name)
    if (!tool) throw unknownTool(name, tools)
    return answerOf(tool, given, { host, call, server, context, reachesClient })
  })
  server.setRequestHandler('resources/list', async () => ({
    resources: await listResources(call, host.sessionId).catch(asProtocolError),
  }))
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates }))
  server.setRequestHandler('resources/read', async ({ params: { uri } }) => ({
    contents: [await readResource(call, uri).catch(asProtocolError)],
  }))
  if (reachesClient) subscriptions(server, host, { era, stays })
  return server
}

const tierFor = async ({ tier, role }: McpHost): Promise<Tier> => tier ?? tierOf(await role())

const unknownTool = (name: string, tools: readonly Tool[]) =>
  new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `There is no tool "${name.slice(0, 100)}" here: there are ${tools.map((one) => one.name).join(', ')}`,
  )

interface ToolCall {
  host: McpHost
  call: Call
  server: Server
  context: ServerContext
  reachesClient: boolean
}

const answerOf = async (tool: Tool, given: unknown, made: ToolCall) => {
  const { host, call, context } = made
  const { signal } = context.mcpReq
  try {
    const ask = made.reachesClient ? askingFor(made.server, context) : {}
    const { sessionId } = host
    const answer = await tool.run({ call, sessionId, signal, pause: pauseOf(host, signal), ask }, given)
    return answered(answer)
  } catch (error) {
    if (error instanceof AskInClient) return inputRequired(error.input)
    if (error instanceof ToolError) return refused(error)
    host.onError(error)
    throw new ProtocolError(ProtocolErrorCode.InternalError, 'Internal error')
  }
}

const answered = (answer: object): CallToolResult => ({
  content: [{ type: 'text', text: JSON.stringify(answer) }],
})

const refused = ({ code, message, details }: ToolError): CallToolResult => ({
  ...answered({ error: true, code, message, ...(details && { details }), next: nextStep(code) }),
  isError: true,
})

const asProtocolError = (error: unknown): never => {
  if (error instanceof ToolError)
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, error.message, { code: error.code })
  throw error
}

/** Takes whatever a client answers to a question: that is looked at where it is used. */
const anything: jsonSchemaValidator = {
  getValidator: <T>() => {
    return (input: unknown): JsonSchemaValidatorResult<T> => {
      const data = parseTrusted<T>(JSON.stringify(input))
      return { valid: true, data, errorMessage: undefined }
    }
  },
}
