import { apiError } from '../../schemas/errors'
import type { RequestContext } from '../services/app-services'
import { respondError } from './respond'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Answers where no route is: 405 if there is one with another method, else 404. */
export const noRoute =
  (hasRoute: (method: string, path: string) => boolean) =>
  (c: RequestContext): Response => {
    const allowed = methods.filter((method) => hasRoute(method, c.req.path))
    if (allowed.length > 0) return methodNotAllowed(allowed)(c)
    return respondError(c, apiError('NOT_FOUND', `Not found: ${c.req.method} ${c.req.path}`))
  }

/** A route there is, but not with this method. */
export const methodNotAllowed =
  (allowed: readonly string[]) =>
  (c: RequestContext): Response =>
    respondError(
      c,
      apiError('METHOD_NOT_ALLOWED', `${c.req.method} is not allowed here: use ${allowed.join(' or ')}`, {
        allow: allowed,
      }),
    )
