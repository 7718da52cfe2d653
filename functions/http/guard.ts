import { apiError } from '../../schemas/errors'
import type { RequestContext } from '../services/app-services'
import { respondError } from './respond'

const goodRequestId = /^[A-Za-z0-9._-]{1,128}$/

/**
 * What every request passes first: it gets its id, its caller is checked, a preflight is answered. Undefined
 * if the request may go on. A plain function and no Hono middleware: a chain of those costs a lookup 4 µs.
 */
export const guard = (c: RequestContext): Response | undefined => {
  const { access, log } = c.env
  const requestId = requestIdOf(c.req.header('X-Request-Id'))
  const origin = c.req.header('Origin')
  c.set('requestId', requestId)
  c.set('headers', { 'X-Request-Id': requestId, ...access.corsHeaders(origin) })

  const denial = access.check(accessRequestOf(c, origin))
  if (denial) {
    const { method, path } = c.req
    log.warn({ requestId, method, path, address: c.env.address, origin, code: denial.code }, 'Refused')
    return respondError(c, apiError(denial.code, denial.message))
  }
  return c.req.method === 'OPTIONS' ? answerPreflight(c, origin) : undefined
}

/** The id that a request came with, if it is a good one; else a new one. */
export const requestIdOf = (given: string | undefined): string =>
  given !== undefined && goodRequestId.test(given) ? given : crypto.randomUUID()

const accessRequestOf = (c: RequestContext, origin: string | undefined) => {
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
