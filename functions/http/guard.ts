import { apiError } from '../../schemas/errors'
import { aPerson, type Caller, type SessionClaim, sessionCaller } from '../../storage/rules/callers'
import { readerOf } from '../../storage/rules/find'
import type { RequestContext } from '../services/app-services'
import { respondError } from './respond'

const goodRequestId = /^[A-Za-z0-9._-]{1,128}$/

/** An answer in place of the operation's; undefined: the request may go on. */
type Refusal = Response | undefined

/**
 * What every request passes first: it gets its id, its caller is checked, a preflight is answered. Undefined
 * if the request may go on; only for an agent it may take a moment to find that out. `ownPagesOnly`: whether a page must be
 * the server's own, a desktop shell's, or listed by name. A plain function and no Hono
 * middleware: a chain of those costs a lookup 4 µs.
 */
export const guard = (c: RequestContext, ownPagesOnly = false): Refusal | Promise<Refusal> => {
  const { access, log } = c.env
  const requestId = requestIdOf(c.req.header('X-Request-Id'))
  const origin = c.req.header('Origin')
  c.set('requestId', requestId)
  c.set('headers', { 'X-Request-Id': requestId, ...access.corsHeaders(origin) })

  const { denial, claim } = access.admit(accessRequestOf(c, origin, ownPagesOnly))
  if (denial) {
    const { method, path } = c.req
    log.warn({ requestId, method, path, address: c.env.address, origin, code: denial.code }, 'Refused')
    return respondError(c, apiError(denial.code, denial.message))
  }
  if (c.req.method === 'OPTIONS') return answerPreflight(c, origin)
  if (claim) return admitSession(c, claim)
  c.set('caller', personNamed(c.req.header('X-Maestro-Session')))
  return undefined
}

const personNamed = (sessionId: string | undefined): Caller =>
  sessionId ? { kind: 'person', sessionId } : aPerson

/** Whether the session of a token may still be heard, as far as is durable. */
const admitSession = (c: RequestContext, claim: SessionClaim): Refusal | Promise<Refusal> => {
  const refuse = (error: unknown) => respondError(c, error)
  try {
    const named = c.req.header('X-Maestro-Session')
    const admitted = c.env.workspace.read((documents) => {
      c.set('caller', sessionCaller(readerOf(documents), claim, named))
      return undefined
    })
    return admitted instanceof Promise ? admitted.catch(refuse) : admitted
  } catch (error) {
    return refuse(error)
  }
}

/** The page that makes a request, unless it is the server's own, a desktop shell's, or listed by name. */
export const foreignPageOf = (c: RequestContext): string | undefined => {
  const origin = c.req.header('Origin')
  return origin === undefined || c.env.access.isOwnPage(origin, c.req.header('Host')) ? undefined : origin
}

/** The id that a request came with, if it is a good one; else a new one. */
export const requestIdOf = (given: string | undefined): string =>
  given !== undefined && goodRequestId.test(given) ? given : crypto.randomUUID()

const accessRequestOf = (c: RequestContext, origin: string | undefined, ownPagesOnly: boolean) => {
  const { path, method, url } = c.req
  const inQuery = path === '/api/events'
  return {
    method,
    path,
    hasQuery: url.includes('?'),
    host: c.req.header('Host'),
    origin,
    authorization: c.req.header('Authorization'),
    queryToken: inQuery ? c.req.query('token') : undefined,
    ownPagesOnly,
    isUpgrade: false,
    tokenInQueryAllowed: inQuery,
    address: c.env.address,
  }
}

const answerPreflight = (c: RequestContext, origin: string | undefined): Response =>
  new Response(null, {
    status: 204,
    headers: {
      ...c.get('headers'),
      ...c.env.access.preflightHeaders(origin, c.req.header('Access-Control-Request-Headers')),
    },
  })
