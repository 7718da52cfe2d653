import { apiError } from '../schemas/errors'
import { answerError } from './answers'
import type { Call } from './env'

/** No such route. */
export const notFound = (c: Call): Response =>
  answerError(c, apiError('NOT_FOUND', `Not found: ${c.req.method} ${c.req.path}`))

/** A route there is, but not with this method. */
export const methodNotAllowed =
  (allowed: readonly string[]) =>
  (c: Call): Response =>
    answerError(
      c,
      apiError('METHOD_NOT_ALLOWED', `${c.req.method} is not allowed here: use ${allowed.join(' or ')}`, {
        allow: allowed,
      }),
    )
