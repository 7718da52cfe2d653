/** Answers one request to `/mcp`: loaded when the first one comes, with the SDK and all that only it needs. */
import {
  classifyInboundRequest,
  type InboundModernRoute,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJsonContentType,
  type JSONRPCNotification,
  type JSONRPCRequest,
  type MessageClassification,
  PerRequestHTTPServerTransport,
  ProtocolErrorCode,
  SdkError,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server'
import { isObject } from '../../schemas/fields'
import type { McpHost } from './host'
import { createMcpServer, modernRevision } from './server'
import { wrongHeader } from './standard-headers'

/** What a header says is not what the body says. */
const headerMismatch = -32_020
/** Where the client is gone, nobody reads it. */
const clientGone = 499
/** More messages at once are refused. */
const maxBatch = 100

/** `text`: the body, whose size has been checked. */
export const serveMcp = async (request: Request, text: string, host: McpHost): Promise<Response> => {
  const { headers } = request
  if (!isJsonContentType(headers.get('Content-Type')))
    return refusal(415, ProtocolErrorCode.InvalidRequest, 'Content-Type must be application/json')
  const body = parse(text)
  if (body === undefined)
    return refusal(400, ProtocolErrorCode.ParseError, 'The body is not JSON: send one JSON-RPC message')
  const route = classifyInboundRequest({ httpMethod: request.method, body, ...namedIn(headers) })
  if (route.kind === 'reject')
    return refusal(route.httpStatus, route.code, route.message, { data: route.data, id: idOf(body) })
  return route.kind === 'modern' ? serveModern(request, route, host) : serveLegacy(request, body, host)
}

const serveModern = async (request: Request, route: InboundModernRoute, host: McpHost): Promise<Response> => {
  const { message, classification } = route
  const id = idOf(message)
  const { revision } = classification
  if (revision !== modernRevision)
    return refusal(
      400,
      ProtocolErrorCode.UnsupportedProtocolVersion,
      `Unsupported protocol version: ${revision}`,
      {
        data: { supported: [modernRevision], requested: revision },
        id,
      },
    )
  const wrong = wrongHeader(request.headers, route)
  if (wrong !== undefined) return refusal(400, headerMismatch, wrong, { id })
  return exchange(request, message, classification, host)
}

/** Each request stands alone, so what an older client was told when it said hello is not needed again. */
const serveLegacy = async (request: Request, body: unknown, host: McpHost): Promise<Response> => {
  const version = request.headers.get('MCP-Protocol-Version')
  if (version !== null && !SUPPORTED_PROTOCOL_VERSIONS.includes(version))
    return refusal(
      400,
      ProtocolErrorCode.InvalidRequest,
      `Unsupported protocol version: ${version.slice(0, 50)}: send one of ${[modernRevision, ...SUPPORTED_PROTOCOL_VERSIONS].join(', ')}`,
      { id: idOf(body) },
    )
  const answer = async (message: unknown): Promise<Response> =>
    isJSONRPCRequest(message) || isJSONRPCNotification(message)
      ? exchange(request, message, { era: 'legacy' }, host)
      : new Response(null, { status: 202 })
  if (!Array.isArray(body)) return answer(body)
  if (body.length > maxBatch)
    return refusal(400, ProtocolErrorCode.InvalidRequest, `A batch has at most ${maxBatch} messages`)
  const answers: unknown[] = []
  for (const message of body) {
    const response = await answer(message)
    if (response.status !== 202) answers.push(parse(await response.text()))
  }
  return answers.length > 0 ? Response.json(answers) : new Response(null, { status: 202 })
}

/** A server of its own answers one message, and is gone. */
const exchange = async (
  request: Request,
  message: JSONRPCRequest | JSONRPCNotification,
  classification: MessageClassification,
  host: McpHost,
): Promise<Response> => {
  const server = createMcpServer(host, { era: classification.era, stays: false })
  const transport = new PerRequestHTTPServerTransport({ classification })
  await server.connect(transport)
  try {
    const response = await transport.handleMessage(message, { request })
    if (isJSONRPCNotification(message)) await server.close()
    return response
  } catch (error) {
    await server.close()
    if (error instanceof SdkError) return new Response(null, { status: clientGone })
    throw error
  }
}

/** What the headers say of the message. */
const namedIn = (headers: Headers) => {
  const said = {
    protocolVersionHeader: headers.get('MCP-Protocol-Version'),
    mcpMethodHeader: headers.get('Mcp-Method'),
    mcpNameHeader: headers.get('Mcp-Name'),
  }
  return Object.fromEntries(
    Object.entries(said).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  )
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const idOf = (body: unknown): string | number | undefined => {
  const id = isObject(body) ? body.id : undefined
  return typeof id === 'string' || typeof id === 'number' ? id : undefined
}

const refusal = (
  status: number,
  code: number,
  message: string,
  { id = null, data }: { id?: string | number | null | undefined; data?: unknown } = {},
): Response =>
  Response.json(
    { jsonrpc: '2.0', id, error: { code, message, ...(data !== undefined && { data }) } },
    { status },
  )
