import { type ApiError, apiError, type ErrorResponse } from '../../schemas/errors'
import { type AccessRequest, createAccess, isForAnyone, isPublicPage } from '../http/access'
import { consoleAnswer, consoleFileName } from '../http/console-answer'
import { requestIdOf } from '../http/guard'
import { tokensOf } from '../http/shown-tokens'
import { createStopwatch } from '../services/stopwatch'
import { homePage } from '../status/home'
import { type Bindings, workspaceHeader } from './bindings'
import { type HostedConfig, readHostedConfig } from './config'
import { consoleLog } from './log'
import { callersWorkspaceFinder } from './tokens'
import { drainBody } from './unread-body'

/** Answers a request itself, or hands it to the object of the workspace that its token is for. */
export type Gateway = (request: Request) => Promise<Response>

/** The Worker's side: without a token nobody gets past it, or learns which workspaces there are. */
export const createGateway = (bindings: Bindings, origin: string): Gateway => {
  const read = readHostedConfig(bindings, origin)
  return 'problems' in read ? refusingGateway(read.problems) : servingGateway(read, bindings)
}

/** A configuration that cannot be used: what is wrong goes to the log, not to the caller. */
const refusingGateway = (problems: string[]): Gateway => {
  consoleLog('error').error({ problems }, 'The configuration cannot be used (CONFIG_ERROR)')
  return async (request) =>
    refusal(apiError('CONFIG_ERROR'), { 'X-Request-Id': requestIdOf(header(request, 'X-Request-Id')) })
}

const servingGateway = (
  { config, tokens }: Exclude<HostedConfig, { problems: string[] }>,
  bindings: Bindings,
): Gateway => {
  const workspaceOf = callersWorkspaceFinder(tokens)
  const hasTokens = Object.values(tokens).some((ofIt) => ofIt.length > 0)
  const access = createAccess({ ...config, isToken: (token) => workspaceOf(token) !== undefined })
  const log = consoleLog(config.logLevel)
  const uptimeMs = createStopwatch()

  const denialOf = (call: AccessRequest) => {
    if (hasTokens) return access.check(call)
    return isForAnyone(call) ? undefined : noToken
  }

  return async (request) => {
    const call = accessRequestOf(request)
    const { method, path, origin } = call
    const requestId = requestIdOf(header(request, 'X-Request-Id'))
    const headers = { 'X-Request-Id': requestId, ...access.corsHeaders(origin) }
    const denial = denialOf(call)
    if (denial) {
      await drainBody(request)
      log.warn({ requestId, method, path, origin, code: denial.code }, 'Refused')
      return refusal(apiError(denial.code, denial.message), headers)
    }
    if (isPublicPage(call)) return publicPage(bindings, call, headers)
    const workspace = tokensOf(call)
      .map(workspaceOf)
      .find((found) => found !== undefined)
    if (workspace !== undefined) return forward(bindings, workspace, request, requestId)
    if (isForAnyone(call)) return healthy(uptimeMs(), headers)
    // A browser cannot send a token with a preflight, and needs no workspace.
    const preflight = access.preflightHeaders(origin, header(request, 'Access-Control-Request-Headers'))
    return new Response(null, { status: 204, headers: { ...headers, ...preflight } })
  }
}

const noToken = {
  code: 'FORBIDDEN',
  message: 'This server has no token yet, and serves nobody: set the secret MAESTRO_API_TOKEN',
} as const

const header = (request: Request, name: string) => request.headers.get(name) ?? undefined

const accessRequestOf = (request: Request): AccessRequest => {
  const { pathname, search, searchParams } = new URL(request.url)
  return {
    method: request.method,
    path: pathname,
    hasQuery: search !== '',
    host: header(request, 'Host'),
    origin: header(request, 'Origin'),
    authorization: header(request, 'Authorization'),
    queryToken: searchParams.get('token') ?? undefined,
    protocols: isUpgrade(request) ? header(request, 'Sec-WebSocket-Protocol') : undefined,
    isUpgrade: isUpgrade(request),
    tokenInQueryAllowed: pathname === '/api/events' || isUpgrade(request),
  }
}

/** Whether somebody wants a WebSocket. */
export const isUpgrade = (request: Request): boolean =>
  header(request, 'Upgrade')?.toLowerCase() === 'websocket'

const forward = (bindings: Bindings, workspace: string, request: Request, requestId: string) => {
  const forwarded = new Request(request)
  forwarded.headers.set(workspaceHeader, workspace)
  forwarded.headers.set('X-Request-Id', requestId)
  return bindings.MAESTRO_WORKSPACES.getByName(workspace).fetch(forwarded)
}

/** What a load balancer asks: whether the Worker runs. No workspace is woken for it. */
const healthy = (uptimeMs: number, headers: Record<string, string>) =>
  Response.json({ status: 'ok', timestamp: Date.now(), uptime: uptimeMs / 1000 }, { headers })

/** The same for every workspace: none is woken for it. */
const publicPage = async (
  { MAESTRO_CONSOLE: files }: Bindings,
  { method, path, host }: AccessRequest,
  headers: Record<string, string>,
): Promise<Response> => {
  const name = consoleFileName(path)
  // Which host that address names does not matter: the files are bound to the Worker.
  const found = name === undefined ? undefined : await files?.fetch(`https://console/${name}`)
  if (name !== undefined && found?.ok && found.body)
    return consoleAnswer(name, { bytes: found.body }, { method, host }, headers)
  await found?.body?.cancel()
  if (path !== '/') return refusal(apiError('NOT_FOUND', `Not found: ${method} ${path}`), headers)
  return new Response(method === 'HEAD' ? null : homePage.html, {
    headers: { ...headers, ...homePage.headers },
  })
}

const refusal = ({ code, message, status }: ApiError, headers: Record<string, string>) => {
  const body: ErrorResponse = { error: true, code, message }
  const challenge = code === 'UNAUTHORIZED' ? { 'WWW-Authenticate': 'Bearer' } : {}
  return Response.json(body, { status, headers: { ...headers, ...challenge } })
}
